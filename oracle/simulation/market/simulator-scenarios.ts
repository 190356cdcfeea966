/** Scripts of the simulated market: phases with a volatility level and a scripted move. */
import { PlimsollError } from "../../domain/errors.ts";

/** One stretch of a script. */
export interface Phase {
  readonly name: string;
  readonly hours: number;
  /** Volatility against the usual, 1 = usual. */
  readonly volMultiple: number;
  /** Log move of an asset with beta 1 over the phase; chance adds a quarter of its own move to it. */
  readonly logMove: number;
  /** Course of the scripted move: even, or in three violent waves. */
  readonly course: "even" | "waves";
}

/** Names of the scripts. */
export type SimulatorScenario = "crash-recovery" | "squeeze" | "calm";

const SCRIPTS: Readonly<Record<SimulatorScenario, readonly Phase[]>> = {
  // Calm, volatility jump with a rally (short calls), crash of 30 % in half a day (short puts), rally, recovery.
  "crash-recovery": [
    { name: "calm", hours: 48, volMultiple: 0.8, logMove: 0, course: "even" },
    { name: "volatility-jump", hours: 24, volMultiple: 1.6, logMove: 0.13, course: "waves" },
    { name: "crash", hours: 12, volMultiple: 2.2, logMove: -0.37, course: "waves" },
    { name: "aftershock", hours: 24, volMultiple: 2, logMove: 0, course: "even" },
    { name: "rally", hours: 24, volMultiple: 1.6, logMove: 0.18, course: "waves" },
    { name: "recovery", hours: 36, volMultiple: 1.1, logMove: 0.03, course: "even" },
  ],
  squeeze: [
    { name: "calm", hours: 48, volMultiple: 0.8, logMove: 0, course: "even" },
    { name: "squeeze", hours: 24, volMultiple: 2, logMove: 0.3, course: "waves" },
    { name: "recovery", hours: 72, volMultiple: 1.2, logMove: -0.08, course: "even" },
  ],
  calm: [{ name: "calm", hours: 168, volMultiple: 0.8, logMove: 0, course: "even" }],
};

/**
 * Phases of a script.
 *
 * @throws PlimsollError `SIMULATOR_SCENARIO_UNKNOWN`, listing the names.
 */
export function findScript(name: string): readonly Phase[] {
  const script = Object.entries(SCRIPTS).find(([key]) => key === name)?.[1];
  if (script !== undefined) return script;
  const names = Object.keys(SCRIPTS).join(", ");
  throw new PlimsollError({
    code: "SIMULATOR_SCENARIO_UNKNOWN",
    problem: `The simulator has no scenario "${name}".`,
    remedy: `Choose one of ${names}.`,
    context: { name, names },
  });
}
