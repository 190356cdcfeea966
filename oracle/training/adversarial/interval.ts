/** Arithmetic of intervals, element by element with broadcasting; every result holds whatever the operands may hold. */
import { PlimsollError } from "../../domain/errors.ts";

/** Elements that lie between `low` and `high`, row-major. */
export interface Interval {
  readonly dims: readonly number[];
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Values that are known. */
export function pointInterval(dims: readonly number[], values: Float64Array): Interval {
  return { dims, low: values, high: values };
}

/** Whether nothing in it is uncertain. */
export function isPoint({ low, high }: Interval): boolean {
  return low === high;
}

/** A function that does not decrease. */
export function increasing({ dims, low, high }: Interval, map: (value: number) => number): Interval {
  return { dims, low: low.map(map), high: high.map(map) };
}

/** A function that does not increase. */
export function decreasing({ dims, low, high }: Interval, map: (value: number) => number): Interval {
  return { dims, low: high.map(map), high: low.map(map) };
}

/** |x|. */
export function magnitude({ dims, low, high }: Interval): Interval {
  return {
    dims,
    low: low.map((value, place) => Math.max(0, value, -(high[place] ?? 0))),
    high: low.map((value, place) => Math.max(Math.abs(value), Math.abs(high[place] ?? 0))),
  };
}

/** a + b. */
export function sum(a: Interval, b: Interval): Interval {
  return combined(a, b, (one, two) => [one[0] + two[0], one[1] + two[1]]);
}

/** a − b. */
export function difference(a: Interval, b: Interval): Interval {
  return combined(a, b, (one, two) => [one[0] - two[1], one[1] - two[0]]);
}

/** a · b; a number by itself is a square. */
export function product(a: Interval, b: Interval): Interval {
  if (a === b) return increasing(magnitude(a), (value) => value * value);
  return combined(a, b, (one, two) => hull([one[0] * two[0], one[0] * two[1], one[1] * two[0], one[1] * two[1]]));
}

/** a / b. A divisor that may be zero leaves everything possible. */
export function quotient(a: Interval, b: Interval): Interval {
  return combined(a, b, (one, two) =>
    two[0] <= 0 && two[1] >= 0
      ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      : hull([one[0] / two[0], one[0] / two[1], one[1] / two[0], one[1] / two[1]]),
  );
}

/** The larger of both. */
export function larger(a: Interval, b: Interval): Interval {
  return combined(a, b, (one, two) => [Math.max(one[0], two[0]), Math.max(one[1], two[1])]);
}

/** The smaller of both. */
export function smaller(a: Interval, b: Interval): Interval {
  return combined(a, b, (one, two) => [Math.min(one[0], two[0]), Math.min(one[1], two[1])]);
}

/**
 * `x · weights` by middle and half width: the half width grows with |weights| (Gowal et al. 2019, eq. 6).
 *
 * @param x `[rows, in]`; weights `[in, out]`, known.
 * @throws PlimsollError `INTERVAL_UNSUPPORTED` when the weights are uncertain.
 */
export function matrixProduct(x: Interval, weights: Interval): Interval {
  if (!isPoint(weights)) throw unsupported("a product with an uncertain matrix");
  const [inner = 1, columns = 1] = weights.dims.slice(-2);
  const rows = x.low.length / inner;
  const low = new Float64Array(rows * columns);
  const high = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let [middle, radius] = [0, 0];
      for (let place = 0; place < inner; place += 1) {
        const weight = weights.low[place * columns + column] ?? 0;
        const [from = 0, to = 0] = [x.low[row * inner + place], x.high[row * inner + place]];
        middle += (weight * (from + to)) / 2;
        radius += (Math.abs(weight) * (to - from)) / 2;
      }
      low[row * columns + column] = middle - radius;
      high[row * columns + column] = middle + radius;
    }
  }
  return { dims: [...x.dims.slice(0, -1), columns], low, high };
}

/** What the kit cannot bound. */
export function unsupported(what: string): PlimsollError<"INTERVAL_UNSUPPORTED"> {
  return new PlimsollError({
    code: "INTERVAL_UNSUPPORTED",
    problem: `Intervals cannot be carried through ${what}.`,
    remedy: "Bound the network by its own shape, or report the attack alone.",
    context: { what },
  });
}

type Pair = readonly [low: number, high: number];

function combined(a: Interval, b: Interval, combine: (one: Pair, two: Pair) => Pair): Interval {
  const dims = broadcastDims(a.dims, b.dims);
  const count = dims.reduce((total, extent) => total * extent, 1);
  const [placeA, placeB] = [placesIn(a.dims, dims), placesIn(b.dims, dims)];
  const low = new Float64Array(count);
  const high = new Float64Array(count);
  for (let place = 0; place < count; place += 1) {
    const [one, two] = [placeA(place), placeB(place)];
    const [from, to] = combine(
      [a.low[one] ?? Number.NaN, a.high[one] ?? Number.NaN],
      [b.low[two] ?? Number.NaN, b.high[two] ?? Number.NaN],
    );
    low[place] = from;
    high[place] = to;
  }
  return isPoint(a) && isPoint(b) ? { dims, low, high: low } : { dims, low, high };
}

function hull(values: readonly number[]): Pair {
  // 0 · ∞ is whatever a bound of 0 says: nothing.
  const known = values.map((value) => (Number.isNaN(value) ? 0 : value));
  return [Math.min(...known), Math.max(...known)];
}

function broadcastDims(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1),
  );
}

/** Place in an operand of `own` extents for a place in the broadcast `dims`. */
function placesIn(own: readonly number[], dims: readonly number[]): (place: number) => number {
  const strides = new Array<number>(dims.length).fill(0);
  let stride = 1;
  for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
    const extent = own[axis - dims.length + own.length] ?? 1;
    strides[axis] = extent === 1 ? 0 : stride;
    stride *= extent;
  }
  return (place) => {
    let [rest, found] = [place, 0];
    for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
      const extent = dims[axis] ?? 1;
      found += (rest % extent) * (strides[axis] ?? 0);
      rest = Math.floor(rest / extent);
    }
    return found;
  };
}
