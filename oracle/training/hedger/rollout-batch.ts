/** Turns paths into the arrays of one rollout: market features, prices in deviations of the start, costs and what is owed. */
import { type Knowledge, MARKET_FEATURES, writeMarketFeatures } from "../../models/hedger/hedge-features.ts";
import { callValue, type HedgePaths } from "../../models/hedger/hedge-paths.ts";
import type { TradeTerms } from "../../models/hedger/hedge-results.ts";
import type { Batch } from "../tensor/trainer.ts";
import { ROLLOUT_INPUTS } from "./policy-graph.ts";

/** Features of one decision of all paths, `[paths, MARKET_FEATURES]`, written at an offset. */
export function writeDecision(
  rows: Float32Array,
  offset: number,
  decision: {
    readonly paths: HedgePaths;
    readonly step: number;
    readonly terms: (path: number) => TradeTerms;
    readonly knowledge: Knowledge;
  },
): void {
  const { paths, step, terms, knowledge } = decision;
  for (let path = 0; path < paths.paths; path += 1) {
    const spot = paths.spot[step]?.[path] ?? Number.NaN;
    const strike = paths.strike[path] ?? Number.NaN;
    const { deviation, level } = seenDeviation(paths, { step, path, knowledge });
    writeMarketFeatures(rows, offset + path * MARKET_FEATURES, {
      spotOverStrike: spot / strike,
      deviation,
      stepsLeft: paths.steps - step,
      delta: callValue(spot, strike, deviation).delta,
      ...terms(path),
      forecastRatio: knowledge.forecast ? (paths.forecastRatio[step]?.[path] ?? Number.NaN) : 1,
      levelRatio: level,
    });
  }
}

/** Deviation that the policy sees, and its volatility over that of the start. */
export function seenDeviation(
  { deviation, steps }: Pick<HedgePaths, "deviation" | "steps">,
  { step, path, knowledge }: { readonly step: number; readonly path: number; readonly knowledge: Knowledge },
): { readonly deviation: number; readonly level: number } {
  const still = (deviation[0]?.[path] ?? Number.NaN) * Math.sqrt((steps - step) / steps);
  if (!knowledge.surface) return { deviation: still, level: 1 };
  const now = deviation[step]?.[path] ?? Number.NaN;
  return { deviation: now, level: now / still };
}

/** Arrays of one rollout. */
export function rolloutBatch(paths: HedgePaths, terms: (path: number) => TradeTerms, knowledge: Knowledge): Batch {
  const { paths: rows, steps, spot, strike, deviation } = paths;
  const start = deviation[0] ?? new Float64Array(rows);
  const market = new Float32Array(steps * rows * MARKET_FEATURES);
  const sequence = (): Float32Array => new Float32Array(steps * rows);
  const [prices, moves, rises] = [sequence(), sequence(), sequence()];
  const premium = Float64Array.from(start, (total, path) => callValue(1, strike[path] ?? Number.NaN, total).price);
  for (let step = 0; step < steps; step += 1) {
    writeDecision(market, step * rows * MARKET_FEATURES, { paths, step, terms, knowledge });
    for (let path = 0; path < rows; path += 1) {
      const [price, unit] = [spot[step]?.[path] ?? Number.NaN, start[path] ?? Number.NaN];
      const seen = seenDeviation(paths, { step, path, knowledge }).deviation;
      const place = step * rows + path;
      prices[place] = price / unit;
      moves[place] = ((spot[step + 1]?.[path] ?? Number.NaN) - price) / unit;
      rises[place] = (callValue(price, strike[path] ?? Number.NaN, seen).price - (premium[path] ?? 0)) / unit;
    }
  }
  const column = (of: (path: number, unit: number) => number): Float32Array =>
    Float32Array.from(start, (unit, path) => of(path, unit));
  const last = (path: number): number => spot[steps]?.[path] ?? Number.NaN;
  return {
    [ROLLOUT_INPUTS.market]: market,
    [ROLLOUT_INPUTS.spot]: prices,
    [ROLLOUT_INPUTS.move]: moves,
    [ROLLOUT_INPUTS.rise]: rises,
    [ROLLOUT_INPUTS.cost]: column((path) => terms(path).cost),
    [ROLLOUT_INPUTS.gas]: column((path, unit) => terms(path).gas / unit),
    [ROLLOUT_INPUTS.limit]: column((path) => terms(path).limit),
    [ROLLOUT_INPUTS.owed]: column(
      (path, unit) => (Math.max(last(path) - (strike[path] ?? 0), 0) - (premium[path] ?? 0)) / unit,
    ),
    [ROLLOUT_INPUTS.close]: column((path, unit) => (terms(path).cost * last(path)) / unit),
  };
}
