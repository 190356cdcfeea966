/** The same clearing vector by plain iteration from full payment: slower to its last digits, no linear system. */
import {
  assertDefaultCosts,
  type Clearing,
  type DefaultCosts,
  NO_DEFAULT_COSTS,
  receivedPayments,
} from "../../../oracle/models/contagion/clearing.ts";
import {
  assertLiabilityNetwork,
  type LiabilityNetwork,
  totalLiabilities,
} from "../../../oracle/models/contagion/liability-network.ts";

/** Relative change of payments at which the iteration ends. */
const SETTLED = 1e-14;
const MOST_ROUNDS = 100_000;
/** As in the linear solution: rounding is no default. */
const SOLVENCY_TOLERANCE = 1e-13;

/**
 * Greatest fixed point of `p = p̄` where assets suffice, else `α·e + β·Πᵀp` (Eisenberg and Noe 2001, theorem 1: iteration from
 * full payment falls to it).
 *
 * @returns `rounds` is the number of iterations; at the limit of 100 000 the last vector, still an upper bound of the payments.
 * @throws PlimsollError `CONTAGION_NETWORK_INVALID`, `CONTAGION_COSTS_INVALID`.
 */
export function iterateClearing(network: LiabilityNetwork, costs: DefaultCosts = NO_DEFAULT_COSTS): Clearing {
  assertLiabilityNetwork(network);
  assertDefaultCosts(costs);
  const owed = totalLiabilities(network);
  let payments: Float64Array = owed.slice();
  let rounds = 0;
  for (let change = Number.POSITIVE_INFINITY; change > SETTLED && rounds < MOST_ROUNDS; rounds += 1) {
    const next = nextPayments(network, { owed, payments }, costs);
    change = next.reduce(
      (most, payment, node) => Math.max(most, Math.abs(payment - (payments[node] ?? 0)) / (owed[node] || 1)),
      0,
    );
    payments = next;
  }
  const inDefault = Array.from(owed, (total, node) => (payments[node] ?? 0) < total * (1 - SOLVENCY_TOLERANCE));
  return { payments, owed, inDefault, rounds };
}

function nextPayments(
  network: LiabilityNetwork,
  state: Pick<Clearing, "owed" | "payments">,
  { externalShare, networkShare }: DefaultCosts,
): Float64Array {
  const received = receivedPayments(network, state);
  return state.owed.map((total, node) => {
    const [outside, inside] = [network.externalAssets[node] ?? 0, received[node] ?? 0];
    if (outside + inside >= total * (1 - SOLVENCY_TOLERANCE)) return total;
    return Math.min(total, externalShare * outside + networkShare * inside);
  });
}
