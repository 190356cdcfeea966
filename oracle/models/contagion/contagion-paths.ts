/** Splits the distress of every node into the paths on which it came. */
import type { DebtRank, StressTransfer } from "./debt-rank.ts";

/** One edge of a path. */
export interface PathEdge {
  readonly from: string;
  readonly to: string;
  /** Value that the receiver loses by this path, unit of the values. */
  readonly loss: number;
}

/** A path of distress. */
export interface ContagionPath {
  /** From the node that was hit to the last that loses by it. */
  readonly nodes: readonly string[];
  readonly edges: readonly PathEdge[];
  /** Loss of the last node by this path, unit of the values. */
  readonly loss: number;
}

/** Names and values of the nodes, and how many paths are wanted. */
export interface PathRequest {
  readonly names: readonly string[];
  readonly values: Float64Array;
  readonly initial: Float64Array;
  readonly most: number;
}

/** A path as nodes with the distress of each by it. */
interface Trail {
  readonly nodes: readonly number[];
  readonly stress: readonly number[];
}

/** Trails kept of those that reach one node: the rest is too small to matter to any ranking that people read. */
const KEPT_TRAILS = 64;

/**
 * Paths by the loss of their last node, largest first. A node passes on what it had when it was first hurt, so its distress splits
 * exactly: over all paths that end at a node, losses sum to that node's loss while no more than 64 paths reach any node.
 */
export function contagionPaths(
  { transfers }: Pick<DebtRank, "transfers">,
  request: PathRequest,
): readonly ContagionPath[] {
  const { initial, values, names, most } = request;
  const carried = new Map<number, readonly Trail[]>();
  initial.forEach((stress, node) => {
    if (stress > 0) carried.set(node, [{ nodes: [node], stress: [stress] }]);
  });
  const found: Trail[] = [];
  for (const step of stepsOf(transfers)) {
    const arrived = step.flatMap((transfer) => extend(carried.get(transfer.from) ?? [], transfer));
    found.push(...arrived);
    keepFirst(carried, arrived);
  }
  return largest(found, (trail) => lossOf(trail, values), most).map((trail) => toPath(trail, names, values));
}

function stepsOf(transfers: readonly StressTransfer[]): readonly (readonly StressTransfer[])[] {
  const steps: StressTransfer[][] = [];
  for (const transfer of transfers) {
    const step = steps[transfer.step - 1] ?? [];
    step.push(transfer);
    steps[transfer.step - 1] = step;
  }
  return steps;
}

/** Every trail into the sender goes on over the edge, with its share of what the edge carries. */
function extend(trails: readonly Trail[], { to, stress }: StressTransfer): readonly Trail[] {
  const total = trails.reduce((sum, trail) => sum + (trail.stress.at(-1) ?? 0), 0);
  return trails.map((trail) => ({
    nodes: [...trail.nodes, to],
    stress: [...trail.stress, (stress * (trail.stress.at(-1) ?? 0)) / total],
  }));
}

/** Only what arrives in the step in which a node is first hurt is passed on. */
function keepFirst(carried: Map<number, readonly Trail[]>, arrived: readonly Trail[]): void {
  const byEnd = Map.groupBy(arrived, ({ nodes }) => nodes.at(-1) ?? -1);
  for (const [node, trails] of byEnd) {
    if (!carried.has(node))
      carried.set(
        node,
        largest(trails, ({ stress }) => stress.at(-1) ?? 0, KEPT_TRAILS),
      );
  }
}

function largest(trails: readonly Trail[], size: (trail: Trail) => number, most: number): readonly Trail[] {
  return trails.toSorted((left, right) => size(right) - size(left)).slice(0, most);
}

function lossOf({ nodes, stress }: Trail, values: Float64Array): number {
  return (stress.at(-1) ?? 0) * (values[nodes.at(-1) ?? -1] ?? 0);
}

function toPath(trail: Trail, names: readonly string[], values: Float64Array): ContagionPath {
  const named = trail.nodes.map((node) => names[node] ?? "");
  const edges = trail.nodes.slice(1).map((node, place) => ({
    from: named[place] ?? "",
    to: named[place + 1] ?? "",
    loss: (trail.stress[place + 1] ?? 0) * (values[node] ?? 0),
  }));
  return { nodes: named, edges, loss: lossOf(trail, values) };
}
