/** Windows that move along a series: trailing means, exponential means, extremes of rows behind or ahead. */

/** Mean of the last `width` values, or of as many as there are. Values must be finite. `[n]` */
export function trailingMean(values: Float64Array, width: number): Float64Array {
  let sum = 0;
  return values.map((value, row) => {
    sum += value - (row >= width ? (values[row - width] ?? Number.NaN) : 0);
    return sum / Math.min(row + 1, width);
  });
}

/**
 * Exponentially weighted mean.
 *
 * @param halfLife rows after which a weight has halved, above 0.
 * @param start stands for the time before the first row; its weight halves likewise.
 */
export function exponentialMean(values: Float64Array, halfLife: number, start: number): Float64Array {
  const decay = 2 ** (-1 / halfLife);
  let state = start;
  return values.map((value) => {
    state = decay * state + (1 - decay) * value;
    return state;
  });
}

/** A window of rows around each row: `first: -2, last: 0` are the row and two before it, `first: 1, last: 6` six ahead. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
}

/**
 * Greatest value of each row's window.
 *
 * @returns shorter windows at the start of the series, NaN where the window reaches beyond its end. `[n]`
 */
export function windowMax(values: Float64Array, { first, last }: RowWindow): Float64Array {
  return values.map((_, row) => {
    if (row + last >= values.length) return Number.NaN;
    let best = Number.NEGATIVE_INFINITY;
    for (let place = Math.max(0, row + first); place <= row + last; place += 1)
      best = Math.max(best, values[place] ?? Number.NaN);
    return best;
  });
}

/** Least value of each row's window, as {@link windowMax}. */
export function windowMin(values: Float64Array, window: RowWindow): Float64Array {
  return windowMax(
    values.map((value) => -value),
    window,
  ).map((value) => -value);
}
