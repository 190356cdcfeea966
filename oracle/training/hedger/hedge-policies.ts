/** Policies that are compared: Black-Scholes, fixed bands, Whalley and Wilmott, and the network. */
import type { InferenceSession } from "onnxruntime-node";
import { normalPdf } from "../../math/special-functions.ts";
import { whalleyWilmott } from "../../models/hedger/classic-bands.ts";
import { decisionRequests } from "../../models/hedger/decision-requests.ts";
import { callValue, type HedgePaths } from "../../models/hedger/hedge-paths.ts";
import type { HedgePolicy } from "../../models/hedger/hedge-results.ts";
import { type NetworkReading, networkBands } from "../../models/hedger/network-bands.ts";
import { seenDeviation } from "./rollout-batch.ts";

/** Half widths of fixed bands, and aversions of Whalley and Wilmott, of which the best in hindsight is the baseline. */
export const BAND_WIDTHS = [0.01, 0.02, 0.05, 0.1, 0.15] as const;
/** See {@link BAND_WIDTHS}. */
export const AVERSIONS = [1, 10, 50, 200, 1_000] as const;

/** Delta at every decision. @param surface whether the implied volatility of the day is used, or that of the start. */
export function blackScholes(surface: boolean): HedgePolicy {
  return fixedBand(0, surface);
}

/** Delta ± a constant. */
export function fixedBand(width: number, surface: boolean): HedgePolicy {
  return aroundDelta(surface, () => width);
}

/** Delta ± the width of Whalley and Wilmott. */
export function whalleyWilmottBand(aversion: number, surface: boolean): HedgePolicy {
  return aroundDelta(surface, ({ cost, deviation, density }) => whalleyWilmott({ cost, deviation }, density, aversion));
}

interface WidthTerms {
  readonly cost: number;
  readonly deviation: number;
  readonly density: number;
}

function aroundDelta(surface: boolean, widthOf: (terms: WidthTerms) => number): HedgePolicy {
  return ({ paths, step, terms: { cost } }) => {
    const { delta, density, deviation } = greeksOf(paths, { step, surface });
    const widths = delta.map((_, path) =>
      widthOf({ cost, deviation: deviation[path] ?? Number.NaN, density: density[path] ?? Number.NaN }),
    );
    return {
      lower: delta.map((value, path) => value - (widths[path] ?? Number.NaN)),
      upper: delta.map((value, path) => value + (widths[path] ?? Number.NaN)),
    };
  };
}

/** What all rules of one step share. `[paths]` */
interface StepGreeks {
  readonly delta: Float64Array;
  readonly density: Float64Array;
  readonly deviation: Float64Array;
}

/** Greeks by paths, then by step and volatility: a comparison asks for them once for each rule. */
const KNOWN_GREEKS = new WeakMap<HedgePaths, Map<string, StepGreeks>>();

function greeksOf(
  paths: HedgePaths,
  { step, surface }: { readonly step: number; readonly surface: boolean },
): StepGreeks {
  const known = KNOWN_GREEKS.get(paths) ?? new Map<string, StepGreeks>();
  KNOWN_GREEKS.set(paths, known);
  const found = known.get(`${step}-${surface}`);
  if (found !== undefined) return found;
  const knowledge = { forecast: false, surface };
  const row = (): Float64Array => new Float64Array(paths.paths);
  const made = { delta: row(), density: row(), deviation: row() };
  for (let path = 0; path < paths.paths; path += 1) {
    const { deviation } = seenDeviation(paths, { step, path, knowledge });
    const [spot, strike] = [paths.spot[step]?.[path] ?? Number.NaN, paths.strike[path] ?? Number.NaN];
    made.deviation[path] = deviation;
    made.delta[path] = callValue(spot, strike, deviation).delta;
    made.density[path] = normalPdf(Math.log(spot / strike) / deviation + deviation / 2);
  }
  known.set(`${step}-${surface}`, made);
  return made;
}

/** The network's band. @param reading what it is told, and the weight of theory. */
export function networkPolicy(session: InferenceSession, reading: NetworkReading): HedgePolicy {
  return async (decision) => {
    const { bands } = await networkBands(session, decisionRequests(decision), reading);
    return { lower: bands.map(([lower]) => lower), upper: bands.map(([, upper]) => upper) };
  };
}
