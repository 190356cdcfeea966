/** Fits an operator's tables to what the stages ask for: position cursor and evidence. */
import { z } from "zod";
import type { Evidence, EvidenceStore } from "../../consensus/evidence.ts";
import { digestOf } from "../../consensus/observe.ts";
import { CAUTION_PHASES } from "../../domain/caution.ts";
import type { Address, Hex } from "../../domain/units.ts";
import type { LendingCursorState, LendingCursorStore } from "../../ingestion/sources/lending/lending-cursor.ts";
import type { CursorState, CursorStore } from "../../ingestion/sources/position-cursor.ts";
import type { OperatorStore } from "../../platform/database/store.ts";
import type { CautionStore } from "./caution-watch.ts";

const block = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => BigInt(text));
const hash = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value));
const address = z.custom<Address>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value));
const checkpoints = z.array(z.object({ blockNumber: block, blockHash: hash }));
const cursorSchema = z.object({
  checkpoints,
  lives: z.array(z.object({ id: block, registeredAt: block, retiredAt: block.nullable() })),
});

const lendingSchema = z.object({
  checkpoints,
  accounts: z.array(z.object({ account: address, since: block, clearedAt: block.nullable() })),
});

const cautionSchema = z.array(
  z.tuple([
    z.string().min(1),
    z.object({ phase: z.enum(CAUTION_PHASES), breakerSinceSec: z.number().int().nonnegative().nullable() }),
  ]),
);
/** Beside the cursors, whose names are addresses and source ids. */
const CAUTION_KEY = "caution-episodes";

/** Keeps the cursor of one position source in the operator's schema. */
export function operatorCursorStore(store: OperatorStore, source: Address): CursorStore {
  return {
    load: async (): Promise<CursorState | null> => {
      const state = await store.cursor(source.toLowerCase());
      return state === null ? null : cursorSchema.parse(state);
    },
    save: async (state) => await store.saveCursor(source.toLowerCase(), state),
  };
}

/** Keeps the cursor of one lending market in the operator's schema, under its source id. */
export function operatorLendingStore(
  store: Pick<OperatorStore, "cursor" | "saveCursor">,
  sourceId: string,
): LendingCursorStore {
  return {
    load: async (): Promise<LendingCursorState | null> => {
      const state = await store.cursor(sourceId);
      return state === null ? null : lendingSchema.parse(state);
    },
    save: async (state) => await store.saveCursor(sourceId, state),
  };
}

/** Keeps the episodes of caution in the operator's schema. */
export function operatorCautionStore(store: Pick<OperatorStore, "cursor" | "saveCursor">): CautionStore {
  return {
    load: async () => new Map(cautionSchema.parse((await store.cursor(CAUTION_KEY)) ?? [])),
    save: async (episodes) => await store.saveCursor(CAUTION_KEY, [...episodes]),
  };
}

/** Keeps conflicting signatures in the operator's schema. */
export function operatorEvidenceStore(store: OperatorStore): EvidenceStore {
  return {
    save: async (evidence) => {
      const [firstDigest, secondDigest] = digestsOf(evidence);
      await store.saveEvidence({
        epoch: evidence.slot.epoch,
        operator: evidence.operator,
        firstDigest,
        secondDigest,
        payload: evidence,
        recordedAtSec: recordedAt(evidence),
      });
    },
  };
}

function digestsOf(evidence: Evidence): readonly [Hex, Hex] {
  if (evidence.kind === "observation") {
    const [first, second] = evidence.messages;
    return [digestOf(first.observation), digestOf(second.observation)];
  }
  const [first, second] = evidence.messages;
  return [first.attestation.digest, second.attestation.digest];
}

function recordedAt(evidence: Evidence): number {
  if (evidence.kind === "observation") return evidence.messages[0].observation.anchor.timestampSec;
  return evidence.messages[0].report.observedAt;
}
