/** Times of repeated work, of the wall clock and of the processor. */
import { performance } from "node:perf_hooks";
import { sortedQuantile } from "../../oracle/math/statistics.ts";

/** Milliseconds of one repetition. */
export interface Times {
  /** First decile by the wall clock: busy neighbours hardly disturb it. */
  readonly decile: number;
  /** First decile of the processor time of the whole process: the cost on one core, whoever else is running. */
  readonly cpuDecile: number;
  /** Median by the wall clock. */
  readonly median: number;
}

const MICROSECONDS_PER_MS = 1_000;
const DECILE = 0.1;
const MEDIAN = 0.5;

/** Runs the work `warmUp` times, then measures it `repeats` times. */
export async function timesOf(
  work: () => Promise<unknown> | unknown,
  { warmUp, repeats }: { readonly warmUp: number; readonly repeats: number },
): Promise<Times> {
  for (let index = 0; index < warmUp; index += 1) await work();
  const wall = new Float64Array(repeats);
  const cpu = new Float64Array(repeats);
  for (let index = 0; index < repeats; index += 1) {
    const start = performance.now();
    const before = process.cpuUsage();
    await work();
    const used = process.cpuUsage(before);
    wall[index] = performance.now() - start;
    cpu[index] = (used.user + used.system) / MICROSECONDS_PER_MS;
  }
  return {
    decile: sortedQuantile(wall.sort(), DECILE),
    cpuDecile: sortedQuantile(cpu.sort(), DECILE),
    median: sortedQuantile(wall, MEDIAN),
  };
}
