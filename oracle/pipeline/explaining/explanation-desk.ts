/** Explains signed rounds off the hot path, as jobs that survive a restart, and answers who asks for one explanation. */
import type { Logger } from "pino";
import { buildMerkleTree, proofOf } from "../../chain/merkle-tree.ts";
import type { ExplanationAnswer, ExplanationQuestion } from "../../domain/explanation.ts";
import type { Hex } from "../../domain/units.ts";
import type { OperatorStore } from "../../platform/database/store.ts";
import type { NodeMetrics } from "../../platform/metrics.ts";
import type { JobData } from "../../platform/queue/jobs.ts";
import type { Queues } from "../../platform/queue/queues.ts";
import { leavesOf } from "./commit-inputs.ts";
import { decodeExplanations, type ExplainedEntry } from "./explain-round.ts";
import type { ExplainThread } from "./explain-thread.ts";
import { decodeRound, type ExplainedRound, encodeSigned } from "./explained-round.ts";
import { decodePositionInputs } from "./inputs-codec.ts";
import { roundNews } from "./round-news.ts";

/** What the desk works with. */
export interface ExplanationDeskOptions {
  readonly queues: Queues;
  /** Store of the operator whose scores are explained, and its place among the operators. */
  readonly store: Pick<OperatorStore, "explained" | "saveExplanations" | "newestExplained">;
  readonly operator: number;
  /** Configuration that the rounds are signed under. */
  readonly configDigest: Hex;
  readonly thread: ExplainThread;
  readonly metrics: Pick<NodeMetrics, "explanations" | "explanationAgeSec" | "explanationGap" | "explanationSec">;
  readonly logger: Pick<Logger, "warn">;
  /** Aborted when the run ends: what is then under way is left to the next asker. */
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that only rises. */
  readonly nowMs: () => number;
}

/** Explains rounds. */
export interface ExplanationDesk {
  /** Notes a signed round; it is explained later, or passed over when a newer one comes first. */
  note(epoch: bigint, atSec: number): Promise<void>;
  /** Lines about the rounds explained since the last call, for people. */
  takeNews(): readonly string[];
  /**
   * One explanation with all that binds it to its report.
   *
   * @returns `null` for a report or a position that is not kept.
   */
  find(question: ExplanationQuestion): Promise<ExplanationAnswer | null>;
}

const MILLISECONDS = 1_000;

/** Opens the desk; what a killed run has left in the queue is explained, if the round is still kept. */
export function openExplanationDesk(options: ExplanationDeskOptions): ExplanationDesk {
  const queue = options.queues.queue("explain");
  const state: DeskState = { newest: null, newestNotedSec: null, news: [] };
  options.queues.worker("explain", async (job) => await work(options, state, job));
  return {
    note: async (epoch, atSec) => {
      state.newestNotedSec = atSec;
      if (state.newest !== null) options.metrics.explanationAgeSec.set(atSec - state.newest.atSec);
      await queue.add({ operator: options.operator, epoch: epoch.toString() });
    },
    takeNews: () => state.news.splice(0),
    find: async (question) => await find(options, state, question),
  };
}

interface DeskState {
  newest: { readonly epoch: bigint; readonly atSec: number } | null;
  newestNotedSec: number | null;
  readonly news: string[];
}

async function work(options: ExplanationDeskOptions, state: DeskState, { epoch }: JobData<"explain">): Promise<void> {
  const explained = await explainKept(options, BigInt(epoch));
  if (explained === null) return;
  const atSec = explained.round.signed.observation.anchor.timestampSec;
  if (state.newest === null || state.newest.epoch < BigInt(epoch)) state.newest = { epoch: BigInt(epoch), atSec };
  options.metrics.explanationAgeSec.set((state.newestNotedSec ?? atSec) - state.newest.atSec);
  state.news.push(...roundNews({ epoch: BigInt(epoch), entries: explained.entries }));
}

interface ExplainedKept {
  readonly round: ExplainedRound;
  readonly entries: readonly ExplainedEntry[];
}

/** Explanations of a kept round, made now where there are none yet; `null` for a round that is not kept. */
async function explainKept(options: ExplanationDeskOptions, epoch: bigint): Promise<ExplainedKept | null> {
  const slot = { configDigest: options.configDigest, epoch };
  const row = await options.store.explained(slot);
  if (row === null || options.signal.aborted) return null;
  const known = row.explanations === null ? null : decodeExplanations(row.explanations);
  if (known !== null) return { round: decodeRound(row.inputs), entries: known };
  const startedMs = options.nowMs();
  const text = await options.thread.explain(row.inputs).catch((error: unknown) => {
    if (options.signal.aborted) return null;
    throw error;
  });
  if (text === null) return null;
  const entries = decodeExplanations(text) ?? [];
  count(options, entries, options.nowMs() - startedMs);
  await options.store.saveExplanations(slot, text);
  return { round: decodeRound(row.inputs), entries };
}

function count(
  { metrics, logger }: ExplanationDeskOptions,
  entries: readonly ExplainedEntry[],
  durationMs: number,
): void {
  metrics.explanationSec.observe(durationMs / MILLISECONDS);
  for (const { explanation, fault, positionId } of entries) {
    metrics.explanations.inc({ outcome: fault ?? "shown" });
    if (explanation === null) logger.warn({ positionId: positionId.toString(), fault }, "a score is not explained");
  }
  const gaps = entries.map(({ explanation }) => explanation?.completenessGap ?? 0);
  metrics.explanationGap.set(Math.max(0, ...gaps));
}

async function find(
  options: ExplanationDeskOptions,
  { newest }: DeskState,
  { sourceIndex, positionId, epoch }: ExplanationQuestion,
): Promise<ExplanationAnswer | null> {
  // After a restart nothing has been explained yet: the newest kept round is, now.
  const asked = epoch ?? newest?.epoch ?? (await options.store.newestExplained(options.configDigest));
  const kept = asked === null ? null : await explainKept(options, asked);
  if (kept === null) return null;
  const { round, entries } = kept;
  const { positions, assets, root } = round.inputs;
  const place = positions.findIndex((one) => one.sourceIndex === sourceIndex && one.positionId === positionId);
  const committed = positions[place];
  const entry = entries.find((one) => one.sourceIndex === sourceIndex && one.positionId === positionId);
  if (committed === undefined || entry === undefined) return null;
  const { observation } = round.signed;
  return {
    epoch: observation.slot.epoch,
    reportDigest: round.reportDigest,
    operator: observation.operator,
    explanation: entry.explanation,
    fault: entry.fault,
    proof: {
      positionInputs: committed.text,
      assetInputs: assets[assetHashOf(committed.text)] ?? "",
      siblings: proofOf(buildMerkleTree(leavesOf(observation.slot.epoch, positions)), place),
      inputsRoot: root,
      observation: encodeSigned(round.signed),
      evidence: round.evidence,
    },
  };
}

function assetHashOf(text: string): Hex {
  return decodePositionInputs(text).assetHash;
}
