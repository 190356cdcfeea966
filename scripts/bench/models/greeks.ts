/** Measures value and six Greeks of many options on one core, with QuantLib's own speed in the same run where it is installed. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { fillGreeks, greekColumns, type OptionColumns } from "../../../oracle/math/greeks-kernel.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { type BenchResult, judge, rounded } from "../result.ts";
import { timesOf } from "../times.ts";

const OPTIONS = 100_000;
/** QuantLib's Python calls are slow: a tenth of the options measures them well enough. */
const PEER_OPTIONS = 10_000;
const PLAN = { warmUp: 5, repeats: 30 } as const;
/** Issue "Options, hedging, cascades", Speed. */
const LIMIT_OPTIONS_PER_SEC = 2_000_000;
const MS_PER_SECOND = 1_000;
/** Debian's quantlib-python belongs to Debian's interpreter. */
const PYTHON = "/usr/bin/python3";
const peerSchema = z.object({
  version: z.string(),
  valueSeconds: z.number().positive(),
  greekSeconds: z.number().positive(),
  total: z.number(),
});

/** Fills all columns in coin; the checksum of the peer's values shows that both price the same options. */
export async function benchGreeks(): Promise<BenchResult> {
  const options = drawnOptions();
  const found = greekColumns(OPTIONS);
  const { cpuDecile, median } = await timesOf(() => fillGreeks(options, found, "coin"), PLAN);
  const perSecond = (milliseconds: number): number => Math.round((OPTIONS * MS_PER_SECOND) / milliseconds);
  const speed = perSecond(cpuDecile);
  return judge(
    speed,
    { limit: LIMIT_OPTIONS_PER_SEC, unit: "options/s", passes: "at-least" },
    { median: perSecond(median), options: OPTIONS, ...peerDetails(options, speed) },
  );
}

function drawnOptions(): OptionColumns {
  const rng = createRng("bench-greeks");
  const column = (of: () => number): Float64Array => Float64Array.from({ length: OPTIONS }, of);
  return {
    signs: Int8Array.from({ length: OPTIONS }, () => (rng.uniform() < 0.5 ? 1 : -1)),
    forwards: column(() => 60_000 * Math.exp(0.05 * rng.normal())),
    strikes: column(() => 60_000 * Math.exp(0.25 * rng.normal())),
    tenorYears: column(() => (1 + 364 * rng.uniform()) / 365),
    impliedVols: column(() => 0.3 + 0.9 * rng.uniform()),
  };
}

/** QuantLib's figures, or why there are none. */
function peerDetails(options: OptionColumns, speed: number): Readonly<Record<string, number | string>> {
  const { forwards, strikes, tenorYears, impliedVols, signs } = options;
  const rows = Array.from({ length: PEER_OPTIONS }, (_, row) => ({
    sign: signs[row],
    forward: forwards[row],
    strike: strikes[row],
    tenorYears: tenorYears[row],
    impliedVol: impliedVols[row],
  }));
  const script = join(import.meta.dirname, "greeks.py");
  const { status, stdout } = spawnSync(PYTHON, [script], { input: JSON.stringify(rows), encoding: "utf8" });
  if (status !== 0) return { quantlib: "not installed (Debian quantlib-python)" };
  const peer = peerSchema.parse(JSON.parse(stdout));
  const own = greekColumns(OPTIONS);
  fillGreeks(options, own, "quote");
  const total = own.price.subarray(0, PEER_OPTIONS).reduce((sum, price) => sum + price, 0);
  return {
    quantlib: peer.version,
    quantlibValuesPerSec: Math.round(PEER_OPTIONS / peer.valueSeconds),
    quantlibGreeksPerSec: Math.round(PEER_OPTIONS / peer.greekSeconds),
    timesQuantlibValues: rounded((speed * peer.valueSeconds) / PEER_OPTIONS),
    valueDifference: Math.abs(total / peer.total - 1),
  };
}
