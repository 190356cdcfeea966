/** From observed flows between entities to a network of debts: what one of them owes the other until a transfer is settled. */
import { PlimsollError } from "../../domain/errors.ts";
import type { NamedNetwork } from "./named-default.ts";

/** A flow observed over a period. */
export interface ObservedFlow {
  readonly from: string;
  readonly to: string;
  /** USD over the whole period, at least 0. */
  readonly usdVolume: number;
  /** How sure the link is, in [0, 1]; weighs the volume. */
  readonly confidence: number;
}

/** How flows become debts. */
export interface FlowAssumptions {
  /** Days over which the flows were observed. */
  readonly periodDays: number;
  /** Days until a transfer is settled: so much of the mean daily flow is owed at any time. */
  readonly settlementDays: number;
  /** Equity of each entity, share of the larger of what it owes and what it is owed. */
  readonly equityShare: number;
  /** Names that stand for everyone else: their flows are debts to and claims on the outside, which cannot default. */
  readonly outside: readonly string[];
}

/** One day of settlement, and Basel's least ratio of capital: assumptions, not measurements. */
export const FLOW_ASSUMPTIONS = { settlementDays: 1, equityShare: 0.08, outside: ["retail"] } as const;

/**
 * The network of debts. An entity with links but without volume stays in it, owing nothing that is known.
 *
 * @throws PlimsollError `CONTAGION_FLOWS_INVALID` naming the flow, its value and its limit.
 */
export function flowNetwork(flows: readonly ObservedFlow[], assumptions: FlowAssumptions): NamedNetwork {
  for (const flow of flows) assertFlow(flow);
  const { outside, settlementDays, periodDays, equityShare } = assumptions;
  const names = [...new Set(flows.flatMap(({ from, to }) => [from, to]))]
    .filter((name) => !outside.includes(name))
    .sort();
  const nodes = names.length;
  const liabilities = new Float64Array(nodes * nodes);
  const [owed, claims] = [new Float64Array(nodes), new Float64Array(nodes)];
  for (const { from, to, usdVolume, confidence } of flows) {
    const amount = (settlementDays / periodDays) * usdVolume * confidence;
    const [debtor, creditor] = [names.indexOf(from), names.indexOf(to)];
    if (debtor >= 0) owed[debtor] = (owed[debtor] ?? 0) + amount;
    if (creditor >= 0) claims[creditor] = (claims[creditor] ?? 0) + amount;
    if (debtor < 0 || creditor < 0 || debtor === creditor) continue;
    const place = debtor * nodes + creditor;
    liabilities[place] = (liabilities[place] ?? 0) + amount;
  }
  return { names, liabilities, ...balanceSheets(liabilities, { owed, claims, equityShare }) };
}

/** Outside assets so that everyone has its equity with all debts and claims at face value, none below 0. */
function balanceSheets(
  liabilities: Float64Array,
  {
    owed,
    claims,
    equityShare,
  }: { readonly owed: Float64Array; readonly claims: Float64Array; readonly equityShare: number },
): Pick<NamedNetwork, "externalAssets" | "externalLiabilities"> {
  const nodes = owed.length;
  const [paid, received] = [new Float64Array(nodes), new Float64Array(nodes)];
  liabilities.forEach((debt, place) => {
    const [from, to] = [Math.floor(place / nodes), place % nodes];
    paid[from] = (paid[from] ?? 0) + debt;
    received[to] = (received[to] ?? 0) + debt;
  });
  return {
    externalLiabilities: owed.map((total, node) => Math.max(0, total - (paid[node] ?? 0))),
    externalAssets: owed.map((total, node) => {
      const equity = equityShare * Math.max(total, claims[node] ?? 0);
      return Math.max(0, total + equity - (received[node] ?? 0));
    }),
  };
}

function assertFlow({ from, to, usdVolume, confidence }: ObservedFlow): void {
  const isVolume = usdVolume >= 0 && usdVolume < Number.POSITIVE_INFINITY;
  if (isVolume && confidence >= 0 && confidence <= 1) return;
  throw new PlimsollError({
    code: "CONTAGION_FLOWS_INVALID",
    problem: `The flow ${from} → ${to} has volume ${usdVolume} and confidence ${confidence}; limits are at least 0, and 0 to 1.`,
    remedy: "Mend the row of the flow graph.",
    context: { from, to, usdVolume, confidence },
  });
}
