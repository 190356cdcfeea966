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
 * Lets the named node pay nothing to anyone and clears the rest. Losses are those against the same network before: what was not
 * paid without the default is not counted.
 *
 * @throws PlimsollError `CONTAGION_NODE_UNKNOWN`, and those of `clearNetwork` and `debtRank`.
 */
export function namedDefaultLoss(network: NamedNetwork, request: NamedDefaultRequest): NamedDefaultLoss {
  const { name, costs = NO_DEFAULT_COSTS, paths } = request;
  const node = network.names.indexOf(name);
  if (node < 0) throw unknownNode(name, network.names);
  const before = clearNetwork(network, costs);
  const failed = withoutPayments(network, node);
  const after = clearNetwork(failed, costs);
  const lost = edgeLosses(network.names, transfersOf(network, before), transfersOf(failed, after));
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

/** The network in which one node pays nothing: as if it owed nothing. */
export function withoutPayments(network: LiabilityNetwork, node: number): LiabilityNetwork {
  const nodes = network.externalAssets.length;
  return {
    externalAssets: network.externalAssets,
    liabilities: network.liabilities.map((owed, place) => (Math.floor(place / nodes) === node ? 0 : owed)),
    externalLiabilities: network.externalLiabilities.map((owed, place) => (place === node ? 0 : owed)),
  };
}

/** What row pays to column. `[n × n]` */
function transfersOf({ liabilities }: LiabilityNetwork, { payments, owed }: Clearing): Float64Array {
  const nodes = owed.length;
  return liabilities.map((debt, place) => {
    const from = Math.floor(place / nodes);
    return debt === 0 ? 0 : (debt * (payments[from] ?? 0)) / (owed[from] ?? Number.NaN);
  });
}

function edgeLosses(
  names: readonly string[],
  before: Float64Array,
  after: Float64Array,
): Pick<NamedDefaultLoss, "edges" | "lossByNode" | "total"> {
  const nodes = names.length;
  const lossByNode = new Float64Array(nodes);
  const edges: EdgeLoss[] = [];
  before.forEach((paid, place) => {
    const loss = Math.max(0, paid - (after[place] ?? 0));
    if (loss === 0) return;
    const [from, to] = [Math.floor(place / nodes), place % nodes];
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
