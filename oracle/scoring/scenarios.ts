/** Filtered historical simulation of one asset: cumulative returns and running worst moves, both directions. */
import type { VolForecast } from "../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../domain/units.ts";
import type { ScenarioDraws } from "./scenario-draws.ts";
import type { ScoringSettings } from "./scoring-settings.ts";

/** Simulated paths of one asset on a grid of equal steps of at most one hour. Arrays of a step are `[paths]`. */
export interface SpotScenarios {
  /** Length of one step, hours. */
  readonly stepHours: number;
  /** Log return from now to the end of each step. */
  readonly logReturn: readonly Float64Array[];
  /** Worst fall so far, −ln(min/S) ≥ 0, non-decreasing in the step. */
  readonly fall: readonly Float64Array[];
  /** Worst rise so far, ln(max/S) ≥ 0, non-decreasing in the step. */
  readonly rise: readonly Float64Array[];
}

/** What the paths add to forecast and residuals. */
export type PathLaw = Pick<ScoringSettings, "volUncertainty">;

/** Horizon for which the uncertainty is stated; it grows with the root of time up to there. */
const DAY_HOURS = 24;

/** Length of one scenario step, hours: the forecast's own step, split evenly where it is longer than an hour. */
export function scenarioStepHours(volatility: Pick<VolForecast, "stepSec">): number {
  return volatility.stepSec / substeps(volatility) / SECONDS_PER_HOUR;
}

/**
 * Simulates spot by drawing standardised residuals and scaling them with the forecast standard deviation of each step
 * (Barone-Adesi, Giannopoulos and Vosper, "VaR without correlations for portfolios of derivative securities", 1999).
 *
 * Independent residuals sum to nearly normal days, real days come in calm and wild ones beyond what was forecast. So each path has one
 * factor for the error of its volatility forecast, which grows with the root of time and leaves the mean variance as it is.
 *
 * Inside a step the path visits the worse extreme: that of the Brownian bridge between the two ends at the step's own
 * volatility. Every move is proportional to the volatility, so worst moves never fall when volatility rises.
 *
 * Each asset draws from the whole of its own residuals, at the same rank as the others: the same moment for histories of
 * equal length, about the same part of the history otherwise. An asset's history thus never changes another's paths.
 *
 * @param draws common random numbers; the result has as many steps.
 * @param volatility forecast; beyond its last step the last standard deviation holds.
 * @param law 0 leaves the plain filtered historical simulation.
 */
export function simulateSpot(draws: ScenarioDraws, volatility: VolForecast, law: PathLaw): SpotScenarios {
  const logReturn: Float64Array[] = [];
  const fall: Float64Array[] = [];
  const rise: Float64Array[] = [];
  const { residuals } = volatility;
  const zero = new Float64Array(draws.paths);
  draws.steps.forEach((step, index) => {
    const [start = zero, fallen = zero, risen = zero] = [logReturn[index - 1], fall[index - 1], rise[index - 1]];
    const sigmas = pathSigmas(draws, volatility, { law, step: index });
    const [ends, falls, rises] = [start.slice(), fallen.slice(), risen.slice()];
    for (let path = 0; path < draws.paths; path += 1) {
      const residual = residuals[Math.floor((step.residualRank[path] ?? Number.NaN) * residuals.length)] ?? Number.NaN;
      const from = start[path] ?? 0;
      const sigma = sigmas[path] ?? Number.NaN;
      const reach = Math.sqrt(residual ** 2 + (step.bridge[path] ?? 0));
      ends[path] = from + sigma * residual;
      falls[path] = Math.max(fallen[path] ?? 0, -from + 0.5 * sigma * (reach - residual));
      rises[path] = Math.max(risen[path] ?? 0, from + 0.5 * sigma * (reach + residual));
    }
    logReturn.push(ends);
    fall.push(falls);
    rise.push(rises);
  });
  return { stepHours: scenarioStepHours(volatility), logReturn, fall, rise };
}

/** Standard deviation of the log return of one hour, from the forecast's first step, decimal. */
export function hourlySigma(volatility: VolForecast): number {
  return (volatility.sigmaPerStep[0] ?? Number.NaN) * Math.sqrt(SECONDS_PER_HOUR / volatility.stepSec);
}

/** Standard deviation of a step on each path; proportional to that of the forecast. `[paths]` */
function pathSigmas(
  { volError }: ScenarioDraws,
  volatility: VolForecast,
  { law, step }: { readonly law: PathLaw; readonly step: number },
): Float64Array {
  const sigma = stepSigma(volatility, step);
  const hours = (step + 0.5) * scenarioStepHours(volatility);
  const deviation = law.volUncertainty * Math.sqrt(Math.min(1, hours / DAY_HOURS));
  // The mean of the square of exp(d·n − d²) is 1 for a standard normal n.
  return volError.map((error) => sigma * Math.exp(deviation * error - deviation * deviation));
}

function substeps(volatility: Pick<VolForecast, "stepSec">): number {
  return Math.ceil(volatility.stepSec / SECONDS_PER_HOUR);
}

function stepSigma(volatility: VolForecast, step: number): number {
  const parts = substeps(volatility);
  const forecastStep = Math.min(Math.floor(step / parts), volatility.sigmaPerStep.length - 1);
  return (volatility.sigmaPerStep[forecastStep] ?? Number.NaN) / Math.sqrt(parts);
}
