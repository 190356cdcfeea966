/** Answers what positions that do not exist would need, out of the newest signed round, once a round. */
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { PlimsollError } from "../../domain/errors.ts";
import type { RequirementQuestion, RequirementSurface, RequirementView } from "../../domain/requirements.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { Hex } from "../../domain/units.ts";
import type { OperatorStore } from "../../platform/database/store.ts";
import type { VaultTerms } from "../../simulation/vault/vault-terms.ts";
import { decodeRound } from "../explaining/explained-round.ts";
import type { RequirementThread } from "./requirement-thread.ts";

/** What a desk works with. */
export interface RequirementDeskOptions {
  /** Store of the operator whose inputs are read. */
  readonly store: Pick<OperatorStore, "explained" | "newestExplained">;
  /** Configuration that the rounds are signed under. */
  readonly configDigest: Hex;
  readonly terms: ReadonlyMap<string, VaultTerms>;
  /** Bounds as on chain; `null` before the first round. */
  readonly classes: () => ReadonlyMap<number, RiskClass> | null;
  readonly thread: RequirementThread;
  readonly logger: Pick<Logger, "warn">;
}

interface Answer {
  epoch: bigint | null;
  surface: RequirementSurface | null;
  /** Resolves when the work that is under way is over; `null` while there is none. */
  working: Promise<void> | null;
}

/** Questions that are kept with their newest answer. */
const KEPT_QUESTIONS = 16;
/** Who asks first waits so long; later ones get what is there. */
const PATIENCE_MS = 1_000;
const RETRY_AFTER_SEC = 5;

/** Opens a desk; nothing is worked out before somebody asks. */
export function openRequirementDesk(options: RequirementDeskOptions): RequirementView {
  const answers = new Map<string, Answer>();
  let last: Promise<void> = Promise.resolve();
  return {
    find: async (question) => {
      if (!options.terms.has(question.asset)) throw assetUnknown(question.asset, [...options.terms.keys()]);
      const key = JSON.stringify(question);
      const answer = answers.get(key) ?? { epoch: null, surface: null, working: null };
      if (!answers.has(key) && answers.size >= KEPT_QUESTIONS) makeRoom(answers);
      answers.set(key, answer);
      if (answer.working === null) {
        answer.working = last
          .then(async () => await workOut(options, question, answer))
          .finally(() => {
            answer.working = null;
          });
        last = answer.working;
      }
      if (answer.surface === null) await Promise.race([answer.working, pause(PATIENCE_MS, undefined, { ref: false })]);
      return answer.surface;
    },
  };
}

/** The question that was asked first goes, unless it is being worked on. */
function makeRoom(answers: Map<string, Answer>): void {
  const idle = [...answers].find(([, { working }]) => working === null);
  if (idle === undefined) throw busy(answers.size);
  answers.delete(idle[0]);
}

async function workOut(options: RequirementDeskOptions, question: RequirementQuestion, answer: Answer): Promise<void> {
  const { store, configDigest, terms, thread, logger } = options;
  try {
    const epoch = await store.newestExplained(configDigest);
    const classes = options.classes();
    const own = terms.get(question.asset);
    if (epoch === null || epoch === answer.epoch || classes === null || own === undefined) return;
    const row = await store.explained({ configDigest, epoch });
    if (row === null) return;
    const { assets } = decodeRound(row.inputs).inputs;
    const found = await thread.work({ ...question, inputs: Object.values(assets), terms: own, classes });
    answer.surface = found ?? answer.surface;
    answer.epoch = epoch;
  } catch (err) {
    logger.warn({ err, asset: question.asset }, "a surface of requirements was not worked out");
  }
}

function assetUnknown(asset: string, known: readonly string[]): PlimsollError<"REQUIREMENTS_ASSET_UNKNOWN"> {
  return new PlimsollError({
    code: "REQUIREMENTS_ASSET_UNKNOWN",
    problem: `The vault has no market of ${asset}.`,
    remedy: `Choose one of ${known.join(", ")}.`,
    context: { asset },
  });
}

function busy(questions: number): PlimsollError<"REQUIREMENTS_BUSY"> {
  return new PlimsollError({
    code: "REQUIREMENTS_BUSY",
    problem: `${questions} grids are being worked out; at most ${KEPT_QUESTIONS} are at once.`,
    remedy: `Ask again in ${RETRY_AFTER_SEC} seconds.`,
    context: { questions, retryAfterSec: RETRY_AFTER_SEC },
  });
}
