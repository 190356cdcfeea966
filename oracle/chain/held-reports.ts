/** Reports that the oracle keeps back until somebody decides: read from its log, block range after block range. */
import type { Hash } from "viem";
import type { HeldState } from "../domain/delivery.ts";
import type { Anchor } from "../domain/report.ts";
import type { Address, Hex } from "../domain/units.ts";
import { riskOracleAbi } from "./abi/risk-oracle.ts";
import type { ChainClient } from "./client.ts";
import { followBlocks } from "./follow-blocks.ts";

/** One report that was held. */
export interface HeldReport {
  readonly digest: Hex;
  readonly epoch: bigint;
  readonly chunkIndex: number;
  /** Time of the block that held it, seconds. */
  readonly heldAtSec: number;
  readonly transactionHash: Hash;
  /** Entries that it would have tightened, and their summed rise of ρ, basis points. */
  readonly tightened: number;
  readonly tighteningBps: number;
  /** Last second at which it may be released. */
  readonly releasableUntilSec: number;
  readonly state: HeldState;
  /** Time of the release or the discard, seconds; `null` while there is none. */
  readonly decidedAtSec: number | null;
}

/** Follows the log. */
export interface HeldReportLog {
  /** Held reports as of a block, the oldest first; rejects with viem's error when the RPC fails, and may be asked again. */
  readTo(head: Anchor): Promise<readonly HeldReport[]>;
}

/** What is followed. */
export interface HeldReportOptions {
  readonly chain: ChainClient;
  readonly oracle: Address;
  /** First block of the oracle. */
  readonly fromBlock: bigint;
  /** Blocks that one request for logs may span; 5 000 by default, which public providers allow. */
  readonly blocksPerRequest?: bigint;
}

/** Creates a follower that has seen nothing yet. Calls must not overlap. */
export function createHeldReportLog(options: HeldReportOptions): HeldReportLog {
  const { fromBlock, blocksPerRequest } = options;
  const follower = followBlocks<HoldEvent>({
    fromBlock,
    ...(blocksPerRequest === undefined ? {} : { blocksPerRequest }),
    readRange: (from, to) => readRange(options, from, to),
  });
  return { readTo: async (head) => foldEvents(await follower.readTo(head), head.timestampSec) };
}

type HoldEvent = { readonly blockNumber: bigint; readonly digest: Hex; readonly atSec: number } & (
  | { readonly kind: "held"; readonly report: Omit<HeldReport, "state" | "decidedAtSec"> }
  | { readonly kind: "released" | "discarded" }
);

const DECISIONS = { ReportReleased: "released", ReportDiscarded: "discarded" } as const;
const WATCHED = riskOracleAbi.filter(
  (item) =>
    item.type === "event" &&
    (item.name === "ReportHeld" || item.name === "ReportReleased" || item.name === "ReportDiscarded"),
);

async function readRange({ chain, oracle }: HeldReportOptions, fromBlock: bigint, toBlock: bigint) {
  const logs = await chain.reader.getLogs({ address: oracle, events: WATCHED, fromBlock, toBlock, strict: true });
  return await Promise.all(
    logs.map(async (log): Promise<HoldEvent> => {
      const { timestamp } = await chain.reader.getBlock({ blockNumber: log.blockNumber });
      const atSec = Number(timestamp);
      const place = { blockNumber: log.blockNumber, digest: log.args.digest, atSec };
      if (log.eventName !== "ReportHeld") return { ...place, kind: DECISIONS[log.eventName] };
      const { epoch, digest, chunkIndex, tightened, tighteningBps, expiresAt } = log.args;
      const effect = { tightened: Number(tightened), tighteningBps: Number(tighteningBps) };
      const times = { heldAtSec: atSec, releasableUntilSec: expiresAt, transactionHash: log.transactionHash };
      return { ...place, kind: "held", report: { digest, epoch, chunkIndex, ...effect, ...times } };
    }),
  );
}

/** Later events of a digest decide about its earlier one. */
function foldEvents(events: readonly HoldEvent[], nowSec: number): readonly HeldReport[] {
  const reports = new Map<Hex, HeldReport>();
  for (const event of events) {
    if (event.kind === "held") {
      const state = event.report.releasableUntilSec < nowSec ? "expired" : "waiting";
      reports.set(event.digest, { ...event.report, state, decidedAtSec: null });
      continue;
    }
    const held = reports.get(event.digest);
    if (held !== undefined) reports.set(event.digest, { ...held, state: event.kind, decidedAtSec: event.atSec });
  }
  return [...reports.values()];
}
