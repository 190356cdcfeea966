/** Replays the market step by step: prices to the chain, settlements, one round of all operators, report, keepers. */
import type { OracleReader } from "../../chain/oracle-reader.ts";
import type { DriftState } from "../../domain/drift.ts";
import type { FeedVerdict } from "../../domain/feed-verdict.ts";
import type { MarketSnapshot } from "../../domain/market.ts";
import type { Anchor } from "../../domain/report.ts";
import type { PositionScore } from "../../domain/score.ts";
import type { MarketIngestor } from "../../ingestion/market-ingestor.ts";
import type { Clock } from "../../platform/clock.ts";
import { advanceChainTo } from "../../simulation/agents/local-world.ts";
import type { WriterDependencies } from "../../simulation/agents/writers.ts";
import type { ExplanationDesk } from "../explaining/explanation-desk.ts";
import { feedEvents } from "../feed-findings.ts";
import type { LocalDao } from "../governance/local-dao.ts";
import type { OperatorPool } from "../operator/operator-pool.ts";
import type { ComponentBoard } from "./component-board.ts";
import type { DeliveryWatch } from "./delivery-watch.ts";
import type { FundHedger } from "./fund-hedger.ts";
import { type JobLaneOptions, openJobLane } from "./job-runner.ts";
import type { Keepers } from "./keepers.ts";
import { pushPrices } from "./price-push.ts";
import { countRound, fateOf, noQuorum, type RoundAccount } from "./round-account.ts";
import type { SubmissionDesk } from "./submission-desk.ts";
import type { WorldView } from "./world-view.ts";

/** What a replay moves. */
export interface ReplayOptions extends WriterDependencies, RoundAccount {
  /** The market without any operator's noise. */
  readonly market: MarketIngestor;
  readonly stepSec: number;
  readonly reader: OracleReader;
  readonly operators: OperatorPool;
  readonly desk: SubmissionDesk;
  readonly keepers: Keepers;
  readonly fundHedger: FundHedger;
  /** Explains what the first operator signs; `null` without operators. */
  readonly explanations: Pick<ExplanationDesk, "note" | "takeNews"> | null;
  readonly world: WorldView;
  readonly delivery: DeliveryWatch;
  readonly dao: Pick<LocalDao, "step">;
  readonly lanes: JobLaneOptions;
  /** Stamps the rounds. */
  readonly clock: Clock;
  /** Told of the drift watch after every round. */
  readonly noteDrift: (states: readonly DriftState[]) => Promise<void>;
  /** Told after every round. */
  readonly onRound: (round: ReplayedRound) => void;
}

/** One round as people see it. */
export interface ReplayedRound {
  readonly round: number;
  readonly atSec: number;
  readonly snapshot: MarketSnapshot;
  readonly events: readonly string[];
}

/** A replay that runs rounds as jobs. */
export interface Replay {
  round(round: number, atSec: number): Promise<void>;
}

/** Bars end on the step; the anchor comes when every operator, however delayed, has received them. */
const ANCHOR_DELAY_SEC = 45;
/** Keepers look when grace and ramp of the round's tightenings are over, still inside the step. */
const KEEPER_SHARE = 0.75;

/** Opens the round schedule; a round that a killed run had begun is finished, or passed over, first. */
export async function openReplay(options: ReplayOptions): Promise<Replay> {
  const lane = await openJobLane(options.lanes, "round-schedule", async ({ round, atSec }) => {
    await runStep(options, round, atSec);
  });
  return { round: async (round, atSec) => await lane.run({ round, atSec }) };
}

async function runStep(options: ReplayOptions, round: number, atSec: number): Promise<void> {
  const head = await options.reader.anchor();
  // Left over from a killed run that had come further: the chain's time has passed it.
  if (head.timestampSec >= atSec) return;
  options.market.advanceTo(atSec);
  const snapshot = options.market.snapshot();
  noteMarket(options.board, snapshot);
  const refused = noteFeeds(options, snapshot);
  await pushPrices(options, snapshot, atSec);
  const settled = await options.keepers.settle(atSec);
  const decided = await options.dao.step();
  const agreed = await runRound(options, atSec + ANCHOR_DELAY_SEC);
  const unlike = noteLearned(options, snapshot, agreed.feeds);
  // Before the clock jumps: prices and reports must not look old only because a replay moves in steps.
  const guarded = await options.keepers.watchGuards(agreed.callers);
  const hedged = await options.fundHedger.look(snapshot, agreed.anchor);
  const keepersAtSec = atSec + options.stepSec * KEEPER_SHARE;
  await advanceChainTo(options.client, keepersAtSec);
  const { events, judged } = await options.keepers.guard(keepersAtSec);
  options.state.setPositions(await options.world.live(judged, agreed.scores), keepersAtSec);
  options.metrics.positions(options.state.positions());
  await options.delivery.look();
  const changes = options.delivery.takeChanges();
  options.onRound({
    round,
    atSec,
    snapshot,
    events: [
      ...refused,
      ...unlike,
      ...agreed.events,
      ...guarded,
      ...hedged,
      ...changes,
      ...settled,
      ...decided,
      ...events,
      ...(options.explanations?.takeNews() ?? []),
    ],
  });
}

interface AgreedRound {
  readonly anchor: Anchor;
  readonly scores: readonly PositionScore[];
  /** Assets for which a quorum of operators calls for caution. */
  readonly callers: readonly string[];
  /** What the first operator's learned guard says of the market. */
  readonly feeds: readonly FeedVerdict[];
  readonly events: readonly string[];
}

async function runRound(options: ReplayOptions, anchorSec: number): Promise<AgreedRound> {
  await advanceChainTo(options.client, anchorSec);
  const anchor = await options.reader.anchor();
  const begunAtMs = options.clock.nowMs();
  const results = await options.operators.round(anchor);
  countRound(options, results);
  const sources = await options.reader.sources(anchor);
  const { trail } = options.state;
  trail.addRound({ anchor, begunAtMs, fate: fateOf(results, options.quorumSize), results, sources });
  trail.setClasses(await options.reader.riskClasses(anchor), anchor);
  await options.noteDrift(results[0]?.drift ?? []);
  const quorum = results.find((result) => result.quorum !== null)?.quorum ?? null;
  const scores = results[0]?.scores ?? [];
  options.state.setJointRisk(results[0]?.jointRisk ?? null);
  options.state.setGreeks(results[0]?.greeks ?? null);
  options.state.setContagion(results[0]?.contagion ?? null);
  const { calls: callers } = options.state.caution().votes;
  const feeds = results[0]?.feeds ?? [];
  if (quorum === null) return { anchor, scores, callers, feeds, events: [noQuorum(results)] };
  const result = await options.desk.submit(quorum);
  if (result !== null) trail.answered(quorum.digest, result);
  if (results[0]?.isExplainable === true) await options.explanations?.note(results[0].epoch, anchor.timestampSec);
  const { entries, leftOut } = quorum.bundle;
  for (const { reason } of leftOut) options.counters.skip(`left-out:${reason}`);
  const fate = result === null ? "kept for later" : `${result.state}${result.reason ? ` (${result.reason})` : ""}`;
  const paused = Math.max(...results.map(({ looseningsLeftOut }) => looseningsLeftOut));
  const lacking = paused === 0 ? "" : `, left out ${paused} loosenings`;
  return {
    anchor,
    scores,
    callers,
    feeds,
    events: [`report ${quorum.bundle.report.epoch} ${fate}, ${entries.length} entries${lacking}`],
  };
}

function noteFeeds(
  { state, metrics, counters }: RoundAccount,
  { feeds = [], atSec }: MarketSnapshot,
): readonly string[] {
  state.setFeeds(feeds);
  metrics.feeds(feeds);
  counters.feeds(feeds, atSec);
  return feedEvents(feeds);
}

/** Shows the learned verdicts beside those of the rules, which were noted before the round. */
function noteLearned(
  { state, metrics, counters }: RoundAccount,
  { feeds = [], atSec }: MarketSnapshot,
  learned: readonly FeedVerdict[],
): readonly string[] {
  const all = [...feeds, ...learned];
  state.setFeeds(all);
  metrics.feeds(all);
  counters.feeds(learned, atSec);
  return feedEvents(learned);
}

/** Doubts that speak of the data; a gap of the past or a jump of the price is the market's own. */
const DATA_FAULTS: ReadonlySet<string> = new Set([
  "no-data",
  "stale-spot",
  "stale-book",
  "book-faulty",
  "source-conflict",
  "stale-chain",
]);

function noteMarket(board: ComponentBoard, { doubts }: MarketSnapshot): void {
  const faults = doubts.filter(({ reason }) => DATA_FAULTS.has(reason));
  const reasons = new Set(faults.map(({ asset, reason }) => `${asset} ${reason}`));
  if (reasons.size === 0) board.note("market", "ok");
  else board.note("market", "degraded", [...reasons].join(", "));
}
