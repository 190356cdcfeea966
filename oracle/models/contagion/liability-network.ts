/** A network of debts: who owes whom how much, and what each node owns outside of it. */
import { PlimsollError } from "../../domain/errors.ts";

/** Debts between nodes; `liabilities` is row-major `[n × n]`, row owes column, in one unit of money. */
export interface LiabilityNetwork {
  /** What each node owns outside of the network, at least 0. `[n]` */
  readonly externalAssets: Float64Array;
  /** What row owes column, at least 0; the diagonal is 0. `[n × n]` */
  readonly liabilities: Float64Array;
  /** What each node owes to creditors outside of the network, of equal rank, at least 0. `[n]` */
  readonly externalLiabilities: Float64Array;
}

/**
 * Refuses what is no network of debts.
 *
 * @throws PlimsollError `CONTAGION_NETWORK_INVALID` naming the field, its place, its value and its limit.
 */
export function assertLiabilityNetwork(network: LiabilityNetwork): void {
  const { externalAssets, liabilities, externalLiabilities } = network;
  const nodes = externalAssets.length;
  if (nodes === 0) throw invalid("externalAssets", "no nodes", "at least 1");
  if (liabilities.length !== nodes * nodes)
    throw invalid("liabilities", `${liabilities.length} entries`, `${nodes} × ${nodes}`);
  if (externalLiabilities.length !== nodes)
    throw invalid("externalLiabilities", `${externalLiabilities.length} entries`, String(nodes));
  requireAmounts("externalAssets", externalAssets);
  requireAmounts("liabilities", liabilities);
  requireAmounts("externalLiabilities", externalLiabilities);
  for (let node = 0; node < nodes; node += 1) {
    const own = liabilities[node * nodes + node] ?? 0;
    if (own !== 0) throw invalid(`liabilities[${node}][${node}]`, String(own), "0: no node owes itself");
  }
}

function requireAmounts(field: string, values: Float64Array): void {
  const place = values.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (place >= 0) throw invalid(`${field}[${place}]`, String(values[place]), "finite, at least 0");
}

function invalid(field: string, found: string, limit: string): PlimsollError<"CONTAGION_NETWORK_INVALID"> {
  return new PlimsollError({
    code: "CONTAGION_NETWORK_INVALID",
    problem: `The network has ${field} = ${found}; the limit is ${limit}.`,
    remedy: "Give amounts of one unit of money: n assets, n × n debts with a diagonal of 0, n debts to outside.",
    context: { field, found, limit },
  });
}

/** Total each node owes, outside creditors included. `[n]` */
export function totalLiabilities({ liabilities, externalLiabilities }: LiabilityNetwork): Float64Array {
  const nodes = externalLiabilities.length;
  return externalLiabilities.map((outside, node) => {
    let sum = outside;
    for (let place = node * nodes; place < (node + 1) * nodes; place += 1) sum += liabilities[place] ?? 0;
    return sum;
  });
}
