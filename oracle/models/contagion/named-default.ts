/** What the default of one named node costs the others: by edge, by node, in all. */
import { PlimsollError } from "../../domain/errors.ts";
import { type Clearing, clearNetwork, type DefaultCosts, NO_DEFAULT_COSTS } from "./clearing.ts";
import { type ContagionPath, contagionPaths } from "./contagion-paths.ts";
import { debtRank, type ImpactNetwork } from "./debt-rank.ts";
import type { LiabilityNetwork } from "./liability-network.ts";

/** A network whose nodes have names. */
export interface NamedNetwork extends LiabilityNetwork {
  /** Unique. `[n]` */
  readonly names: readonly string[];
}

/** What is not paid on one edge. */
export interface EdgeLoss {
  readonly from: string;
  readonly to: string;
  /** Unit of the network. */
  readonly loss: number;
}

/** Cost of a named default, in the unit of the network. */
export interface NamedDefaultLoss {
  readonly name: string;
  /** Lost payments between nodes, by edge, largest first; edges without loss are left out. */
  readonly edges: readonly EdgeLoss[];
  /** What each node does not receive. `[n]` */
  readonly lossByNode: Float64Array;
  /** Sum over the nodes. */
  readonly total: number;
  /** Further nodes in default, by name. */
  readonly defaults: readonly string[];
  /** DebtRank of the node: share of all equity lost beyond its own, before anyone else defaults. */
  readonly debtRank: number;
  /** Ranked paths of distress; see {@link contagionPaths}. */
  readonly paths: readonly ContagionPath[];
}

/** What to compute. */
export interface NamedDefaultRequest {
  readonly name: string;
  readonly costs?: DefaultCosts;
  /** Paths reported. */
  readonly paths: number;
}

/**
 * Takes all outside assets from the named node and clears the network. Losses are those against the same network before: what
 * was not paid without the default is not counted.
 *
 * @throws PlimsollError `CONTAGION_NODE_UNKNOWN`, and those of `clearNetwork` and `debtRank`.
 */
export function namedDefaultLoss(network: NamedNetwork, request: NamedDefaultRequest): NamedDefaultLoss {
  const { name, costs = NO_DEFAULT_COSTS, paths } = request;
  const node = network.names.indexOf(name);
  if (node < 0) throw unknownNode(name, network.names);
  const before = clearNetwork(network, costs);
  const externalAssets = network.externalAssets.map((assets, place) => (place === node ? 0 : assets));
  const after = clearNetwork({ ...network, externalAssets }, costs);
  const lost = edgeLosses(network, before, after);
  const impacts = impactNetwork(network);
  const start = new Float64Array(network.names.length);
  start[node] = 1;
  const spread = debtRank(impacts, start);
  return {
    name,
    ...lost,
    defaults: network.names.filter((_, place) => place !== node && after.inDefault[place] && !before.inDefault[place]),
    debtRank: spread.rank,
    paths: contagionPaths(spread, { names: network.names, values: impacts.values, initial: start, most: paths }),
  };
}

function edgeLosses(
  { names, liabilities }: NamedNetwork,
  before: Clearing,
  after: Clearing,
): Pick<NamedDefaultLoss, "edges" | "lossByNode" | "total"> {
  const nodes = names.length;
  const unpaid = Array.from(after.owed, (owed, from) =>
    owed > 0 ? ((before.payments[from] ?? 0) - (after.payments[from] ?? 0)) / owed : 0,
  );
  const lossByNode = new Float64Array(nodes);
  const edges: EdgeLoss[] = [];
  liabilities.forEach((owed, place) => {
    const [from, to] = [Math.floor(place / nodes), place % nodes];
    const loss = Math.max(0, unpaid[from] ?? 0) * owed;
    if (loss === 0) return;
    edges.push({ from: names[from] ?? "", to: names[to] ?? "", loss });
    lossByNode[to] = (lossByNode[to] ?? 0) + loss;
  });
  return {
    edges: edges.sort((left, right) => right.loss - left.loss),
    lossByNode,
    total: lossByNode.reduce((sum, loss) => sum + loss, 0),
  };
}

/** Impacts `min(1, claim / equity of the creditor)` with equity as value (Battiston et al. 2012, eq. 1). */
export function impactNetwork(network: LiabilityNetwork): ImpactNetwork {
  const values = equities(network);
  const nodes = values.length;
  const impacts = network.liabilities.map((owed, place) => {
    const equity = values[place % nodes] ?? 0;
    return equity > 0 ? Math.min(1, owed / equity) : Number(owed > 0);
  });
  return { impacts, values };
}

/** Assets less debts at face value, at least 0. `[n]` */
function equities({ externalAssets, liabilities, externalLiabilities }: LiabilityNetwork): Float64Array {
  const nodes = externalAssets.length;
  const equity = externalAssets.map((assets, node) => assets - (externalLiabilities[node] ?? 0));
  for (let from = 0; from < nodes; from += 1) {
    for (let to = 0; to < nodes; to += 1) {
      const owed = liabilities[from * nodes + to] ?? 0;
      equity[from] = (equity[from] ?? 0) - owed;
      equity[to] = (equity[to] ?? 0) + owed;
    }
  }
  return equity.map((value) => Math.max(0, value));
}

function unknownNode(name: string, names: readonly string[]): PlimsollError<"CONTAGION_NODE_UNKNOWN"> {
  return new PlimsollError({
    code: "CONTAGION_NODE_UNKNOWN",
    problem: `The network has no node "${name}"; it has ${names.length} nodes.`,
    remedy: `Name one of: ${names.join(", ")}.`,
    context: { name, nodes: names.length },
  });
}
