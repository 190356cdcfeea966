/** Turns one decision on many paths into the questions that the service answers. */
import type { HedgeRequest } from "./hedge-features.ts";
import { callValue } from "./hedge-paths.ts";
import type { Decision } from "./hedge-results.ts";

/** One request a path, everything told. `[paths]` */
export function decisionRequests({ paths, step, terms, held, result: resultNow }: Decision): readonly HedgeRequest[] {
  const result = resultNow();
  const stepsLeft = paths.steps - step;
  return Array.from(held, (coins, path) => {
    const spotOverStrike = at(paths.spot[step], path) / at(paths.strike, path);
    const deviation = at(paths.deviation[step], path);
    const { cost, gas, limit } = terms;
    return {
      spotOverStrike,
      deviation,
      stepsLeft,
      delta: callValue(spotOverStrike, 1, deviation).delta,
      cost,
      gas,
      limit,
      forecastRatio: at(paths.forecastRatio[step], path),
      levelRatio: deviation / (at(paths.deviation[0], path) * Math.sqrt(stepsLeft / paths.steps)),
      held: coins,
      result: at(result, path),
    };
  });
}

function at(values: Float64Array | undefined, place: number): number {
  return values?.[place] ?? Number.NaN;
}
