/** Every scenario that `plimsoll simulate` knows: episodes of real markets, scripts of the simulator, and attacks upon a crash. */
import { PlimsollError } from "../../domain/errors.ts";
import { SCENARIOS } from "../../ingestion/scenarios.ts";
import type { SimulatorScenario } from "../../simulation/market/simulator-scenarios.ts";

/** What goes wrong besides the market. */
export type Attack = "none" | "silence" | "hostile-tightening" | "hostile-loosening" | "keepers-away" | "pushed-feed";

/** One scenario. */
export interface CataloguedScenario {
  readonly id: string;
  readonly kind: "historical" | "stress" | "adversarial";
  readonly text: string;
  /** Script of the simulator; `null` for real data. */
  readonly script: SimulatorScenario | null;
  readonly attack: Attack;
}

/** All scenarios. */
export const CATALOGUE: readonly CataloguedScenario[] = [
  ...SCENARIOS.map(({ name, fromSec, toSec }) => ({
    id: name,
    kind: "historical" as const,
    text: `real hours ${dateOf(fromSec)} to ${dateOf(toSec)}; needs --data`,
    script: null,
    attack: "none" as const,
  })),
  stress("crash-recovery", "calm, volatility, a fall of 30 % in half a day, recovery"),
  stress("squeeze", "a rise of 30 % in a day"),
  stress("calm", "a quiet week"),
  adversarial("silent-oracle", "silence", "no reports from the first hour of the crash on"),
  adversarial(
    "hostile-tightening",
    "hostile-tightening",
    "all signers ask for everything from the first hour of the crash on",
  ),
  adversarial(
    "hostile-loosening",
    "hostile-loosening",
    "all signers ask for nothing from the first hour of the crash on",
  ),
  adversarial("keepers-away", "keepers-away", "nobody liquidates"),
  adversarial(
    "pushed-feed",
    "pushed-feed",
    "every sixth hour the chain's price is pushed by 1 % against the shorts for twenty minutes",
  ),
];

/** Finds a scenario. @throws PlimsollError `SCENARIO_UNKNOWN`, listing the ids. */
export function findCatalogued(id: string): CataloguedScenario {
  const found = CATALOGUE.find((entry) => entry.id === id);
  if (found !== undefined) return found;
  const ids = CATALOGUE.map((entry) => entry.id).join(", ");
  throw new PlimsollError({
    code: "SCENARIO_UNKNOWN",
    problem: `There is no scenario "${id}".`,
    remedy: `Choose one of ${ids}.`,
    context: { id, ids },
  });
}

function stress(script: SimulatorScenario, text: string): CataloguedScenario {
  return { id: script, kind: "stress", text: `simulator: ${text}`, script, attack: "none" };
}

function adversarial(id: string, attack: Attack, text: string): CataloguedScenario {
  return { id, kind: "adversarial", text: `crash-recovery, and ${text}`, script: "crash-recovery", attack };
}

function dateOf(timeSec: number): string {
  return new Date(timeSec * 1_000).toISOString().slice(0, "2000-01-01".length);
}
