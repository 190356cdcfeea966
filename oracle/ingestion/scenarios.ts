/** Named episodes of real markets: span, data and pace of the replay. */
import { PlimsollError } from "../domain/errors.ts";
import type { AssetSymbol } from "../domain/market.ts";
import { SECONDS_PER_HOUR } from "../domain/units.ts";

/** One named episode. */
export interface Scenario {
  readonly name: string;
  /** Id of the file format that delivers its bars. */
  readonly barFormat: string;
  readonly assets: readonly AssetSymbol[];
  /** First and last time of the replay, seconds; history before it is read as far as the files go. */
  readonly fromSec: number;
  readonly toSec: number;
  /** Market time between two rounds, seconds. */
  readonly stepSec: number;
}

const QUARTER_HOUR_SEC = SECONDS_PER_HOUR / 4;

/** The episodes, ascending in time. */
export const SCENARIOS: readonly Scenario[] = [
  scenario("btc-2022-06", { bars: "spot-hourly", from: "2022-06-09T00:00Z", to: "2022-06-20T00:00Z" }),
  scenario("btc-2022-11", { bars: "spot-hourly", from: "2022-11-06T00:00Z", to: "2022-11-15T00:00Z" }),
  scenario("yen-2024-08", {
    bars: "perp-panel-4h",
    from: "2024-08-01T00:00Z",
    to: "2024-08-08T00:00Z",
    stepSec: 4 * SECONDS_PER_HOUR,
  }),
  scenario("crash-2025-10", {
    bars: "cascade-2025-10-10",
    from: "2025-10-09T20:00Z",
    to: "2025-10-10T19:55Z",
    stepSec: QUARTER_HOUR_SEC,
    assets: ["BTC"],
  }),
];

/**
 * Finds an episode by name.
 *
 * @throws PlimsollError `SCENARIO_UNKNOWN`, listing the names.
 */
export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = SCENARIOS.map((entry) => entry.name).join(", ");
  throw new PlimsollError({
    code: "SCENARIO_UNKNOWN",
    problem: `There is no scenario "${name}".`,
    remedy: `Choose one of ${names}, or give --from and --to.`,
    context: { name, names },
  });
}

interface ScenarioSketch {
  readonly bars: string;
  readonly from: string;
  readonly to: string;
  readonly stepSec?: number;
  readonly assets?: readonly AssetSymbol[];
}

function scenario(name: string, sketch: ScenarioSketch): Scenario {
  const msPerSecond = 1_000;
  return {
    name,
    barFormat: sketch.bars,
    assets: sketch.assets ?? ["BTC", "ETH"],
    fromSec: Date.parse(sketch.from) / msPerSecond,
    toSec: Date.parse(sketch.to) / msPerSecond,
    stepSec: sketch.stepSec ?? SECONDS_PER_HOUR,
  };
}
