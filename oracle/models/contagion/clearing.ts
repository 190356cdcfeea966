/** What every node can pay when debts are settled at once: the greatest clearing vector, with costs of default. */
import { PlimsollError } from "../../domain/errors.ts";
import { assertLiabilityNetwork, type LiabilityNetwork, totalLiabilities } from "./liability-network.ts";

/** What a defaulting node realises of what it owns; 1 and 1 are Eisenberg and Noe 2001, without costs. */
export interface DefaultCosts {
  /** Share of assets outside of the network, in (0, 1] (Rogers and Veraart 2013, α). */
  readonly externalShare: number;
  /** Share of what others pay, in (0, 1] (Rogers and Veraart 2013, β). */
  readonly networkShare: number;
}

/** No costs of default. */
export const NO_DEFAULT_COSTS: DefaultCosts = { externalShare: 1, networkShare: 1 };

/** A settled network. */
export interface Clearing {
  /** What each node pays of what it owes, outside creditors included. `[n]` */
  readonly payments: Float64Array;
  /** What each node owes. `[n]` */
  readonly owed: Float64Array;
  /** Nodes that pay less than they owe. `[n]` */
  readonly inDefault: readonly boolean[];
  /** Rounds until no further node defaulted. */
  readonly rounds: number;
}

/** A node is solvent while its assets miss what it owes by no more than this share: rounding is no default. */
const SOLVENCY_TOLERANCE = 1e-13;

/**
 * Greatest clearing vector by fictitious defaults (Eisenberg and Noe 2001, §3.1; with costs Rogers and Veraart 2013, §3): all
 * pay, those who cannot are in default and pay by a linear system, until no further node is.
 *
 * @throws PlimsollError `CONTAGION_NETWORK_INVALID`, `CONTAGION_COSTS_INVALID`.
 */
export function clearNetwork(network: LiabilityNetwork, costs: DefaultCosts = NO_DEFAULT_COSTS): Clearing {
  assertLiabilityNetwork(network);
  assertDefaultCosts(costs);
  const owed = totalLiabilities(network);
  const payments = owed.slice();
  const inDefault = Array<boolean>(owed.length).fill(false);
  for (let rounds = 0; ; rounds += 1) {
    const added = markDefaults(network, { owed, payments, inDefault });
    if (!added) return { payments, owed, inDefault, rounds };
    payDefaults(network, { owed, payments, inDefault, costs });
  }
}

/** Checks the shares. @throws PlimsollError `CONTAGION_COSTS_INVALID`. */
export function assertDefaultCosts({ externalShare, networkShare }: DefaultCosts): void {
  for (const [field, share] of Object.entries({ externalShare, networkShare })) {
    if (share > 0 && share <= 1) continue;
    throw new PlimsollError({
      code: "CONTAGION_COSTS_INVALID",
      problem: `The cost of default ${field} is ${share}; the limit is above 0, at most 1.`,
      remedy: "Give the share that a defaulting node realises of its assets; 1 is no cost.",
      context: { field, share },
    });
  }
}

/** What each node gets from the others: `Σ_j L_ji · p_j / p̄_j`. `[n]` */
export function receivedPayments(
  { liabilities }: Pick<LiabilityNetwork, "liabilities">,
  { owed, payments }: Pick<Clearing, "owed" | "payments">,
): Float64Array {
  const nodes = owed.length;
  const received = new Float64Array(nodes);
  for (let from = 0; from < nodes; from += 1) {
    const total = owed[from] ?? 0;
    const share = total > 0 ? (payments[from] ?? 0) / total : 0;
    if (share === 0) continue;
    for (let to = 0; to < nodes; to += 1)
      received[to] = (received[to] ?? 0) + share * (liabilities[from * nodes + to] ?? 0);
  }
  return received;
}

interface Ledger {
  readonly owed: Float64Array;
  readonly payments: Float64Array;
  readonly inDefault: boolean[];
}

function markDefaults(network: LiabilityNetwork, { owed, payments, inDefault }: Ledger): boolean {
  const received = receivedPayments(network, { owed, payments });
  let added = false;
  owed.forEach((total, node) => {
    const assets = (network.externalAssets[node] ?? 0) + (received[node] ?? 0);
    if (inDefault[node] === true || assets >= total * (1 - SOLVENCY_TOLERANCE)) return;
    inDefault[node] = true;
    added = true;
  });
  return added;
}

/** Payments of the defaulting nodes: `p = α·e + β·Πᵀp`, the others pay in full. */
function payDefaults(
  network: LiabilityNetwork,
  { owed, payments, inDefault, costs }: Ledger & { readonly costs: DefaultCosts },
): void {
  const failed = [...inDefault.keys()].filter((node) => inDefault[node] === true);
  const size = failed.length;
  const nodes = owed.length;
  const fixed = receivedPayments(network, {
    owed,
    payments: owed.map((total, node) => (inDefault[node] === true ? 0 : total)),
  });
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  failed.forEach((node, row) => {
    right[row] = costs.externalShare * (network.externalAssets[node] ?? 0) + costs.networkShare * (fixed[node] ?? 0);
    failed.forEach((other, column) => {
      const share = (network.liabilities[other * nodes + node] ?? 0) / (owed[other] ?? 1);
      matrix[row * size + column] = Number(row === column) - costs.networkShare * share;
    });
  });
  const solved = eliminate(matrix, right);
  failed.forEach((node, row) => {
    payments[node] = Math.min(owed[node] ?? 0, Math.max(0, solved[row] ?? Number.NaN));
  });
}

/**
 * Solves in place without exchange of rows: every column is weakly dominant, since a node owes at most its whole to others. The
 * matrix is regular: were the defaulting nodes a closed circle, their assets would together cover what they owe each other, and
 * not all could be in default.
 */
function eliminate(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let pivot = 0; pivot < size; pivot += 1) {
    for (let row = pivot + 1; row < size; row += 1) subtractPivot(matrix, right, { pivot, row });
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let rest = right[row] ?? 0;
    for (let column = row + 1; column < size; column += 1)
      rest -= (matrix[row * size + column] ?? 0) * (right[column] ?? 0);
    right[row] = rest / (matrix[row * size + row] ?? Number.NaN);
  }
  return right;
}

function subtractPivot(
  matrix: Float64Array,
  right: Float64Array,
  { pivot, row }: { readonly pivot: number; readonly row: number },
): void {
  const size = right.length;
  const factor = (matrix[row * size + pivot] ?? 0) / (matrix[pivot * size + pivot] ?? Number.NaN);
  if (factor === 0) return;
  for (let column = pivot; column < size; column += 1)
    matrix[row * size + column] = (matrix[row * size + column] ?? 0) - factor * (matrix[pivot * size + column] ?? 0);
  right[row] = (right[row] ?? 0) - factor * (right[pivot] ?? 0);
}
