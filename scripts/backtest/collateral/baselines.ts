/** The margin rules that the collateral backtest compares with, each with one knob. */
import { SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import { fastOptionValue } from "../../../oracle/math/black76-kernel.ts";
import { quantile } from "../../../oracle/math/statistics.ts";
import type { ChainSnapshot } from "../../data/option-chains.ts";
import { isJudgedStrike, type OptionPair } from "./snapshot-pairs.ts";

/** Margin of one pair at a knob, share of the largest loss within [intrinsic, 1], non-decreasing in the knob. */
export type MarginRule = (pair: OptionPair, knob: number) => number;

/** Names of the baselines as the JSON has them. */
export const BASELINE_NAMES = ["static", "pctSpot", "exchange", "ewmaGap", "impliedGap"] as const;

/** A baseline's name. */
export type BaselineName = (typeof BASELINE_NAMES)[number];

/** Margin of the exchange formula: 15 % of spot less the amount out of the money, at least 10 %. */
const EXCHANGE = { base: 0.15, least: 0.1 };
const EWMA_HALF_LIFE_SNAPSHOTS = 40;

/**
 * The five baselines of one asset.
 *
 * @param snapshots ascending in time; volatilities at t use those up to t.
 */
export function baselineRules(snapshots: readonly ChainSnapshot[]): Readonly<Record<BaselineName, MarginRule>> {
  const ewma = ewmaVols(snapshots);
  const implied = medianVols(snapshots);
  const impliedOf = (pair: OptionPair): number => implied.get(pair.snapshot)?.get(pair.quote.expirySec) ?? Number.NaN;
  return {
    static: (pair, knob) => held(pair, pair.intrinsic + knob * (1 - pair.intrinsic)),
    pctSpot: (pair, knob) => held(pair, pair.value + knob * spotUnits(pair)),
    exchange: (pair, knob) => held(pair, pair.value + knob * exchangeShare(pair) * spotUnits(pair)),
    // The first snapshot has no return: there the implied volatility stands in.
    ewmaGap: (pair, knob) => gapMargin(pair, knob * (ewma.get(pair.snapshot) ?? impliedOf(pair))),
    impliedGap: (pair, knob) => gapMargin(pair, knob * impliedOf(pair)),
  };
}

/** A margin held within intrinsic value and the largest loss. */
export function held({ intrinsic }: Pick<OptionPair, "intrinsic">, margin: number): number {
  return Math.min(1, Math.max(intrinsic, margin));
}

/** One spot as share of the largest loss. */
export function spotUnits({ quote }: Pick<OptionPair, "quote">): number {
  return quote.kind === "call" ? 1 : quote.index / quote.strike;
}

/** Amount out of the money over spot, ≥ 0. */
export function outOfTheMoney({ quote }: Pick<OptionPair, "quote">): number {
  const distance = quote.kind === "call" ? quote.strike - quote.index : quote.index - quote.strike;
  return Math.max(distance, 0) / quote.index;
}

function exchangeShare(pair: OptionPair): number {
  return Math.max(EXCHANGE.base - outOfTheMoney(pair), EXCHANGE.least);
}

/** Black-76 at the option's own volatility after a log move of the future by `scale · √years` against the writer. */
function gapMargin(pair: OptionPair, scale: number): number {
  const { quote, snapshot, laterSec } = pair;
  const move = scale * Math.sqrt((laterSec - snapshot.atSec) / SECONDS_PER_YEAR);
  const forward = quote.future * Math.exp(quote.kind === "call" ? move : -move);
  const deviation = quote.impliedVol * Math.sqrt((quote.expirySec - laterSec) / SECONDS_PER_YEAR);
  const value = fastOptionValue({ kind: quote.kind, forward, strike: quote.strike, deviation });
  return held(pair, Math.max(pair.value, value / (quote.kind === "call" ? forward : quote.strike)));
}

/** EWMA of squared returns of the index a year of elapsed time, as volatility; none at the first snapshot. */
function ewmaVols(snapshots: readonly ChainSnapshot[]): ReadonlyMap<ChainSnapshot, number> {
  const decay = 2 ** (-1 / EWMA_HALF_LIFE_SNAPSHOTS);
  const vols = new Map<ChainSnapshot, number>();
  let [sum, weight] = [0, 0];
  snapshots.forEach((snapshot, place) => {
    const before = snapshots[place - 1];
    if (before === undefined) return;
    const years = (snapshot.atSec - before.atSec) / SECONDS_PER_YEAR;
    sum = decay * sum + Math.log(snapshot.index / before.index) ** 2 / years;
    weight = decay * weight + 1;
    vols.set(snapshot, Math.sqrt(sum / weight));
  });
  return vols;
}

/** Median implied volatility of each expiry among the judged strikes. */
function medianVols(snapshots: readonly ChainSnapshot[]): ReadonlyMap<ChainSnapshot, ReadonlyMap<number, number>> {
  return new Map(snapshots.map((snapshot) => [snapshot, medianByExpiry(snapshot)]));
}

function medianByExpiry({ quotes }: ChainSnapshot): ReadonlyMap<number, number> {
  const byExpiry = new Map<number, number[]>();
  for (const { expirySec, impliedVol } of quotes.filter(isJudgedStrike)) {
    const vols = byExpiry.get(expirySec);
    if (vols === undefined) byExpiry.set(expirySec, [impliedVol]);
    else vols.push(impliedVol);
  }
  return new Map([...byExpiry].map(([expirySec, vols]) => [expirySec, quantile(Float64Array.from(vols), 0.5)]));
}
