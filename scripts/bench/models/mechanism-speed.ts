/** Measures the mechanism's worlds: vault-days a second on one core, writers, keepers, reports and attacker included. */
import { join } from "node:path";
import { DEFAULT_AGENTS, type PolicyMaker, runWorld } from "../../../oracle/simulation/mechanism/evaluate-candidate.ts";
import { configuredParameters, termsWith } from "../../../oracle/simulation/mechanism/mechanism-parameters.ts";
import { makeWorld } from "../../../oracle/simulation/mechanism/mechanism-world.ts";
import { statePolicy } from "../../../oracle/simulation/mechanism/state-policy.ts";
import { configuredTerms } from "../../deploy/configured-terms.ts";
import { readDeploymentConfig } from "../../deploy/deployment-config.ts";
import { type BenchResult, judge, rounded } from "../result.ts";
import { timesOf } from "../times.ts";

const CONFIG = join(import.meta.dirname, "../../../deployments/local/config.json");
const PLAN = { warmUp: 1, repeats: 5 } as const;
/** A generation of the search. */
const CANDIDATES = 11;
const LIMIT_VAULT_DAYS_PER_SEC = 2_000;
const MS_PER_SECOND = 1_000;

/** Runs a generation of candidates over a crisis of 20 days of openings, as the search does. */
export async function benchMechanism(): Promise<BenchResult> {
  const terms = configuredTerms(await readDeploymentConfig(CONFIG), "BTC");
  const request = {
    kind: "crisis",
    asset: "BTC",
    days: 20,
    perDay: 1,
    marketId: 1,
    seed: "bench",
    bars: null,
  } as const;
  const world = makeWorld(request);
  const base = configuredParameters(terms);
  const makers = Array.from({ length: CANDIDATES }, (_, place): PolicyMaker => {
    const own = termsWith(terms, { ...base, classScale: 0.5 + place / CANDIDATES });
    return ({ writers, probe }) => ({
      terms: own,
      policy: statePolicy({ name: "candidate", world, terms: own, writers, probe }),
    });
  });
  const vaultDays = CANDIDATES * world.days;
  const run = (): void => {
    const outcomes = runWorld(world, makers, DEFAULT_AGENTS);
    if (outcomes.length !== CANDIDATES) throw new RangeError(`${outcomes.length} of ${CANDIDATES} candidates ran.`);
  };
  const { cpuDecile, median } = await timesOf(run, PLAN);
  const perSecond = (milliseconds: number): number => Math.round((vaultDays * MS_PER_SECOND) / milliseconds);
  return judge(
    perSecond(cpuDecile),
    { limit: LIMIT_VAULT_DAYS_PER_SEC, unit: "vault-days/s", passes: "at-least" },
    { median: perSecond(median), milliseconds: rounded(cpuDecile), vaultDays, openings: world.plan.length },
  );
}
