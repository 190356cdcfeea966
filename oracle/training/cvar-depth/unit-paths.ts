/** Paths at unit volatility: drawn once for a pool of residuals, scaled for every market that shares its shape. */
import type { OptionKind } from "../../domain/positions.ts";
import { createRng } from "../../math/rng.ts";
import type { AdversePaths } from "../../scoring/adverse-paths.ts";
import { drawScenarios } from "../../scoring/scenario-draws.ts";
import { simulateSpot } from "../../scoring/scenarios.ts";

/** Worst moves at one unit of hourly standard deviation. */
export interface UnitPaths {
  /** Running worst moves by step. `[step][paths]` */
  readonly fall: readonly Float64Array[];
  readonly rise: readonly Float64Array[];
  /** Shock of implied volatility. `[paths]` */
  readonly volShock: Float64Array;
}

/** A market that unit paths are scaled for. */
export interface ScaledMarket {
  readonly kind: OptionKind;
  /** USD. */
  readonly spot: number;
  /** Standard deviation of the log return of an hour. */
  readonly hourlySigma: number;
  readonly steps: number;
}

/** The student reads the law by its strata alone: residuals of many shapes stand for every law. */
const PLAIN_LAW = { volUncertainty: 0 };
const STEP_SEC = 3_600;
/** Residuals of one drawn pool. */
const POOL_SIZE = 4_000;

/** Simulates scoring's own paths at unit volatility from a pool of residuals. */
export function unitPaths(
  residuals: Float64Array,
  options: { readonly paths: number; readonly steps: number; readonly seed: string },
): UnitPaths {
  const draws = drawScenarios(options);
  const volatility = {
    asset: "unit",
    atSec: 0,
    modelId: "unit",
    stepSec: STEP_SEC,
    sigmaPerStep: new Float64Array(options.steps).fill(1),
    residuals,
    fallbacks: [],
  };
  const scenarios = simulateSpot(draws, volatility, PLAIN_LAW);
  return { fall: scenarios.fall, rise: scenarios.rise, volShock: draws.volShock };
}

/** Adverse paths of a market with flat volatility; equal to those of scoring without a learned stretch. */
export function scaledPaths(unit: UnitPaths, market: ScaledMarket): AdversePaths {
  const { kind, spot, hourlySigma, steps } = market;
  const sign = kind === "put" ? -1 : 1;
  const logSpot = Math.log(spot);
  const move = (kind === "put" ? unit.fall : unit.rise)
    .slice(0, steps)
    .map((moves) => moves.map((size) => size * hourlySigma));
  const logForward = move.map((moves) => moves.map((size) => logSpot + sign * size));
  return {
    kind,
    stepHours: 1,
    rawMove: move,
    move,
    logReturn: [],
    forward: logForward.map((logs) => logs.map(Math.exp)),
    logForward,
    volShock: unit.volShock,
    weights: null,
  };
}

/**
 * A pool of Student-t residuals with unit variance.
 *
 * @param degrees whole number above 2.
 */
export function studentPool(degrees: number, seed: string): Float64Array {
  const rng = createRng(seed);
  const scale = Math.sqrt((degrees - 2) / degrees);
  return Float64Array.from({ length: POOL_SIZE }, () => {
    let chiSquare = 0;
    for (let degree = 0; degree < degrees; degree += 1) chiSquare += rng.normal() ** 2;
    return (scale * rng.normal()) / Math.sqrt(chiSquare / degrees);
  });
}
