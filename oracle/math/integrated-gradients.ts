/** Integrated gradients of a function that is evaluated in batches, by differences alone. */

/** Attribution of a difference to the coordinates of a point. */
export interface PathAttribution {
  /** Share of each coordinate, in the unit of the function. `[coordinates]` */
  readonly shares: Float64Array;
  /** f(point) − f(baseline). */
  readonly difference: number;
  /** |Σ shares − difference|: what the finite path leaves over. */
  readonly gap: number;
}

/** What is attributed. */
export interface PathProblem {
  /** Values of many points at once, in order. Every point lies between baseline and point in every coordinate. */
  readonly valuesOf: (points: readonly Float64Array[]) => Promise<ArrayLike<number>>;
  /** `[coordinates]` each; coordinates that are equal, or not finite in either, have no share. */
  readonly baseline: Float64Array;
  readonly point: Float64Array;
  /** Midpoints of the straight path, 1…1 000. */
  readonly steps: number;
}

/** Half the step of a difference, as share of the way from baseline to point; stays inside of the path for ≤ 1/(2·steps). */
const HALF_STEP = 0.002;

/**
 * Integrated gradients along the straight path (Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", 2017, eq. 1):
 * `(xᵢ − x'ᵢ) ∫ ∂f/∂xᵢ(x' + α(x − x')) dα`, midpoint rule, central differences. They sum to the difference as steps grow; the gap is
 * stated, not spread.
 */
export async function integratedGradients({ valuesOf, baseline, point, steps }: PathProblem): Promise<PathAttribution> {
  const moving = [...point.keys()].filter((place) => isMoving(baseline, point, place));
  const start = point.map((to, place) => (isMoving(baseline, point, place) ? (baseline[place] ?? Number.NaN) : to));
  const points: Float64Array[] = [start, point];
  for (let step = 0; step < steps; step += 1) {
    const share = (step + 0.5) / steps;
    for (const place of moving) {
      points.push(moved({ baseline, point }, share, { place, by: HALF_STEP }));
      points.push(moved({ baseline, point }, share, { place, by: -HALF_STEP }));
    }
  }
  const values = await valuesOf(points);
  const at = (place: number): number => values[place] ?? Number.NaN;
  const shares = new Float64Array(point.length);
  for (let step = 0; step < steps; step += 1) {
    moving.forEach((place, index) => {
      const first = 2 + 2 * (step * moving.length + index);
      shares[place] = (shares[place] ?? 0) + (at(first) - at(first + 1)) / (2 * HALF_STEP * steps);
    });
  }
  const difference = at(1) - at(0);
  const sum = shares.reduce((total, share) => total + share, 0);
  return { shares, difference, gap: Math.abs(sum - difference) };
}

function isMoving(baseline: Float64Array, point: Float64Array, place: number): boolean {
  const way = (point[place] ?? Number.NaN) - (baseline[place] ?? Number.NaN);
  return Number.isFinite(way) && way !== 0;
}

/** A point of the path, one coordinate of it a little further or back. Coordinates that do not move are the point's. */
function moved(
  { baseline, point }: Pick<PathProblem, "baseline" | "point">,
  share: number,
  { place, by }: { readonly place: number; readonly by: number },
): Float64Array {
  return point.map((to, coordinate) => {
    if (!isMoving(baseline, point, coordinate)) return to;
    const from = baseline[coordinate] ?? Number.NaN;
    return from + (coordinate === place ? share + by : share) * (to - from);
  });
}
