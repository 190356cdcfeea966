/** Worlds that are drawn: geometric Brownian motion, Heston, jump-diffusion, and residuals drawn from real returns. */
import type { Rng } from "../../math/rng.ts";
import type { HedgePaths } from "./hedge-paths.ts";

/** What a world is asked for. */
export interface WorldRequest {
  readonly paths: number;
  /** Daily decisions until expiry. */
  readonly steps: number;
  /** Implied deviation to expiry at the start, by path. `[paths]` */
  readonly deviation: Float64Array;
  /** Log strike over spot in deviations, by path. `[paths]` */
  readonly moneyness: Float64Array;
}

/** Step of a path: log return and variance of the next step in units of the start's variance a step. */
interface StepDraw {
  /** Return in units of the standard deviation a step at the start; its own mean is taken out by the world. */
  readonly move: number;
  /** Variance ratio after the step. */
  readonly variance: number;
}

/** A law of steps, free of scale. */
interface StepLaw {
  /** Variance ratio at the start. */
  start(rng: Rng): number;
  /** One step; `sd` is the standard deviation of a step at ratio 1, for laws whose drift depends on it. */
  step(variance: number, sd: number, rng: Rng): StepDraw;
  /** Mean variance ratio over the next `steps` steps. */
  outlook(variance: number, steps: number): number;
}

const STEPS_A_YEAR = 365;
/**
 * Heston in units of the long-run variance: reversion 2 a year, correlation −0.5, volatility of variance 1.5 at a volatility
 * of 60 % (1.5/0.6 in these units); crypto calibrations scatter widely around them.
 */
const HESTON = { reversion: 2, volOfVariance: 1.5 / 0.6, correlation: -0.5 };
/** Jumps: one step in 20, three standard deviations of a step wide, falls more than rises. */
const JUMPS = { probability: 0.05, mean: -0.6, deviation: 3 };
/** Typical daily GARCH(1,1) of crypto (docs/models/volatility.md); spread of the start around the long-run variance. */
const GARCH = { arch: 0.08, memory: 0.9, startSpread: 0.5 };

/** Worlds by name. */
export const SIMULATED_WORLDS = ["gbm", "heston", "jumps"] as const;
/** Name of a drawn world without data. */
export type SimulatedWorld = (typeof SIMULATED_WORLDS)[number];

/** Draws a world that needs no data. */
export function simulatedWorld(name: SimulatedWorld, request: WorldRequest, rng: Rng): HedgePaths {
  return drawPaths(LAWS[name], request, rng);
}

/**
 * Draws returns as GARCH steps with real standardised residuals.
 *
 * @param residuals zero mean, unit variance.
 */
export function bootstrapWorld(residuals: Float64Array, request: WorldRequest, rng: Rng): HedgePaths {
  const { arch, memory, startSpread } = GARCH;
  const persistence = arch + memory;
  return drawPaths(
    {
      start: (stream) => Math.exp(startSpread * stream.normal() - startSpread ** 2 / 2),
      step: (variance, sd, stream) => {
        const residual = residuals[stream.integer(residuals.length)] ?? 0;
        const next = 1 - persistence + (arch * residual * residual + memory) * variance;
        return { move: Math.sqrt(variance) * residual - 0.5 * variance * sd, variance: next };
      },
      outlook: (variance, steps) => 1 + ((variance - 1) * (1 - persistence ** steps)) / (steps * (1 - persistence)),
    },
    request,
    rng,
  );
}

const LAWS: Readonly<Record<SimulatedWorld, StepLaw>> = {
  gbm: {
    start: () => 1,
    step: (_, sd, rng) => ({ move: rng.normal() - 0.5 * sd, variance: 1 }),
    outlook: () => 1,
  },
  heston: {
    start: () => 1,
    step: hestonStep,
    outlook: (variance, steps) => {
      const time = (HESTON.reversion * steps) / STEPS_A_YEAR;
      return 1 + ((variance - 1) * -Math.expm1(-time)) / time;
    },
  },
  jumps: { start: () => 1, step: jumpStep, outlook: () => 1 },
};

/** Euler with full truncation (Lord, Koekkoek and van Dijk 2010). */
function hestonStep(variance: number, sd: number, rng: Rng): StepDraw {
  const { reversion, volOfVariance, correlation } = HESTON;
  const positive = Math.max(variance, 0);
  const [spotShock, ownShock] = [rng.normal(), rng.normal()];
  const shock = correlation * spotShock + Math.sqrt(1 - correlation ** 2) * ownShock;
  return {
    move: Math.sqrt(positive) * spotShock - 0.5 * positive * sd,
    variance:
      variance +
      (reversion * (1 - positive)) / STEPS_A_YEAR +
      volOfVariance * Math.sqrt(positive / STEPS_A_YEAR) * shock,
  };
}

/** Merton 1976 with at most one jump a step; total variance 1 and a fair forward. */
function jumpStep(_: number, sd: number, rng: Rng): StepDraw {
  const { probability, mean, deviation } = JUMPS;
  const jumpVariance = probability * (mean ** 2 + deviation ** 2) - (probability * mean) ** 2;
  const calm = Math.sqrt(1 - jumpVariance);
  const jump = rng.uniform() < probability ? mean + deviation * rng.normal() : 0;
  const growth =
    0.5 * (calm * sd) ** 2 +
    Math.log(1 - probability + probability * Math.exp(mean * sd + 0.5 * (deviation * sd) ** 2));
  return { move: calm * rng.normal() + jump - growth / sd, variance: 1 };
}

function drawPaths(law: StepLaw, request: WorldRequest, rng: Rng): HedgePaths {
  const { paths, steps, deviation: total, moneyness } = request;
  const rows = (count: number): readonly Float64Array[] => Array.from({ length: count }, () => new Float64Array(paths));
  const [spot, deviation, forecastRatio] = [rows(steps + 1), rows(steps), rows(steps)];
  for (let path = 0; path < paths; path += 1) {
    let variance = law.start(rng);
    // The start's implied volatility is what was asked for, whatever variance the law starts with.
    const sd = (total[path] ?? 0) / Math.sqrt(steps * law.outlook(variance, steps));
    let log = 0;
    for (let step = 0; step < steps; step += 1) {
      const left = steps - step;
      const outlook = law.outlook(Math.max(variance, 0), left);
      put(spot, step, path, Math.exp(log));
      put(deviation, step, path, sd * Math.sqrt(left * outlook));
      put(forecastRatio, step, path, Math.sqrt(Math.max(variance, SMALLEST_RATIO) / outlook));
      const drawn = law.step(variance, sd, rng);
      log += sd * drawn.move;
      variance = drawn.variance;
    }
    put(spot, steps, path, Math.exp(log));
  }
  const strike = Float64Array.from(moneyness, (place, path) => Math.exp(place * (total[path] ?? 0)));
  return { paths, steps, spot, deviation, forecastRatio, strike };
}

/** Variance that has reached zero still has a logarithm. */
const SMALLEST_RATIO = 1e-4;

function put(rows: readonly Float64Array[], step: number, path: number, value: number): void {
  const row = rows[step];
  if (row !== undefined) row[path] = value;
}
