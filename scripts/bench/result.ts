/** What a benchmark reports: one figure against its limit, and details beside it. */

/** Result of one benchmark. */
export interface BenchResult {
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
  /** value / limit in the same run; below 1 is good for times, gas and memory, above 1 for throughput. */
  readonly ratio: number;
  readonly pass: boolean;
  readonly [detail: string]: number | boolean | string | null | readonly number[] | Readonly<Record<string, number>>;
}

/** What a figure is held against. */
export interface BenchLimit {
  readonly limit: number;
  readonly unit: string;
  /** Which side of the limit passes. */
  readonly passes: "at-most" | "at-least";
}

type Details = Readonly<Record<string, BenchResult[string]>>;

/** Holds a figure against its limit. */
export function judge(value: number, { limit, unit, passes }: BenchLimit, details: Details = {}): BenchResult {
  const pass = passes === "at-most" ? value <= limit : value >= limit;
  return { value: rounded(value), limit, unit, ratio: Number((value / limit).toFixed(3)), pass, ...details };
}

/** Nearest-rank percentile of a sample; NaN for none. @param level (0, 1] */
export function percentile(values: readonly number[], level: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(level * sorted.length) - 1)] ?? Number.NaN;
}

/** Rounds to three significant decimals behind the point: nobody reads more. */
export function rounded(value: number): number {
  return Number(value.toFixed(3));
}
