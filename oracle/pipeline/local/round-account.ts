/** What a round came to: counted for the summary and for Prometheus, and noted on the board. */
import type { OperatorRoundResult } from "../operator/operator-settings.ts";
import type { RunCounters } from "../run-summary.ts";
import { agreedCaution } from "./caution-votes.ts";
import type { ComponentBoard } from "./component-board.ts";
import type { LiveState } from "./live-state.ts";
import type { RoundFate, RunMetrics } from "./run-metrics.ts";

/** Where a round is counted. */
export interface RoundAccount {
  readonly counters: RunCounters;
  readonly metrics: RunMetrics;
  readonly state: LiveState;
  readonly board: ComponentBoard;
  /** Observations and signatures that a report needs. */
  readonly quorumSize: number;
}

/** Counts one round of all operators. */
export function countRound(account: RoundAccount, results: readonly OperatorRoundResult[]): void {
  const { counters, metrics, state } = account;
  const fate = fateOf(results, account.quorumSize);
  counters.add("rounds");
  counters.add("observations", results.filter((result) => result.observed).length);
  if (fate === "quorum") {
    counters.add("roundsWithQuorum");
    counters.add("signed");
    metrics.report("signed");
  } else if (fate === "vetoed") counters.add("vetoed");
  const slowest = Math.max(...results.map((result) => result.durationMs));
  counters.roundMs(slowest);
  metrics.round(fate, slowest);
  countGuards(account, results, fate);
  countCaution(account, results);
  noteOperators(account.board, results, fate);
  const [first] = results;
  if (first === undefined) return;
  counters.sources(first.sourceCount);
  metrics.rejected(first.rejected);
  metrics.drift(first.drift);
  metrics.cascades(first.cascades);
  metrics.lending(first.lending.rejected);
  metrics.surfaces(first.surfaces);
  state.setDrift(first.drift);
  state.setSurfaces(first.surfaces);
  state.setIngestion(first.ingestion);
  metrics.ingestion(first.ingestion);
}

/** How the operators' accounts of one round add up. */
export function fateOf(results: readonly OperatorRoundResult[], quorumSize: number): RoundFate {
  if (results.some(({ quorum }) => quorum !== null)) return "quorum";
  if (results.filter(({ withheld }) => withheld === null).length < quorumSize) return "withheld";
  if (results.some(({ reason }) => reason === "nothing-to-report")) return "empty";
  return results.filter(({ observed }) => observed).length < quorumSize ? "vetoed" : "failed";
}

/** Why there is no report, for people. */
export function noQuorum(results: readonly OperatorRoundResult[]): string {
  const reasons = [...new Set(results.map((result) => result.reason ?? "none"))];
  return `no report: ${reasons.join(", ")}`;
}

function countCaution({ metrics, state, quorumSize }: RoundAccount, results: readonly OperatorRoundResult[]): void {
  const states = results[0]?.caution ?? [];
  const votes = agreedCaution(results, quorumSize);
  state.setCaution({ ...state.caution(), states, votes });
  metrics.caution(states, votes);
}

/** One operator speaks for all: of what is agreed all say the same. */
function countGuards({ metrics }: RoundAccount, results: readonly OperatorRoundResult[], fate: RoundFate): void {
  const withheld = results.find((result) => result.withheld !== null)?.withheld ?? null;
  if (fate === "withheld" && withheld !== null) metrics.withheld(withheld);
  const speaker =
    results.find(({ quorum }) => quorum !== null) ?? results.find((result) => result.looseningsLeftOut > 0);
  if (!speaker?.breaker.ok || speaker.looseningsLeftOut === 0) return;
  metrics.looseningsLeftOut(speaker.breaker.value.reason, speaker.looseningsLeftOut);
}

function noteOperators(board: ComponentBoard, results: readonly OperatorRoundResult[], fate: RoundFate): void {
  const silent = results.filter(({ quorum }) => quorum === null).length;
  const isObedient = fate === "empty" || results.every(({ withheld }) => withheld === "halted");
  if (silent === 0 || isObedient) board.note("operators", "ok");
  else if (fate !== "quorum") board.note("operators", "failed", noQuorum(results));
  else board.note("operators", "degraded", `${silent} of ${results.length} without a report`);
}
