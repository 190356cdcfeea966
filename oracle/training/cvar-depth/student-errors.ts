/** How far stated shortfalls are from the teacher's. */
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../domain/close-out-features.ts";
import { quantile } from "../../math/statistics.ts";
import type { CloseOutManifest } from "../../models/cvar-depth/close-out-manifest.ts";
import type { TeacherRows } from "./teacher-rows.ts";

/** Errors by level. */
export type StudentErrors = CloseOutManifest["metrics"]["student"];

const LEVELS = SHORTFALL_LEVELS.length;

/**
 * Sizes of relative errors, of the whole shortfall ES and of its part above intrinsic value.
 *
 * @param logShares stated log of (ES − I)/(L − I); above 0 it counts as 0. `[rows, level]`
 */
export function studentErrors(rows: TeacherRows, logShares: ArrayLike<number>): StudentErrors {
  return SHORTFALL_LEVELS.map((level, place) => {
    const aboveIntrinsic = Float64Array.from({ length: rows.rows }, (_, row) => {
      const stated = Math.min(0, logShares[row * LEVELS + place] ?? Number.NaN);
      return Math.abs(Math.expm1(stated - (rows.logShares[row * LEVELS + place] ?? Number.NaN)));
    });
    const shortfall = aboveIntrinsic.map((error, row) => error * (rows.leverage[row * LEVELS + place] ?? Number.NaN));
    return { level, shortfall: spreadOf(shortfall), aboveIntrinsic: spreadOf(aboveIntrinsic) };
  });
}

/** What the rows' own quadrature states: the baseline. `[rows, level]` */
export function quadratureLogShares({ rows, features }: Pick<TeacherRows, "rows" | "features">): Float32Array {
  const found = new Float32Array(rows * LEVELS);
  SHORTFALL_LEVELS.forEach((level, place) => {
    const feature = CLOSE_OUT_FEATURES.findIndex(({ name }) => name === `quadratureAt${100 * level}`);
    for (let row = 0; row < rows; row += 1) {
      found[row * LEVELS + place] = features[row * CLOSE_OUT_FEATURES.length + feature] ?? Number.NaN;
    }
  });
  return found;
}

function spreadOf(errors: Float64Array): StudentErrors[number]["shortfall"] {
  const at = (probability: number): number => quantile(errors, probability);
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
