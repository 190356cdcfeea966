/** What every evaluation command reports; its last line is this object as JSON (design of the evaluation protocol). */

/** A number, or a table of them; NaN becomes null in JSON. */
export type Metric = number | string | boolean | null | readonly Metric[] | { readonly [name: string]: Metric };
/** Named numbers. */
export type Metrics = Readonly<Record<string, Metric>>;

/** A goal and whether it is met. */
export interface Target {
  readonly value: number;
  readonly target: number;
  readonly pass: boolean;
}

/** The report of one model over one window. */
export interface Evaluation {
  readonly model: string;
  /** ISO times; the window of the forecasts. */
  readonly window: { readonly from: string | null; readonly to: string | null };
  readonly metrics: Metrics;
  /** One entry a baseline. */
  readonly baselines: Readonly<Record<string, Metrics>>;
  readonly targets: Readonly<Record<string, Target>>;
}

/** A goal of at most `target`; NaN fails. */
export function atMost(value: number, target: number): Target {
  return { value, target, pass: value <= target };
}

/** A goal of at least `target`; NaN fails. */
export function atLeast(value: number, target: number): Target {
  return { value, target, pass: value >= target };
}

/** Time as ISO text, `null` for none. */
export function isoTime(timeSec: number | null): string | null {
  const msPerSecond = 1_000;
  return timeSec === null || !Number.isFinite(timeSec) ? null : new Date(timeSec * msPerSecond).toISOString();
}
