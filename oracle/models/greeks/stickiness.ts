/** How implied volatility answers to moves of the forward, learned from past snapshots and shrunk to zero where it is noise. */
import { SECONDS_PER_DAY } from "../../domain/units.ts";

/** One option over one past interval, what the net delta left and what a response of volatility would have explained. */
export interface HedgedRow {
  /** P&L that the net delta left over, coins. */
  readonly error: number;
  /** Coins of P&L per unit of `level`: coin vega over root tenor, times the move. */
  readonly levelEffect: number;
  /** Call delta minus one half: the place on the smile. */
  readonly smilePlace: number;
}

/** Sums over the rows of one asset and one interval. */
export interface IntervalMoments {
  /** End of the interval, seconds: from then on it may be learned from. */
  readonly laterSec: number;
  readonly levelLevel: number;
  readonly levelError: number;
  readonly levelSkew: number;
  readonly skewSkew: number;
  readonly skewError: number;
}

/** Response of implied volatility: dσ·√T = (level + skew·(call delta − ½)) · (1 − F₀/F₁). */
export interface Stickiness {
  readonly level: number;
  readonly skew: number;
}

/** Settings of the estimate; each interval counts as one observation, whatever its rows. */
export interface StickinessSettings {
  /** Days after which an interval counts half. */
  readonly levelHalfLifeDays: number;
  readonly skewHalfLifeDays: number;
  /** Factor c of the shrinkage max(0, 1 − c·var/estimate²); 0 for none. */
  readonly shrinkage: number;
  /** Intervals needed before any response is claimed. */
  readonly leastIntervals: number;
}

/** Learns interval by interval; nothing that ends after the asked time has any influence. */
export interface StickinessFilter {
  add(moments: IntervalMoments): void;
  at(atSec: number): Stickiness;
}

/** No response: the hedge is the net delta. */
export const NO_STICKINESS: Stickiness = { level: 0, skew: 0 };
/** Chosen on `deribit-options` before its last fifth (docs/models/log.md). */
export const STICKINESS_SETTINGS: StickinessSettings = {
  levelHalfLifeDays: 5,
  skewHalfLifeDays: 20,
  shrinkage: 4,
  leastIntervals: 30,
};

/** The largest monthly response seen was 0.3 a unit move: beyond twice that an estimate is a fault of the data. */
const GREATEST_RESPONSE = 0.6;

/** Sums up the rows of one interval. */
export function intervalMoments(laterSec: number, rows: Iterable<HedgedRow>): IntervalMoments {
  let [levelLevel, levelError, levelSkew, skewSkew, skewError] = [0, 0, 0, 0, 0];
  for (const { error, levelEffect, smilePlace } of rows) {
    const skewEffect = levelEffect * smilePlace;
    levelLevel += levelEffect * levelEffect;
    levelError += levelEffect * error;
    levelSkew += levelEffect * skewEffect;
    skewSkew += skewEffect * skewEffect;
    skewError += skewEffect * error;
  }
  return { laterSec, levelLevel, levelError, levelSkew, skewSkew, skewError };
}

/**
 * A filter without history.
 *
 * The level is the weighted least-squares slope of the errors; the skew that of what the level of its own time left over. Both
 * are shrunk by the positive-part rule of James and Stein (1961), the variance taken between intervals, so that options of one
 * interval, which share their fate, are not counted as independent.
 */
export function createStickinessFilter(settings: StickinessSettings = STICKINESS_SETTINGS): StickinessFilter {
  const levels: Slope[] = [];
  const skews: Slope[] = [];
  const at = (atSec: number): Stickiness => ({
    level: shrunkSlope(levels, { ...settings, atSec, halfLifeDays: settings.levelHalfLifeDays }),
    skew: shrunkSlope(skews, { ...settings, atSec, halfLifeDays: settings.skewHalfLifeDays }),
  });
  return {
    at,
    add: ({ laterSec, levelLevel, levelError, levelSkew, skewSkew, skewError }) => {
      // The level known one second before the interval's end cannot have learned from it.
      const { level } = at(laterSec - 1);
      levels.push({ laterSec, square: levelLevel, product: levelError });
      skews.push({ laterSec, square: skewSkew, product: skewError - level * levelSkew });
    },
  };
}

interface Slope {
  readonly laterSec: number;
  readonly square: number;
  readonly product: number;
}

interface SlopeTerms extends Pick<StickinessSettings, "shrinkage" | "leastIntervals"> {
  readonly atSec: number;
  readonly halfLifeDays: number;
}

function shrunkSlope(all: readonly Slope[], { atSec, halfLifeDays, shrinkage, leastIntervals }: SlopeTerms): number {
  const known = all.filter(({ laterSec }) => laterSec <= atSec);
  if (known.length < leastIntervals) return 0;
  const weights = known.map(({ laterSec }) => 0.5 ** ((atSec - laterSec) / SECONDS_PER_DAY / halfLifeDays));
  const sum = (of: (slope: Slope, weight: number) => number): number =>
    known.reduce((total, slope, place) => total + of(slope, weights[place] ?? 0), 0);
  const square = sum((slope, weight) => weight * slope.square);
  if (!(square > 0)) return 0;
  const estimate = sum((slope, weight) => weight * slope.product) / square;
  const spread = sum((slope, weight) => (weight * (slope.product - estimate * slope.square)) ** 2) / square ** 2;
  const kept = Math.max(0, 1 - (shrinkage * spread) / estimate ** 2);
  const response = estimate * (Number.isFinite(kept) ? kept : 0);
  return Math.min(Math.max(response, -GREATEST_RESPONSE), GREATEST_RESPONSE);
}
