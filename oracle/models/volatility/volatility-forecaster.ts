/** Volatility forecasts for the live path: refits at fixed times, filters in between, falls back to EWMA and says so. */
import type { AssetMarket, AssetSymbol } from "../../domain/market.ts";
import { type FallbackReason, QUANTILE_HORIZONS_HOURS, type VolForecast } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../domain/units.ts";
import { variance } from "../../math/statistics.ts";
import { type GarchFit, specId } from "../garch/garch-types.ts";
import { ewmaVariance, heavyTailedSample } from "./ewma-variance.ts";
import { MAX_VARIANCE_MULTIPLE, plausiblePath } from "./plausible-path.ts";
import { rankGarch } from "./rank-garch.ts";
import { stepOf, stepReturns } from "./step-returns.ts";

/** Settings of the forecaster; defaults in {@link DEFAULT_FORECASTER_OPTIONS}. */
export interface VolatilityForecasterOptions {
  /** Trailing window of fit and filter, steps. */
  readonly windowSteps: number;
  /** Fewer returns than this at the last refit time give the EWMA fallback. */
  readonly minSteps: number;
  /** Steps between refits. */
  readonly refitSteps: number;
  /** No forecast is below this share of the window's standard deviation. */
  readonly floorShare: number;
}

/** Forecaster of one process; it keeps the last fit of each asset. */
export interface VolatilityForecaster {
  /**
   * Volatility of the next 72 hours.
   *
   * Refit times are multiples of `refitSteps` steps since the epoch, and a refit reads only bars up to its time: so a
   * restarted forecaster gives the same numbers, provided the market still holds `windowSteps + refitSteps` steps.
   *
   * @param market bars of the asset; nothing later than `atSec` is read.
   * @param atSec time of the forecast, seconds.
   */
  forecast(market: AssetMarket, atSec: number): VolForecast;
  /** Below this no forecast of a step at that time may lie: standard deviation of the log return of a step, decimal. */
  floorSigma(market: AssetMarket, atSec: number): number;
  /** Standard deviation of the log return of a step over the last 120 days of hours, decimal; `null` below half of them. */
  longRunSigma(market: AssetMarket, atSec: number): number | null;
}

/** 0.3 is the 5th percentile of 24-hour over 1 500-hour volatility of BTC, 2022-2025 (measured on `spot-hourly`). */
export const DEFAULT_FORECASTER_OPTIONS: VolatilityForecasterOptions = {
  windowSteps: 1_500,
  minSteps: 200,
  refitSteps: 24,
  floorShare: 0.3,
};

/** Lowest forecast, a year: the 1st percentile of BTC's 24-hour volatility, 2022-2025 (measured on `spot-hourly`). */
const MIN_ANNUAL_VOL = 0.08;
/** Volatility of an unknown asset, a year: the highest 1 500-hour volatility of BTC and ETH, 2022-2025 (measured: 1.19). */
const PRIOR_ANNUAL_VOL = 1.2;
/**
 * The fit's share in the logarithm of a step's variance halves over this time, the rest is the EWMA: hourly fits say little
 * about the days after. On 117 windows of BTC and ETH each, 2022-2025, this lowered QLIKE at 24 h by 11 and 16 %, at 72 h by
 * 19 and 3 %, and left 6 h unchanged (measured on `spot-hourly`).
 */
const FIT_HALF_LIFE_SEC = 12 * SECONDS_PER_HOUR;

/** Window of the long-run volatility, steps: 120 days of hours, what a node keeps. */
const LONG_RUN_STEPS = 2_880;

/** The fits, best first, or the reason why there are none, valid until the next refit time. */
interface FitState {
  readonly refitSec: number;
  readonly stepSec: number;
  readonly fits: readonly GarchFit[] | FallbackReason;
}

/** Creates a forecaster; see {@link VolatilityForecaster.forecast}. */
export function createVolatilityForecaster(overrides: Partial<VolatilityForecasterOptions> = {}): VolatilityForecaster {
  const options = { ...DEFAULT_FORECASTER_OPTIONS, ...overrides };
  const states = new Map<AssetSymbol, FitState>();
  return {
    forecast: (market, atSec) => {
      const stepSec = stepOf(market.bars);
      const refitLength = options.refitSteps * stepSec;
      const refitSec = Math.floor(atSec / refitLength) * refitLength;
      const known = states.get(market.asset);
      const isCurrent = known?.refitSec === refitSec && known.stepSec === stepSec;
      const state = isCurrent ? known : { refitSec, stepSec, fits: fitUntil(market, { refitSec, stepSec, options }) };
      states.set(market.asset, state);
      return forecastWith(state, { market, atSec, options });
    },
    floorSigma: ({ bars }, atSec) => {
      const stepSec = stepOf(bars);
      const returns = stepReturns(bars, { untilSec: atSec, stepSec, maxReturns: options.windowSteps });
      return floorSigma(returns, stepSec, options.floorShare);
    },
    longRunSigma: ({ bars }, atSec) => {
      const returns = stepReturns(bars, { untilSec: atSec, stepSec: stepOf(bars), maxReturns: LONG_RUN_STEPS });
      return returns.length < LONG_RUN_STEPS / 2 ? null : Math.sqrt(variance(returns));
    },
  };
}

interface FitWindow {
  readonly refitSec: number;
  readonly stepSec: number;
  readonly options: VolatilityForecasterOptions;
}

function fitUntil(market: AssetMarket, window: FitWindow): readonly GarchFit[] | FallbackReason {
  const { refitSec, stepSec, options } = window;
  const returns = stepReturns(market.bars, { untilSec: refitSec, stepSec, maxReturns: options.windowSteps });
  if (returns.length < options.minSteps) return "short-history";
  const fits = rankGarch(returns);
  return fits.length > 0 ? fits : "fit-failed";
}

interface ForecastInput {
  readonly market: AssetMarket;
  readonly atSec: number;
  readonly options: VolatilityForecasterOptions;
}

function forecastWith(state: FitState, input: ForecastInput): VolForecast {
  const { market, atSec, options } = input;
  const { stepSec, fits } = state;
  const returns = stepReturns(market.bars, { untilSec: atSec, stepSec, maxReturns: options.windowSteps });
  const steps = Math.ceil((Math.max(...QUANTILE_HORIZONS_HOURS) * SECONDS_PER_HOUR) / stepSec);
  const ewma = ewmaVariance(returns, stepSec, perStep(PRIOR_ANNUAL_VOL, stepSec) ** 2);
  const common = { asset: market.asset, atSec, stepSec };
  const floor = floorSigma(returns, stepSec, options.floorShare);
  const sigmasOf = (variances: Float64Array): Float64Array =>
    variances.map((value, step) => Math.max(floor, Math.sqrt(shrunkVariance(value, ewma, step * stepSec))));
  // A function, since the sample takes longer than everything else here and is hardly ever needed.
  const fallback = (variance: number, reason: FallbackReason): VolForecast => {
    const sigmaPerStep = sigmasOf(new Float64Array(steps).fill(variance));
    return { ...common, modelId: "ewma", sigmaPerStep, residuals: heavyTailedSample(), fallbacks: [reason] };
  };
  if (typeof fits === "string") return fallback(ewma, fits);
  const maxVariance = maxPlausibleVariance(returns, ewma);
  const path = plausiblePath(fits, { returns, steps, maxVariance });
  if (path === null) return fallback(maxVariance, "fit-failed");
  const { spec, variances, residuals } = path;
  return { ...common, modelId: specId(spec), sigmaPerStep: sigmasOf(variances), residuals, fallbacks: [] };
}

/** Geometric mean of a step's variance and the EWMA; the EWMA's share grows with the time to the step. */
function shrunkVariance(value: number, ewma: number, aheadSec: number): number {
  const fitShare = 2 ** (-aheadSec / FIT_HALF_LIFE_SEC);
  return value ** fitShare * ewma ** (1 - fitShare);
}

/**
 * Above this no fit is believed. Where none is believed, the fallback starts here and decays to the EWMA at the usual
 * half-life: so it is at no step below a forecast that would have been believed.
 */
function maxPlausibleVariance(returns: Float64Array, ewma: number): number {
  return MAX_VARIANCE_MULTIPLE * (returns.length < 2 ? ewma : Math.max(ewma, variance(returns)));
}

function floorSigma(returns: Float64Array, stepSec: number, share: number): number {
  const absolute = perStep(MIN_ANNUAL_VOL, stepSec);
  return returns.length < 2 ? absolute : Math.max(absolute, share * Math.sqrt(variance(returns)));
}

function perStep(annualVol: number, stepSec: number): number {
  return annualVol * Math.sqrt(stepSec / SECONDS_PER_YEAR);
}
