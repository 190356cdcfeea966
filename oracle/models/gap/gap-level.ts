/** The level of the gap: the weighted quantile of past moves over their shapes, newer ones counting more. */
import { GAP_SIDES, type GapPath } from "./adverse-gaps.ts";
import { MOMENT_ROWS } from "./gap-settings.ts";

/** Weights halve in a year: regimes last for months, and one per cent of a year are 29 moments. */
const HALF_LIFE_ROWS = 8_760;
const RENEW_ROWS = 168;
/**
 * Tail of the past that gave 1 % of breaches afterwards: 1.04 % on average of 16 windows before 2024 (0.75 to 1.35 %), where the past's
 * own 1 % gave 0.83 %, since moves have become smaller over the years (docs/models/log.md).
 */
const LEARNED_TAIL = 0.0125;
/** The signals need a month to settle. */
const SETTLING_ROWS = 720;
/** Rows of moments before the first level: 180 days hold 14 moments of the worst percent for each direction. */
const MIN_ROWS = 180 * 24;

/** What a level is learned from. */
export interface GapLevelInput {
  readonly shape: GapPath;
  /** Moves that came; NaN where not complete. */
  readonly moves: GapPath;
  readonly horizonRows: number;
}

/** One past move over its shape. */
interface Ratio {
  readonly row: number;
  readonly value: number;
}

/**
 * Level for each row, renewed every week, from moves that were complete by then; NaN before 180 days of them. `[n]`
 *
 * Both directions share the level.
 */
export function gapLevel({ shape, moves, horizonRows }: GapLevelInput): Float64Array {
  const ratios = GAP_SIDES.flatMap((side) => ratiosOf(shape[side], moves[side]));
  ratios.sort((left, right) => right.value - left.value);
  const levels = new Float64Array(shape.fall.length).fill(Number.NaN);
  let level = Number.NaN;
  return levels.map((_, row) => {
    const lastKnown = row - horizonRows;
    if (row % RENEW_ROWS === 0 && lastKnown >= SETTLING_ROWS + MIN_ROWS) level = weightedTail(ratios, row, lastKnown);
    return level;
  });
}

function ratiosOf(shape: Float64Array, moves: Float64Array): readonly Ratio[] {
  const found: Ratio[] = [];
  for (let row = SETTLING_ROWS - (SETTLING_ROWS % MOMENT_ROWS); row < shape.length; row += MOMENT_ROWS) {
    const value = (moves[row] ?? Number.NaN) / (shape[row] ?? Number.NaN);
    if (Number.isFinite(value)) found.push({ row, value });
  }
  return found;
}

/** The ratio that past ratios exceed with {@link LEARNED_TAIL} of their weight. */
function weightedTail(descending: readonly Ratio[], now: number, lastKnown: number): number {
  const weightOf = ({ row }: Ratio): number => (row > lastKnown ? 0 : 2 ** ((row - now) / HALF_LIFE_ROWS));
  const total = descending.reduce((sum, ratio) => sum + weightOf(ratio), 0);
  let beyond = 0;
  for (const ratio of descending) {
    beyond += weightOf(ratio);
    if (beyond > LEARNED_TAIL * total) return ratio.value;
  }
  return Number.NaN;
}
