/** Where a sorted list goes past a limit: binary search. */

/** Index of the first entry greater than `limit` in ascending `values`, `[0, n]`: so many are at or below it. */
export function upperBound(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? Number.POSITIVE_INFINITY) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
