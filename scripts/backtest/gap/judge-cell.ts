/** One cell of the gap backtest: an asset and a horizon, our forecast against every rule. */
import type { AssetSymbol } from "../../../oracle/domain/market.ts";
import { adverseGaps, GAP_SIDES, type GapPath } from "../../../oracle/models/gap/adverse-gaps.ts";
import { gapForecast } from "../../../oracle/models/gap/gap-forecast.ts";
import { type GapBaseline, gapBaselines } from "../../../oracle/training/gap/gap-baselines.ts";
import { entriesAt, type GapEntries, gapScore, scaledToBreach } from "../../../oracle/training/gap/gap-scores.ts";
import type { GapMarket } from "./gap-market.ts";
import { type GapWindow, momentsOf, requireJudgeable } from "./gap-window.ts";

/** A rule scaled to 1 % breaches on the window. */
export interface ScaledScore {
  readonly gapAt1pct: number;
  /** Mean pinball loss after scaling. */
  readonly pinball: number;
}

/** What a cell found. */
export interface GapCell {
  readonly asset: AssetSymbol;
  readonly horizonHours: number;
  readonly market: GapMarket;
  readonly moments: Int32Array;
  readonly moves: GapPath;
  readonly forecast: GapPath;
  /** Judged entries: moments times directions. */
  readonly n: number;
  /** Unscaled, as stated for 1 %. */
  readonly breach: number;
  readonly gap: number;
  readonly pinball: number;
  /** Scaled to 1 % breaches like the rules. */
  readonly scaled: ScaledScore;
  readonly baselines: Readonly<Partial<Record<GapBaseline, ScaledScore>>>;
  /** Entries by policy, ours as `plimsoll`. */
  readonly entries: Readonly<Record<string, GapEntries>>;
}

/** A rule that is unknown at more than this share of the moments is not judged. */
const GREATEST_UNKNOWN = 0.01;

/**
 * Judges one asset at one horizon on the moments at which our forecast and every usable rule are known.
 *
 * @throws PlimsollError `EVALUATION_EMPTY`, `DATA_GAP`.
 */
export function judgeCell(market: GapMarket, horizonHours: number, window: GapWindow): GapCell {
  const { asset, bars, impliedVol } = market;
  const moves = adverseGaps(bars, horizonHours);
  const forecast = gapForecast({ bars, horizonHours, impliedVol });
  const known = momentsOf(market, window, [moves, forecast]);
  requireJudgeable(market, window, known);
  const rules = Object.entries(gapBaselines(bars, impliedVol)).filter(([, path]) => isUsable(path, known));
  const moments = momentsOf(market, window, [moves, forecast, ...rules.map(([, path]) => path)]);
  const ours = entriesAt(forecast, moves, moments);
  const rivals = rules.map(([name, path]) => [name, entriesAt(path, moves, moments)] as const);
  return {
    asset,
    horizonHours,
    market,
    moments,
    moves,
    forecast,
    n: GAP_SIDES.length * moments.length,
    ...gapScore(ours),
    scaled: scaledScore(ours),
    baselines: Object.fromEntries(rivals.map(([name, entries]) => [name, scaledScore(entries)])),
    entries: { plimsoll: ours, ...Object.fromEntries(rivals) },
  };
}

/** Name and score of the cheapest rule of a cell. */
export function bestBaseline({ baselines }: GapCell): ScaledScore & { readonly name: string } {
  const found = Object.entries(baselines).map(([name, score]) => ({ name, ...score }));
  const none = { name: "none", gapAt1pct: Number.NaN, pinball: Number.NaN };
  return found.reduce((best, next) => (best.gapAt1pct <= next.gapAt1pct ? best : next), found[0] ?? none);
}

function scaledScore(entries: GapEntries): ScaledScore {
  const { gap, pinball } = gapScore(scaledToBreach(entries));
  return { gapAt1pct: gap, pinball };
}

function isUsable({ fall }: GapPath, moments: Int32Array): boolean {
  const unknown = moments.reduce((count, row) => count + Number(!Number.isFinite(fall[row] ?? Number.NaN)), 0);
  return unknown <= GREATEST_UNKNOWN * moments.length;
}
