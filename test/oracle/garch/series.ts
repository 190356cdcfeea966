/** Series for the GARCH tests: simulated ones, and the published benchmarks where the data folder is present. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "mocha";
import type { Rng } from "../../../oracle/math/rng.ts";
import { filterVariances } from "../../../oracle/models/garch/conditional-variance.ts";
import type { GarchParameters, VarianceModel } from "../../../oracle/models/garch/garch-types.ts";

const DATA = process.env.PLIMSOLL_DATA ?? "../shared/data";

/** How a series is simulated. */
export interface SimulationOptions {
  readonly variance: VarianceModel;
  readonly parameters: GarchParameters;
  readonly startVariance: number;
  readonly count: number;
  readonly rng: Rng;
}

/**
 * Simulates returns one at a time with the library's own one-step filter, so that a likelihood maximum must lie near the
 * parameters. Shocks are normal, or Student t for a finite whole `shape`.
 */
export function simulateReturns(options: SimulationOptions): Float64Array {
  const { variance, parameters, count, rng } = options;
  const returns = new Float64Array(count);
  let state = options.startVariance;
  for (let index = 0; index < count; index += 1) {
    const value = parameters.mu + Math.sqrt(state) * drawShock(parameters.shape, rng);
    returns[index] = value;
    state = oneStep({ variance, parameters, value, state });
  }
  return returns;
}

interface Step {
  readonly variance: VarianceModel;
  readonly parameters: GarchParameters;
  readonly value: number;
  readonly state: number;
}

/** Variance after one return: the filter is fed a start value that leads to the given state for its only return. */
function oneStep({ variance, parameters, value, state }: Step): number {
  const { omega, alpha, gamma, beta } = parameters;
  const startVariance =
    variance === "egarch" ? Math.exp((Math.log(state) - omega) / beta) : (state - omega) / (alpha + gamma / 2 + beta);
  return filterVariances({ variance, parameters, returns: Float64Array.of(value), startVariance }, new Float64Array(1));
}

function drawShock(shape: number, rng: Rng): number {
  const normal = rng.normal();
  if (!Number.isFinite(shape)) return normal;
  let squares = 0;
  for (let degree = 0; degree < shape; degree += 1) squares += rng.normal() ** 2;
  return normal * Math.sqrt((shape - 2) / squares);
}

/** DM/GBP of Bollerslev and Ghysels, percent; skips the test, and says so, when the data are absent. */
export function dmGbpReturns(test: Context): Float64Array {
  return Float64Array.from(readColumn(test, "garch-benchmarks/dmgbp_bollerslev_ghysels.csv"));
}

/** S&P 500, 100 × simple change; skips the test, and says so, when the data are absent. */
export function sp500Returns(test: Context): Float64Array {
  const closes = readColumn(test, "garch-benchmarks/sp500_daily.csv");
  return Float64Array.from(closes.slice(1), (close, index) => 100 * (close / (closes[index] ?? Number.NaN) - 1));
}

/** BTC daily, 100 × log change; skips the test, and says so, when the data are absent. */
export function btcReturns(test: Context): Float64Array {
  const closes = readColumn(test, "btc-daily-macro/btc_daily_macro.csv");
  return Float64Array.from(closes.slice(1), (close, index) => 100 * Math.log(close / (closes[index] ?? Number.NaN)));
}

function readColumn(test: Context, file: string): readonly number[] {
  const path = join(DATA, file);
  if (!existsSync(path)) {
    console.warn(`SKIPPED: ${path} is absent; set PLIMSOLL_DATA to the folder of the data folders.`);
    test.skip();
  }
  const rows = readFileSync(path, "utf8").trim().split("\n").slice(1);
  return rows.map((row) => Number(row.split(",")[1]));
}
