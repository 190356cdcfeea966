/** What the surface does to scores: the same options with and without it, against the marks of the snapshot and those that followed. */
import type { OptionChain } from "../../../oracle/domain/option-chain.ts";
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import { fastOptionValue } from "../../../oracle/math/black76-kernel.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import { quotedSurface } from "../../../oracle/models/surface/quoted-surface.ts";
import { type AssetContext, horizonStepsOf } from "../../../oracle/scoring/asset-context.ts";
import { lossTail } from "../../../oracle/scoring/current-score.ts";
import { lossDistribution } from "../../../oracle/scoring/loss-distribution.ts";
import { createScenarioBook, type ScenarioBook } from "../../../oracle/scoring/scenario-book.ts";
import { DEFAULT_SCORING_SETTINGS, type ScoringSettings } from "../../../oracle/scoring/scoring-settings.ts";
import { seriesCase } from "../../../oracle/scoring/series-case.ts";
import { carriedStrike, seriesVol } from "../../../oracle/scoring/series-vol.ts";
import { tailStatistics } from "../../../oracle/scoring/tail-statistics.ts";
import { smoothedVols } from "../../backtest/collateral/plimsoll-margins.ts";
import { quotedContext } from "../../backtest/collateral/product-margins.ts";
import { type OptionPair, snapshotPairs } from "../../backtest/collateral/snapshot-pairs.ts";
import type { ChainSnapshot } from "../../data/option-chains.ts";

/** What one way to set volatility says of an option; amounts are shares of the largest loss. */
interface Judged {
  readonly value: number;
  /** M*, the requirement without floors and add-ons. */
  readonly requirement: number;
  /** Stated probabilities that the value at the end is above each collateral. */
  readonly probabilities: readonly number[];
}

/** One option under both. */
export interface AblationRow {
  readonly asset: string;
  /** |Black-76 delta| of the mark's volatility, and days to the expiry. */
  readonly delta: number;
  readonly days: number;
  readonly mark: number;
  readonly laterMark: number;
  /** Whether the mark that followed was above each collateral. */
  readonly happened: readonly boolean[];
  readonly rules: Judged;
  readonly surface: Judged;
}

/** Horizon of the pairs, hours. */
const HORIZON_HOURS = 6;
/** One pair in this many is judged. */
const EVERY = 48;
/** Collateral: the option's value after an adverse move of this size at its own volatility, as in the evaluation of the score. */
const COLLATERAL_MOVES = [0.015, 0.025, 0.05] as const;
const CONTRACTS = 1;

/** Rows of one asset, in the order of time. @param fromSec pairs before are left out. */
export function ablationRows(snapshots: readonly ChainSnapshot[], fromSec: number): readonly AblationRow[] {
  const vols = smoothedVols(snapshots);
  const pairs = snapshotPairs(snapshots, HORIZON_HOURS).filter(({ snapshot }) => snapshot.atSec >= fromSec);
  let ground: Ground | null = null;
  return pairs.flatMap((pair, place) => {
    if (place % EVERY !== 0) return [];
    if (ground?.snapshot !== pair.snapshot) ground = groundOf(pair, vols.get(pair.snapshot)?.hourly);
    return ground === null ? [] : [rowOf(pair, ground)];
  });
}

interface Ground {
  readonly snapshot: ChainSnapshot;
  readonly settings: ScoringSettings;
  /** The level of both is the surface's at 30 days, as a volatility index has it. */
  readonly rules: AssetContext;
  readonly surface: AssetContext;
  readonly book: ScenarioBook;
}

function groundOf({ snapshot, laterSec }: OptionPair, hourly: number | undefined): Ground | null {
  const surface = quotedSurface(chainOf(snapshot));
  if (surface === null || hourly === undefined) return null;
  const horizonSec = laterSec - snapshot.atSec;
  const maxHorizonSec = Math.max(horizonSec, DEFAULT_SCORING_SETTINGS.maxHorizonSec);
  const settings = { ...DEFAULT_SCORING_SETTINGS, horizonSec, maxHorizonSec };
  const impliedVol = surface.factors.level30 ?? Number.NaN;
  const rules = { ...quotedContext(snapshot, { hourly }, settings), impliedVol };
  const contexts = new Map([[snapshot.asset, rules]]);
  const book = createScenarioBook({ positions: [], contexts, atSec: snapshot.atSec, settings });
  return { snapshot, settings, rules, surface: { ...rules, surface }, book };
}

/** A recorded snapshot as the node receives it. */
function chainOf({ asset, atSec, index, quotes }: ChainSnapshot): OptionChain {
  return {
    ...{ kind: "chain", asset, index, quotes },
    ...{ sourceId: "deribit-options", sourceTimeSec: atSec, receivedTimeSec: atSec },
  };
}

function rowOf(pair: OptionPair, ground: Ground): AblationRow {
  const { quote, snapshot, laterValue } = pair;
  const years = (quote.expirySec - snapshot.atSec) / SECONDS_PER_YEAR;
  const collateral = COLLATERAL_MOVES.map((move) => costAfter(pair, move));
  const judged = (context: AssetContext): Judged => judge(pair, { ...ground, context, collateral });
  return {
    asset: snapshot.asset,
    delta: deltaOf(pair, years),
    days: (years * SECONDS_PER_YEAR) / (24 * SECONDS_PER_HOUR),
    mark: pair.value,
    laterMark: laterValue,
    happened: collateral.map((amount) => laterValue > amount),
    rules: judged(ground.rules),
    surface: judged(ground.surface),
  };
}

function costAfter({ quote, snapshot }: OptionPair, move: number): number {
  const { kind, strike, impliedVol, future } = quote;
  const forward = future * Math.exp(kind === "call" ? move : -move);
  const deviation = impliedVol * Math.sqrt((quote.expirySec - snapshot.atSec) / SECONDS_PER_YEAR);
  return fastOptionValue({ kind, forward, strike, deviation }) / (kind === "call" ? forward : strike);
}

/** By a difference of prices: the bucket needs no more. */
function deltaOf({ quote }: OptionPair, years: number): number {
  const { kind, strike, impliedVol, future } = quote;
  const step = future / 1_000;
  const at = (forward: number): number =>
    fastOptionValue({ kind, forward, strike, deviation: impliedVol * Math.sqrt(years) });
  return Math.abs(at(future + step) - at(future - step)) / (2 * step);
}

interface Judging extends Pick<Ground, "snapshot" | "settings" | "book"> {
  readonly context: AssetContext;
  readonly collateral: readonly number[];
}

function judge({ quote }: OptionPair, { snapshot, settings, book, context, collateral }: Judging): Judged {
  const { kind, strike, expirySec } = quote;
  const { asset, atSec } = snapshot;
  const series = { seriesId: 0n, asset, kind, strike, expirySec };
  const [paths, steps] = [book.paths(context, kind), horizonStepsOf(context, settings)];
  const scenarios = seriesCase({ series, context, paths, steps, atSec, settings });
  const tail = lossTail({ position: { size: CONTRACTS }, seriesCase: scenarios, terms: context.terms[kind] });
  const { quantile, shortfall } = tailStatistics(tail.descending, scenarios.ranks);
  const vol = seriesVol(series, context, atSec);
  const { impliedVol, response } = vol;
  const tenorYears = (expirySec - atSec) / SECONDS_PER_YEAR;
  const ends = lossDistribution({
    ...{
      series: { kind, strike: carriedStrike(series, vol) },
      spot: context.market.spot,
      paths,
      steps,
      impliedVol,
      response,
      tenorYears,
    },
    mode: "endpoint",
  });
  const unit = kind === "call" ? 1 : strike;
  return {
    value: tail.optionValue / unit,
    requirement: Math.max(quantile, shortfall) / unit,
    probabilities: collateral.map((amount) => mean(Array.from(ends.values, (end) => Number(end / unit > amount)))),
  };
}
