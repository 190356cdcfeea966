/** Fewer points than data: what a chart can show, with every peak and gap kept. */

type Point = readonly [number, number];

/** A chart is about 400 units wide: two points for each column of it. */
const GREATEST_COLUMNS = 400;

/**
 * Thins a line to the lowest and highest point of each of 400 runs of equal length, in their order; a broken run keeps one
 * point with NaN.
 *
 * @param points `[n, 2]`, returned as they are up to 800.
 */
export function thinLine(points: readonly Point[]): readonly Point[] {
  if (points.length <= 2 * GREATEST_COLUMNS) return points;
  return runsOf(points).flatMap((run) => {
    const broken = run.find(([x, y]) => !Number.isFinite(x) || !Number.isFinite(y));
    const whole = run.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
    const least = whole.reduce<Point | undefined>(
      (best, point) => (best && best[1] <= point[1] ? best : point),
      undefined,
    );
    const most = whole.reduce<Point | undefined>(
      (best, point) => (best && best[1] >= point[1] ? best : point),
      undefined,
    );
    return run.filter((point) => point === least || point === most || point === broken);
  });
}

/** Every k-th of the points that can be drawn, at most 800 of them. */
export function thinCloud(points: readonly Point[]): readonly Point[] {
  const whole = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const stride = Math.max(1, Math.ceil(whole.length / (2 * GREATEST_COLUMNS)));
  return whole.filter((_, place) => place % stride === 0);
}

function runsOf(points: readonly Point[]): readonly (readonly Point[])[] {
  const length = points.length / GREATEST_COLUMNS;
  return Array.from({ length: GREATEST_COLUMNS }, (_, run) =>
    points.slice(Math.floor(run * length), Math.floor((run + 1) * length)),
  );
}
