/** Simulated files of hourly bars, for commands that read such files. */
import { createRng } from "../../oracle/math/rng.ts";

const HOUR_SEC = 3_600;
/** Start of the first bar, seconds. */
export const HOURLY_FIRST_SEC = Date.parse("2021-01-01T00:00:00Z") / 1_000;

/** Text of a file of hourly bars with volatility clusters, in the format of spot-hourly; the seed decides every number. */
export function hourlyCsv(hours: number, seed: string): string {
  const rng = createRng(seed);
  const lines = ["ts,open,high,low,close,volume"];
  let [close, variance] = [30_000, 4e-5];
  for (let hour = 0; hour < hours; hour += 1) {
    const open = close;
    const move = Math.sqrt(variance) * rng.normal();
    variance = 2e-6 + 0.1 * move * move + 0.85 * variance;
    close *= Math.exp(move);
    const [low, high] = [0.998 * Math.min(open, close), 1.002 * Math.max(open, close)];
    lines.push([HOURLY_FIRST_SEC + HOUR_SEC * hour, open, high, low, close, 1_000].join(","));
  }
  return lines.join("\n");
}
