/** Speed of scoring alone: 1 000 positions over 100 series on one core. Run: node scripts/bench/scoring.ts */
import { scorePositions } from "../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../oracle/scoring/scoring-settings.ts";
import { sampleScoringInput } from "./scoring-input.ts";

/** What the benchmark measured. */
export interface ScoringBench {
  readonly positions: number;
  readonly series: number;
  readonly paths: number;
  /** Median and best time of a whole call, milliseconds of one core (thread CPU time: other work does not count). */
  readonly medianMs: number;
  readonly bestMs: number;
  /** Median time on the clock, milliseconds. */
  readonly wallMs: number;
  readonly positionsPerSec: number;
}

const POSITIONS = 1000;
const SERIES = 100;
const WARM_UP = 5;
const REPEATS = 15;
const MICROSECONDS_PER_MS = 1000;

/** Times `scorePositions` on a seeded input; the median counts, after a warm-up for the compiler. */
export function benchScoring(): ScoringBench {
  const input = sampleScoringInput({ positions: POSITIONS, series: SERIES, seed: "bench" });
  const timesMs: number[] = [];
  const wallTimesMs: number[] = [];
  for (let round = 0; round < WARM_UP + REPEATS; round += 1) {
    const start = performance.now();
    const before = process.threadCpuUsage();
    scorePositions(input, DEFAULT_SCORING_SETTINGS);
    const used = process.threadCpuUsage(before);
    if (round < WARM_UP) continue;
    timesMs.push((used.user + used.system) / MICROSECONDS_PER_MS);
    wallTimesMs.push(performance.now() - start);
  }
  const medianMs = median(timesMs);
  return {
    positions: POSITIONS,
    series: SERIES,
    paths: DEFAULT_SCORING_SETTINGS.paths,
    medianMs,
    bestMs: Math.min(...timesMs),
    wallMs: median(wallTimesMs),
    positionsPerSec: (POSITIONS / medianMs) * 1000,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(benchScoring())}\n`);
