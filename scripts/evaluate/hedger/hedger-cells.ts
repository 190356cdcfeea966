/** Worlds on which the hedger is judged, and one cell of the comparison: network, service and rules on the same paths. */
import { createRng } from "../../../oracle/math/rng.ts";
import type { HedgePaths } from "../../../oracle/models/hedger/hedge-paths.ts";
import { hedgeOutcome, tailLoss } from "../../../oracle/models/hedger/hedge-results.ts";
import { NO_CAUTION } from "../../../oracle/models/hedger/network-bands.ts";
import { bootstrapWorld, SIMULATED_WORLDS, simulatedWorld } from "../../../oracle/models/hedger/simulated-worlds.ts";
import { networkPolicy } from "../../../oracle/training/hedger/hedge-policies.ts";
import { type CellScores, judgeCell } from "../../../oracle/training/hedger/judge-cell.ts";
import { blockWorld, dailyResiduals, type HourlyMarket } from "../../../oracle/training/hedger/real-world.ts";
import { reportRequest } from "../../../oracle/training/hedger/write-hedger.ts";
import type { JudgedHedger } from "./option-scores.ts";
import { servedPolicy } from "./served-policy.ts";

/** No fixed cost, and no limit that binds. */
export const NO_GAS = { gas: 0, limit: 1 } as const;
/** World of GARCH steps with the residuals of the window's own days. */
export const BOOTSTRAP = "bootstrap";

/** One cell with what serves beside the network. */
export interface NamedCell extends CellScores {
  readonly world: string;
  /** Loss of the guarded service, its gain on the rules and on the tuned one, and the share of its decisions that a rule made. */
  readonly served: number;
  readonly servedGain: number;
  readonly servedGainOnTuned: number;
  readonly fallbackShare: number;
}

/** Paths with a name. */
export interface NamedPaths {
  readonly world: string;
  readonly paths: HedgePaths;
}

/** Drawn worlds without data, the report's option. @param count paths of each. */
export function drawnWorlds(count: number): readonly NamedPaths[] {
  return SIMULATED_WORLDS.map((world) => ({
    world,
    paths: simulatedWorld(world, reportRequest(count), createRng(`evaluate-hedger-${world}`)),
  }));
}

/** Stretches of each market's hours, and GARCH steps with the residuals of all of them; none without markets. */
export function realWorlds(
  markets: ReadonlyMap<string, HourlyMarket>,
  { stretches, drawn }: { readonly stretches: number; readonly drawn: number },
): readonly NamedPaths[] {
  if (markets.size === 0) return [];
  const residuals = dailyResiduals([...markets.values()]);
  return [
    ...[...markets].map(([asset, market]) => ({
      world: `hours of ${asset}`,
      paths: blockWorld([market], reportRequest(stretches), createRng(`evaluate-hedger-${asset}`)),
    })),
    {
      world: BOOTSTRAP,
      paths: bootstrapWorld(residuals, reportRequest(drawn), createRng(`evaluate-hedger-${BOOTSTRAP}`)),
    },
  ];
}

/** Judges network and service at one cost. */
export async function namedCell(
  { session, hedger }: JudgedHedger,
  { world, paths }: NamedPaths,
  cost: number,
): Promise<NamedCell> {
  const terms = { cost, ...NO_GAS };
  const scores = await judgeCell(
    networkPolicy(session, { knowledge: hedger.knowledge, reading: NO_CAUTION }),
    paths,
    terms,
  );
  const { policy, fallbackShare } = servedPolicy(hedger);
  const served = tailLoss((await hedgeOutcome(paths, policy, terms)).wealth);
  const rules = Math.min(scores.blackScholes, scores.band, scores.whalleyWilmott);
  return {
    world,
    ...scores,
    served,
    servedGain: 1 - served / rules,
    servedGainOnTuned: 1 - served / scores.tuned,
    fallbackShare: fallbackShare(),
  };
}
