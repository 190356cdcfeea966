/** Turns the network's log moves into a prediction, or refuses them. */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";

/** Falls and rises of one row, `[horizon][level]`, decimal. */
export interface AdverseMoves {
  readonly fall: readonly Float64Array[];
  readonly rise: readonly Float64Array[];
}

/**
 * Reads one row.
 *
 * @param logMoves `[direction, horizon, level]`, row-major.
 * @returns `null` when a move is not finite, negative, or not ordered in level and horizon.
 */
export function readMoves(logMoves: Float32Array | Float64Array): AdverseMoves | null {
  const levels = QUANTILE_LEVELS.length;
  const half = QUANTILE_HORIZONS_HOURS.length * levels;
  const rows = (direction: number): readonly Float64Array[] =>
    QUANTILE_HORIZONS_HOURS.map((_, horizon) => {
      const start = direction * half + horizon * levels;
      return Float64Array.from(logMoves.subarray(start, start + levels));
    });
  const [fall, rise] = [rows(0), rows(1)];
  if (!isOrdered(fall) || !isOrdered(rise)) return null;
  return { fall: fall.map((row) => row.map((log) => -Math.expm1(-log))), rise: rise.map((row) => row.map(Math.expm1)) };
}

function isOrdered(rows: readonly Float64Array[]): boolean {
  return rows.every(
    (row, horizon) =>
      row.every((value, level) => {
        const below = Math.max(row[level - 1] ?? 0, rows[horizon - 1]?.[level] ?? 0);
        return Number.isFinite(value) && value >= below;
      }) && row.length === QUANTILE_LEVELS.length,
  );
}
