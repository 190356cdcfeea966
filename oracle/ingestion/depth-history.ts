/** Trailing medians of an asset's depth: the yardstick against which the present book is read. */
import type { BookDepth, DepthBand, DepthReference } from "../domain/market.ts";
import { SECONDS_PER_DAY } from "../domain/units.ts";

const WINDOW_SEC = 7 * SECONDS_PER_DAY;
/** One book a quarter of an hour is kept: 672 in a week, however fast the feed is. */
const SAMPLE_STEP_SEC = 900;
/** Fewer books than this give no yardstick. */
const MIN_SAMPLES = 12;
const DISTANCES = [0.01, 0.02, 0.05] as const;
/** Bands are compared as decimals read from text. */
const DISTANCE_TOLERANCE = 1e-9;

/** Sampled depth of one asset over the last seven days. */
export interface DepthHistory {
  /** Takes an accepted book; kept when a sampling step has passed since the last kept one. */
  add(book: BookDepth): void;
  /** Medians over the window, `null` while there are too few books. */
  reference(): DepthReference | null;
}

interface Sample {
  readonly timeSec: number;
  /** Bids plus asks within each of the distances, USD; NaN where the book has no such band. */
  readonly totals: readonly number[];
}

/** Creates an empty history; medians are computed once per kept book. */
export function createDepthHistory(): DepthHistory {
  let samples: readonly Sample[] = [];
  let cached: DepthReference | null = null;
  let isFresh = true;
  return {
    add: (book) => {
      const timeSec = book.sourceTimeSec;
      if (timeSec - (samples.at(-1)?.timeSec ?? Number.NEGATIVE_INFINITY) < SAMPLE_STEP_SEC) return;
      const totals = DISTANCES.map((distance) => within(book.bids, distance) + within(book.asks, distance));
      samples = [...samples.filter((sample) => sample.timeSec > timeSec - WINDOW_SEC), { timeSec, totals }];
      isFresh = false;
    },
    reference: () => {
      if (!isFresh) cached = medians(samples);
      isFresh = true;
      return cached;
    },
  };
}

function medians(samples: readonly Sample[]): DepthReference | null {
  if (samples.length < MIN_SAMPLES) return null;
  const [within1PctUsd = null, within2PctUsd = null, within5PctUsd = null] = DISTANCES.map((_distance, index) =>
    median(samples.map((sample) => sample.totals[index] ?? Number.NaN)),
  );
  return { samples: samples.length, within1PctUsd, within2PctUsd, within5PctUsd };
}

function median(values: readonly number[]): number | null {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (sorted.length < MIN_SAMPLES) return null;
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

function within(bands: readonly DepthBand[], distance: number): number {
  const band = bands.find((entry) => Math.abs(entry.distance - distance) < DISTANCE_TOLERANCE);
  return band?.notionalUsd ?? Number.NaN;
}
