/** Descriptive statistics; no value is ever invented: undefined results are NaN (or `undefined` for medians). */

/** Any read-only sequence of numbers. */
export type Numbers = ArrayLike<number>;

/** Arithmetic mean; NaN when empty. */
export function mean(values: Numbers): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? Number.NaN;
  return sum / values.length;
}

/** Unbiased sample variance (divisor n − 1), two passes; NaN below two values. */
export function variance(values: Numbers): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += ((values[index] ?? Number.NaN) - centre) ** 2;
  return sum / (values.length - 1);
}

/** Mean of the squares; NaN when empty. */
export function meanSquare(values: Numbers): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += (values[index] ?? Number.NaN) ** 2;
  return sum / values.length;
}

/**
 * Element at rank ⌊(n − 1)/2⌋ of the ascending order: the lower median, always one of the values.
 *
 * @returns `undefined` when empty, NaN when any number is NaN.
 */
export function lowerMedian<T extends number | bigint>(values: readonly T[]): T | undefined {
  return rankedElement(values, Math.floor((values.length - 1) / 2));
}

/** Element at rank ⌊n/2⌋ of the ascending order: the upper median; `undefined` and NaN as {@link lowerMedian}. */
export function upperMedian<T extends number | bigint>(values: readonly T[]): T | undefined {
  return rankedElement(values, Math.floor(values.length / 2));
}

/**
 * Empirical quantile, linear between order statistics (type 7 of Hyndman and Fan 1996, the default of R and numpy).
 *
 * @param probability in [0, 1].
 * @returns NaN when empty, when any value is NaN or the probability is outside [0, 1].
 */
export function quantile(values: Numbers, probability: number): number {
  const sorted = Float64Array.from(values).sort();
  // Typed arrays sort NaN to the end.
  if (Number.isNaN(sorted.at(-1) ?? Number.NaN)) return Number.NaN;
  return sortedQuantile(sorted, probability);
}

/** {@link quantile} of values that are already ascending and free of NaN. */
export function sortedQuantile(sorted: Float64Array, probability: number): number {
  if (sorted.length === 0 || !(probability >= 0 && probability <= 1)) return Number.NaN;
  const rank = (sorted.length - 1) * probability;
  const below = Math.floor(rank);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  // Equal ends first: the difference of two infinities is NaN.
  return low === high || rank === below ? low : low + (rank - below) * (high - low);
}

/**
 * Mean of the worst `1 − level` share of the losses, the border value counted in part
 * (Acerbi and Tasche 2002, definition 2.6).
 *
 * @param losses larger is worse.
 * @param level in [0, 1): 0.99 averages the worst 1 %.
 * @returns NaN when empty, when any loss is NaN or the level is outside [0, 1).
 */
export function expectedShortfall(losses: Numbers, level: number): number {
  const sorted = Float64Array.from(losses).sort();
  if (!(level >= 0 && level < 1) || Number.isNaN(sorted.at(-1) ?? Number.NaN)) return Number.NaN;
  const share = sorted.length * (1 - level);
  const whole = Math.min(sorted.length, Math.floor(share));
  let sum = 0;
  for (let index = sorted.length - whole; index < sorted.length; index += 1) sum += sorted[index] ?? 0;
  const part = share - whole;
  if (part > 0 && whole < sorted.length) sum += part * (sorted[sorted.length - whole - 1] ?? 0);
  return sum / share;
}

/**
 * Sample autocorrelation at a lag, both sums over the whole sample's mean and variance (Box and Jenkins).
 *
 * @param lag whole number in [0, n).
 * @returns NaN when the lag does not fit or the series is constant.
 */
export function autocorrelation(values: Numbers, lag: number): number {
  if (!Number.isInteger(lag) || lag < 0 || lag >= values.length) return Number.NaN;
  const centre = mean(values);
  let squares = 0;
  let products = 0;
  for (let index = 0; index < values.length; index += 1) {
    const deviation = (values[index] ?? Number.NaN) - centre;
    squares += deviation * deviation;
    if (index >= lag) products += deviation * ((values[index - lag] ?? Number.NaN) - centre);
  }
  return products / squares;
}

function rankedElement<T extends number | bigint>(values: readonly T[], rank: number): T | undefined {
  const notANumber = values.find((value) => Number.isNaN(value));
  if (notANumber !== undefined) return notANumber;
  return [...values].sort(ascending)[rank];
}

function ascending(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}
