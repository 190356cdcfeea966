/** Every number that scoring depends on, with its source; part of the signed configuration. */
import { PlimsollError } from "../domain/errors.ts";
import { SECONDS_PER_HOUR } from "../domain/units.ts";

/** Settings of the scenario engine and of the maps from losses to ρ, π and score. */
export interface ScoringSettings {
  /** Seed of the common random numbers. Constant over rounds, so that ρ moves with the market and never by chance. */
  readonly seed: string;
  /** Scenario paths. */
  readonly paths: number;
  /** Horizon H, seconds: the whole reaction time (architecture.md §7.2). */
  readonly horizonSec: number;
  /** Longest horizon of a position that is large against depth, seconds. */
  readonly maxHorizonSec: number;
  /** Confidence q of the requirement. */
  readonly confidence: number;
  /**
   * Expected shortfall is taken over this multiple of the tail mass 1 − q. 2.5 makes it equal to the quantile for normal
   * losses and larger for fatter tails: the ratio by which Basel's FRTB replaced VaR 99 % by ES 97.5 %.
   */
  readonly shortfallTailRatio: number;
  /**
   * Range of the stretch that the learned quantiles may apply to a scenario's adverse move. The lower end also bounds how far they may lower
   * a counted probability.
   */
  readonly minStretch: number;
  readonly maxStretch: number;
  /**
   * Standard deviation of the logarithm of a path's volatility about its forecast, a day ahead; it grows with the root of time.
   * Chosen among 0, 0.3, 0.45, 0.6 and 0.8 on days before 2024-07 (docs/models/log.md, the engine's next day).
   */
  readonly volUncertainty: number;
  /** Fewest standardised residuals that are resampled; below, the asset is doubtful. */
  readonly minResiduals: number;
  /** Implied over model volatility where there is no volatility index: median of DVOL over five-day EWMA volatility. */
  readonly impliedVolPremium: number;
  /** An older volatility index is not used, seconds: a daily series may be one day and a half old. */
  readonly maxVolIndexAgeSec: number;
  /** Time the liquidator carries price risk in the orderly stage, seconds (options-vaults.md §4.6). */
  readonly orderlyStageSec: number;
  /** Standard deviations of the liquidator's 95 % price risk. */
  readonly priceRiskDeviations: number;
  /** Half spread where no best prices are known, decimal. */
  readonly defaultHalfSpread: number;
  /** Gas of closing one contract out, USD; a constant a contract, so that cost never falls with size. */
  readonly gasUsdPerContract: number;
  /** How often the depth within 1 % comes back in an hour; sets the time to sell a large position. */
  readonly depthRefillsPerHour: number;
  /**
   * Weight of the stressed window: ρ is at least this share of what the series would need under the highest volatility of
   * any 30 days, so that calm does not erode what a crash would ask back at once. Chosen among 0, 0.15, 0.25, 0.35, 0.5 and
   * 0.75 by what it costs (docs/decisions/2026-11-30-a-stressed-window-floors-the-requirement.md).
   */
  readonly stressWeight: number;
  /**
   * How far a cascade that is more likely than usual deepens the falls of puts, 0 to 1: the further fall that forced selling
   * would bring, times its excess probability, times this.
   */
  readonly cascadeWeight: number;
  /** How much of the way from H to the longest horizon an excess probability of 1 goes for puts, 0 to 1. */
  readonly cascadeHorizonWeight: number;
  /**
   * Weight of the contagion add-on: ρ grows by this share of its need times the asset's exposure to the others. 0, off, since neither the
   * crash network's gain over own features nor a better margin is proven (docs/models/contagion.md).
   */
  readonly contagionWeight: number;
  /** Largest concentration add-on, share of L − I. */
  readonly concentrationRate: number;
  /** Liquidator's margin over cost, share of L − I. */
  readonly incentiveRate: number;
  /** Class quantile of current scores that new positions must meet. */
  readonly classQuantile: number;
}

/** Settings of a live node. */
export const DEFAULT_SCORING_SETTINGS: ScoringSettings = {
  seed: "plimsoll-scenarios-1",
  paths: 500,
  horizonSec: 6 * SECONDS_PER_HOUR,
  maxHorizonSec: 24 * SECONDS_PER_HOUR,
  confidence: 0.99,
  shortfallTailRatio: 2.5,
  minStretch: 0.75,
  maxStretch: 3,
  volUncertainty: 0.6,
  minResiduals: 50,
  // Median over 2022-11-16…2025-02-18 of shared `dvol-onchain-social-daily` against hourly spot (quartiles 1.05, 1.36).
  impliedVolPremium: 1.2,
  maxVolIndexAgeSec: 36 * SECONDS_PER_HOUR,
  orderlyStageSec: 900,
  priceRiskDeviations: 1.645,
  defaultHalfSpread: 0.0005,
  gasUsdPerContract: 0.5,
  depthRefillsPerHour: 4,
  stressWeight: 0.15,
  // Both off: neither earned its cost (docs/models/cascade.md, what it would do to the score).
  cascadeWeight: 0,
  cascadeHorizonWeight: 0,
  contagionWeight: 0,
  concentrationRate: 0.1,
  incentiveRate: 0.001,
  classQuantile: 0.9,
};

/** Whether a score reads the state of forced selling at all. */
export function readsCascades(settings: Pick<ScoringSettings, "cascadeWeight" | "cascadeHorizonWeight">): boolean {
  return settings.cascadeWeight > 0 || settings.cascadeHorizonWeight > 0;
}

/** Closed ranges of the settings; `seed` apart. */
const LIMITS: Readonly<Record<Exclude<keyof ScoringSettings, "seed">, readonly [number, number]>> = {
  paths: [100, 100_000],
  horizonSec: [60, 30 * 86_400],
  maxHorizonSec: [60, 30 * 86_400],
  confidence: [0.5, 0.999],
  shortfallTailRatio: [1, 10],
  minStretch: [0.1, 1],
  maxStretch: [1, 10],
  volUncertainty: [0, 2],
  minResiduals: [10, 1_000_000],
  impliedVolPremium: [0.5, 5],
  maxVolIndexAgeSec: [0, 30 * 86_400],
  orderlyStageSec: [0, 86_400],
  priceRiskDeviations: [0, 10],
  defaultHalfSpread: [0, 0.1],
  gasUsdPerContract: [0, 10_000],
  depthRefillsPerHour: [0.01, 1_000],
  stressWeight: [0, 1],
  cascadeWeight: [0, 1],
  cascadeHorizonWeight: [0, 1],
  contagionWeight: [0, 1],
  concentrationRate: [0, 1],
  incentiveRate: [0, 0.1],
  classQuantile: [0, 1],
};

/**
 * Checks every setting against its range.
 *
 * @throws PlimsollError `SCORING_SETTINGS_INVALID` naming the setting, its value and its range.
 */
export function assertScoringSettings(settings: ScoringSettings): void {
  for (const name of Object.keys(LIMITS).filter((key): key is keyof typeof LIMITS => key in LIMITS)) {
    const [low, high] = LIMITS[name];
    if (!(settings[name] >= low && settings[name] <= high)) throw invalid(name, settings[name], `${low}…${high}`);
  }
  if (!Number.isInteger(settings.paths)) throw invalid("paths", settings.paths, "an integer");
  if (settings.maxHorizonSec < settings.horizonSec) {
    throw invalid("maxHorizonSec", settings.maxHorizonSec, `at least horizonSec = ${settings.horizonSec}`);
  }
}

function invalid(name: string, value: number, limit: string): PlimsollError<"SCORING_SETTINGS_INVALID"> {
  return new PlimsollError({
    code: "SCORING_SETTINGS_INVALID",
    problem: `Scoring setting ${name} is ${value}; its limit is ${limit}.`,
    remedy: "Correct the setting in the node's configuration.",
    context: { name, value, limit },
  });
}
