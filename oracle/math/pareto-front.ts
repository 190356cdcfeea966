/** Which of several points no other one beats in everything. */

/** Places of the points that no other point dominates: at most as large in every coordinate and smaller in one. `[points][objectives]` */
export function paretoFront(points: readonly (readonly number[])[]): readonly number[] {
  return points.flatMap((point, place) => (points.some((other) => dominates(other, point)) ? [] : [place]));
}

/** Whether the left point is nowhere larger and somewhere smaller. */
export function dominates(left: readonly number[], right: readonly number[]): boolean {
  return (
    left.every((value, axis) => value <= (right[axis] ?? Number.NaN)) &&
    left.some((value, axis) => value < (right[axis] ?? Number.NaN))
  );
}
