/** One task of a mechanism study: makes its worlds, which stay for the next task, and runs its candidates. */
import { join } from "node:path";
import type { AssetSymbol, BarSeries } from "../../oracle/domain/market.ts";
import {
  type Agents,
  DEFAULT_AGENTS,
  type PolicyMaker,
  runWorld,
  type WorldOutcome,
} from "../../oracle/simulation/mechanism/evaluate-candidate.ts";
import { termsWith } from "../../oracle/simulation/mechanism/mechanism-parameters.ts";
import { type MechanismWorld, makeWorld } from "../../oracle/simulation/mechanism/mechanism-world.ts";
import { statePolicy } from "../../oracle/simulation/mechanism/state-policy.ts";
import { staticLender } from "../../oracle/simulation/mechanism/static-lender.ts";
import type { VaultTerms } from "../../oracle/simulation/vault/vault-terms.ts";
import { readSpotBars } from "../data/spot-bars.ts";
import { configuredTerms } from "../deploy/configured-terms.ts";
import { type DeploymentConfig, readDeploymentConfig } from "../deploy/deployment-config.ts";
import type { AgentSpec, Candidate, StudyTask, WorldSpec } from "./study-messages.ts";

/** The reviewed configuration that a study begins with. */
export const STUDY_CONFIG = join(import.meta.dirname, "../../deployments/local/config.json");

/** Does tasks; keeps configurations, bars and worlds between them. */
export interface TaskRunner {
  /** @returns outcomes by world and candidate. @throws PlimsollError those of the readers and of the worlds. */
  run(task: StudyTask): Promise<readonly (readonly WorldOutcome[])[]>;
}

/** Creates a runner. */
export function createTaskRunner(): TaskRunner {
  const configs = new Map<string, DeploymentConfig>();
  const bars = new Map<string, ReadonlyMap<AssetSymbol, BarSeries>>();
  const worlds = new Map<string, MechanismWorld>();
  return {
    run: async (task) => {
      const config = configs.get(task.config) ?? (await readDeploymentConfig(task.config));
      configs.set(task.config, config);
      const dataKey = task.data.join("\n");
      const held = bars.get(dataKey) ?? (task.data.length > 0 ? readSpotBars(task.data) : new Map());
      bars.set(dataKey, held);
      return task.worlds.map((spec) => {
        const terms = configuredTerms(config, spec.asset);
        const key = `${dataKey}|${JSON.stringify(spec)}`;
        const world = worlds.get(key) ?? worldOf(spec, terms, held);
        worlds.set(key, world);
        return runWorld(
          world,
          task.candidates.map((candidate) => makerOf(candidate, terms)),
          agentsOf(task.agents),
        );
      });
    },
  };
}

function worldOf(spec: WorldSpec, terms: VaultTerms, held: ReadonlyMap<AssetSymbol, BarSeries>): MechanismWorld {
  const { barsFrom, barsTo, replayFrom, magnified = 1, ...rest } = spec;
  const all = held.get(spec.asset) ?? null;
  const bars = all === null ? null : cutBars(all, barsFrom ?? 0, barsTo ?? all.open.length);
  const from = replayFrom === undefined ? {} : { replayFrom };
  return makeWorld({ ...rest, ...from, magnified, marketId: terms.marketId, bars });
}

function cutBars(bars: BarSeries, from: number, to: number): BarSeries {
  const cut = (values: Float64Array): Float64Array => values.subarray(from, to);
  const { open, high, low, close, volume, endSec } = bars;
  return {
    ...bars,
    endSec: cut(endSec),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  };
}

function makerOf(candidate: Candidate, terms: VaultTerms): PolicyMaker {
  if (candidate.kind === "lender") return staticLender(terms, candidate.scale);
  const own = termsWith(terms, candidate.parameters);
  return ({ world, writers, probe }) => ({
    terms: own,
    policy: statePolicy({ name: "candidate", world, terms: own, writers, probe }),
  });
}

function agentsOf({ keeperCost, temperature }: AgentSpec): Agents {
  const { writers, keeper, fund } = DEFAULT_AGENTS;
  return {
    writers: writers === null ? null : { ...writers, temperature: writers.temperature * temperature },
    keeper: { ...keeper, gasUsd: keeper.gasUsd * keeperCost, leastGain: keeper.leastGain * keeperCost },
    fund,
  };
}
