/** Centre of readings of which any minority of the weight may be wrong: weighted median, spread by MAD, mean of the near ones. */

/** A value with its weight, at least 0. */
export interface WeightedValue {
  readonly value: number;
  readonly weight: number;
}

/** Where the readings gather. */
export interface RobustCentre {
  /** Weighted mean of the readings within {@link RobustCentre.tolerance} of the weighted median. */
  readonly value: number;
  readonly median: number;
  /** Half-width within which a reading agrees. */
  readonly tolerance: number;
}

/** How near is near. */
export interface CentreSettings {
  /** Tolerance while the readings agree closely, in units of the values. */
  readonly floor: number;
  /** It may widen with the spread up to this. */
  readonly ceiling: number;
}

/** MAD to standard deviation of a normal law, 1 / Φ⁻¹(3/4). */
export const MAD_TO_DEVIATION = 1.4826;
/** Deviations beyond which a reading is an outlier: 0.006 % of a normal law. */
const OUTLIER_DEVIATIONS = 4;

/**
 * Lower weighted median: the least value at which half of the weight is reached. As long as less than half of the weight is wrong
 * it lies between the least and the greatest right value, whatever the wrong ones say.
 *
 * @returns NaN for no weight.
 */
export function weightedMedian(readings: readonly WeightedValue[]): number {
  const sorted = readings.toSorted((left, right) => left.value - right.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  for (const { value, weight } of sorted) {
    sum += weight;
    if (weight > 0 && sum >= half) return value;
  }
  return Number.NaN;
}

/** Centre of readings; NaN where there is no weight. */
export function robustCentre(readings: readonly WeightedValue[], { floor, ceiling }: CentreSettings): RobustCentre {
  const median = weightedMedian(readings);
  const spread = weightedMedian(readings.map(({ value, weight }) => ({ value: Math.abs(value - median), weight })));
  const tolerance = Math.min(ceiling, Math.max(floor, OUTLIER_DEVIATIONS * MAD_TO_DEVIATION * spread));
  const near = readings.filter(({ value }) => Math.abs(value - median) <= tolerance);
  const weight = near.reduce((sum, reading) => sum + reading.weight, 0);
  const value = near.reduce((sum, reading) => sum + reading.weight * reading.value, 0) / weight;
  return { value, median, tolerance };
}
