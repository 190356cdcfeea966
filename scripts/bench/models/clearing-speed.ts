/** Measures the exact clearing of debts: networks of 64 nodes with a named default, settled a second on one core. */
import { createRng } from "../../../oracle/math/rng.ts";
import { clearNetwork } from "../../../oracle/models/contagion/clearing.ts";
import { drawNetwork } from "../../../oracle/training/contagion/draw-network.ts";
import { type BenchResult, judge, rounded } from "../result.ts";
import { timesOf } from "../times.ts";

const NODES = 64;
const NETWORKS = 500;
const PLAN = { warmUp: 2, repeats: 10 } as const;
const LIMIT_NETWORKS_PER_SEC = 500;
const MS_PER_SECOND = 1_000;

/** Clears 500 drawn networks, each after its first node has lost its outside assets. */
export async function benchClearing(): Promise<BenchResult> {
  const rng = createRng("bench-clearing");
  const networks = Array.from({ length: NETWORKS }, () => {
    const network = drawNetwork(NODES, rng);
    return { ...network, externalAssets: network.externalAssets.map((assets, node) => (node === 0 ? 0 : assets)) };
  });
  let defaults = 0;
  const { cpuDecile, median } = await timesOf(() => {
    defaults = networks.reduce((sum, network) => sum + clearNetwork(network).inDefault.filter(Boolean).length, 0);
  }, PLAN);
  const perSecond = (milliseconds: number): number => Math.round((NETWORKS * MS_PER_SECOND) / milliseconds);
  return judge(
    perSecond(cpuDecile),
    { limit: LIMIT_NETWORKS_PER_SEC, unit: "networks/s", passes: "at-least" },
    { median: perSecond(median), nodes: NODES, defaultsANetwork: rounded(defaults / NETWORKS) },
  );
}
