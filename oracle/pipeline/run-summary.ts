/** What a run did, measured in that run: the JSON object that `npm start -- --json` ends with. */
import type { FeedVerdict } from "../domain/feed-verdict.ts";
import type { FundHedgeRow } from "../domain/fund-hedge.ts";
import type { IngestionCounts } from "../domain/market.ts";
import type { ModelIdentity } from "../domain/prediction.ts";
import { createFeedFindings, type FeedFinding, type FeedFindings } from "./feed-findings.ts";

/** Counts by reason. */
export type Tally = Readonly<Record<string, number>>;

/** Everything a run measured; the field names are a public interface. */
export interface RunSummary {
  readonly rounds: number;
  readonly operators: number;
  readonly threshold: number;
  /** Position sources registered at the oracle in the last round. */
  readonly sources: number;
  /** Positions of all sources that were ever open in this run. */
  readonly positions: number;
  /** Signed observations that the operators made. */
  readonly observations: number;
  readonly reports: {
    readonly signed: number;
    readonly accepted: number;
    readonly held: number;
    readonly rejected: number;
  };
  readonly entries: { readonly applied: number; readonly skipped: Tally };
  readonly vault: {
    readonly opened: number;
    readonly flagged: number;
    readonly liquidated: number;
    readonly settled: number;
    readonly redeemed: number;
    /** Flags that no keeper took, because the receipt was below value plus cost. */
    readonly unwanted: number;
    /** Sum over series, token units of each series' own collateral. */
    readonly shortfall: string;
  };
  /** The sample loan market. */
  readonly loans: {
    readonly opened: number;
    readonly repaid: number;
    readonly liquidated: number;
    /** What the lenders lost, quote units. */
    readonly shortfall: string;
  };
  /** The automatic hedger of the insurance funds. */
  readonly hedge: {
    /** Net deltas that reached a mandate. */
    readonly reports: number;
    readonly trades: number;
    /** Value of all trades at the venue's marks. */
    readonly tradedUsd: number;
    /** Why less or nothing was done, by reason or contract error. */
    readonly refused: Tally;
    /** Where each mandate stood at its last look. */
    readonly mandates: readonly HedgeSummary[];
  };
  readonly roundsWithQuorum: number;
  readonly vetoed: number;
  readonly ingestion: IngestionCounts;
  /** Readings that the feed defence did not use, by source, feature and reason. */
  readonly feeds: readonly FeedFinding[];
  readonly tightened: number;
  readonly loosened: number;
  readonly roundMs: { readonly p50: number; readonly p99: number };
  readonly gas: { readonly reportPerEntry: number };
  readonly models: readonly ModelIdentity[];
  readonly dataSource: string;
}

/** A mandate at its last look. */
export type HedgeSummary = Pick<
  FundHedgeRow,
  "asset" | "netDeltaCoins" | "positionCoins" | "marginUsd" | "equityUsd" | "idleUsd"
>;

/** Counters that grow while a run goes on. */
export interface RunCounters {
  add(name: CounterName, amount?: number): void;
  /** Counts one entry that a report carried and the chain skipped, by reason. */
  skip(reason: string, amount?: number): void;
  roundMs(milliseconds: number): void;
  reportGas(gasUsed: bigint, entries: number): void;
  shortfall(units: bigint): void;
  loanShortfall(units: bigint): void;
  /** Counts a trade of a hedging mandate of this value. */
  hedgeTrade(valueUsd: number): void;
  hedgeRefused(reason: string): void;
  /** Notes what the feed defence said in a round at this market time, seconds. */
  feeds(verdicts: readonly FeedVerdict[], atSec: number): void;
  /** Notes how many sources the last round read. */
  sources(count: number): void;
  /** The JSON object of the counters so far. */
  summary(fixed: FixedFacts): RunSummary;
}

/** Plain counters of a run. */
export type CounterName =
  | "rounds"
  | "observations"
  | "signed"
  | "accepted"
  | "held"
  | "rejected"
  | "applied"
  | "opened"
  | "flagged"
  | "liquidated"
  | "settled"
  | "redeemed"
  | "unwanted"
  | "loansOpened"
  | "loansRepaid"
  | "loansLiquidated"
  | "hedgeReports"
  | "hedgeTrades"
  | "roundsWithQuorum"
  | "vetoed"
  | "tightened"
  | "loosened";

/** Facts of a run that are known from elsewhere than its counters. */
export type FixedFacts = Pick<
  RunSummary,
  "operators" | "threshold" | "positions" | "ingestion" | "models" | "dataSource"
> & { readonly fundHedges: readonly FundHedgeRow[] };

const MEDIAN = 0.5;
const TAIL = 0.99;

/** What the counters hold. */
interface Tallies {
  readonly counts: Map<CounterName, number>;
  readonly skipped: Map<string, number>;
  readonly durations: number[];
  gasUsed: bigint;
  entriesPaid: number;
  shortfall: bigint;
  loanShortfall: bigint;
  hedgedUsd: number;
  readonly hedgeRefused: Map<string, number>;
  readonly feeds: FeedFindings;
  sources: number;
}

/** Creates counters at zero. */
export function createRunCounters(): RunCounters {
  const tallies: Tallies = {
    counts: new Map(),
    skipped: new Map(),
    durations: [],
    gasUsed: 0n,
    entriesPaid: 0,
    shortfall: 0n,
    loanShortfall: 0n,
    hedgedUsd: 0,
    hedgeRefused: new Map(),
    feeds: createFeedFindings(),
    sources: 0,
  };
  const { counts, skipped, durations, hedgeRefused } = tallies;
  return {
    add: (name, amount = 1) => void counts.set(name, (counts.get(name) ?? 0) + amount),
    skip: (reason, amount = 1) => void skipped.set(reason, (skipped.get(reason) ?? 0) + amount),
    roundMs: (milliseconds) => void durations.push(milliseconds),
    reportGas: (gas, entries) => {
      tallies.gasUsed += gas;
      tallies.entriesPaid += entries;
    },
    shortfall: (units) => {
      tallies.shortfall += units;
    },
    loanShortfall: (units) => {
      tallies.loanShortfall += units;
    },
    hedgeTrade: (valueUsd) => {
      tallies.hedgedUsd += valueUsd;
      counts.set("hedgeTrades", (counts.get("hedgeTrades") ?? 0) + 1);
    },
    hedgeRefused: (reason) => void hedgeRefused.set(reason, (hedgeRefused.get(reason) ?? 0) + 1),
    feeds: tallies.feeds.note,
    sources: (count) => {
      tallies.sources = count;
    },
    summary: (fixed) => summaryOf(tallies, fixed),
  };
}

function summaryOf(tallies: Tallies, fixed: FixedFacts): RunSummary {
  const get = (name: CounterName) => tallies.counts.get(name) ?? 0;
  const { durations, gasUsed, entriesPaid } = tallies;
  return {
    rounds: get("rounds"),
    operators: fixed.operators,
    threshold: fixed.threshold,
    sources: tallies.sources,
    positions: fixed.positions,
    observations: get("observations"),
    reports: { signed: get("signed"), accepted: get("accepted"), held: get("held"), rejected: get("rejected") },
    entries: { applied: get("applied"), skipped: Object.fromEntries(tallies.skipped) },
    vault: {
      opened: get("opened"),
      flagged: get("flagged"),
      liquidated: get("liquidated"),
      settled: get("settled"),
      redeemed: get("redeemed"),
      unwanted: get("unwanted"),
      shortfall: tallies.shortfall.toString(),
    },
    loans: {
      opened: get("loansOpened"),
      repaid: get("loansRepaid"),
      liquidated: get("loansLiquidated"),
      shortfall: tallies.loanShortfall.toString(),
    },
    hedge: {
      reports: get("hedgeReports"),
      trades: get("hedgeTrades"),
      tradedUsd: Math.round(tallies.hedgedUsd),
      refused: Object.fromEntries(tallies.hedgeRefused),
      mandates: fixed.fundHedges.map(toHedgeSummary),
    },
    roundsWithQuorum: get("roundsWithQuorum"),
    vetoed: get("vetoed"),
    ingestion: fixed.ingestion,
    feeds: tallies.feeds.list(),
    tightened: get("tightened"),
    loosened: get("loosened"),
    roundMs: { p50: percentile(durations, MEDIAN), p99: percentile(durations, TAIL) },
    gas: { reportPerEntry: entriesPaid === 0 ? 0 : Math.round(Number(gasUsed) / entriesPaid) },
    models: fixed.models,
    dataSource: fixed.dataSource,
  };
}

function toHedgeSummary(row: FundHedgeRow): HedgeSummary {
  const { asset, netDeltaCoins, positionCoins, marginUsd, equityUsd, idleUsd } = row;
  return { asset, netDeltaCoins, positionCoins, marginUsd, equityUsd, idleUsd };
}

/** Nearest-rank percentile, rounded to 0.1; 0 for no values. */
function percentile(values: readonly number[], level: number): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((left, right) => left - right);
  const rank = Math.min(sorted.length - 1, Math.ceil(level * sorted.length) - 1);
  return Math.round((sorted[Math.max(0, rank)] ?? 0) * 10) / 10;
}
