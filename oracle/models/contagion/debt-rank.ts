/** DebtRank: how far distress of some nodes reaches, before anyone is in default. */
import { PlimsollError } from "../../domain/errors.ts";

/** Who is hurt by whose distress. */
export interface ImpactNetwork {
  /** Relative loss of column when row is lost in full, in [0, 1]; the diagonal is 0. Row-major `[n × n]` */
  readonly impacts: Float64Array;
  /** Economic value of each node, at least 0, not all 0. `[n]` */
  readonly values: Float64Array;
}

/** What went over an edge in one step. */
export interface StressTransfer {
  /** Step of the receiver, from 1; the start is step 0. */
  readonly step: number;
  readonly from: number;
  readonly to: number;
  /** Relative loss of the receiver by this edge, after the limit of 1. */
  readonly stress: number;
}

/** Result of {@link debtRank}. */
export interface DebtRank {
  /** Distress at the end, in [0, 1]. `[n]` */
  readonly distress: Float64Array;
  /** Share of all value lost beyond the initial distress, in [0, 1]: `Σ h_i(T)·v_i − Σ h_i(0)·v_i`. */
  readonly rank: number;
  /** Every edge that carried distress, in the order of steps. */
  readonly transfers: readonly StressTransfer[];
}

/**
 * Spreads distress by the rule that each node passes its distress on once, in the step after it was first hurt (Battiston, Puliga,
 * Kaushik, Tasca and Caldarelli 2012, "DebtRank: too central to fail?", eq. 2–4): distress that comes back later adds to its own loss only,
 * so that cycles do not amplify without end.
 *
 * @param initial distress at the start, in [0, 1]. `[n]`
 * @throws PlimsollError `CONTAGION_IMPACTS_INVALID` naming field, place, value and limit.
 */
export function debtRank(network: ImpactNetwork, initial: Float64Array): DebtRank {
  assertImpacts(network, initial);
  const { impacts, values } = network;
  const nodes = values.length;
  const distress = initial.slice();
  const isSpent = Array<boolean>(nodes).fill(false);
  const transfers: StressTransfer[] = [];
  let active = nodesWith(distress, isSpent);
  for (let step = 1; active.length > 0; step += 1) {
    const before = distress.slice();
    for (const node of active) isSpent[node] = true;
    for (let to = 0; to < nodes; to += 1) {
      const received = active.map((from) => (impacts[from * nodes + to] ?? 0) * (before[from] ?? 0));
      const sum = received.reduce((total, stress) => total + stress, 0);
      if (sum === 0) continue;
      const added = Math.min(sum, 1 - (before[to] ?? 0));
      distress[to] = (before[to] ?? 0) + added;
      active.forEach((from, place) => {
        const stress = ((received[place] ?? 0) * added) / sum;
        if (stress > 0) transfers.push({ step, from, to, stress });
      });
    }
    active = nodesWith(distress, isSpent);
  }
  return { distress, rank: lostShare(values, distress, initial), transfers };
}

function nodesWith(distress: Float64Array, isSpent: readonly boolean[]): readonly number[] {
  return [...distress.keys()].filter((node) => (distress[node] ?? 0) > 0 && isSpent[node] !== true);
}

function lostShare(values: Float64Array, distress: Float64Array, initial: Float64Array): number {
  const total = values.reduce((sum, value) => sum + value, 0);
  const lost = values.reduce((sum, value, node) => sum + value * ((distress[node] ?? 0) - (initial[node] ?? 0)), 0);
  return lost / total;
}

function assertImpacts({ impacts, values }: ImpactNetwork, initial: Float64Array): void {
  const nodes = values.length;
  if (nodes === 0) throw invalid("values", "no nodes", "at least 1");
  if (impacts.length !== nodes * nodes) throw invalid("impacts", `${impacts.length} entries`, `${nodes} × ${nodes}`);
  if (initial.length !== nodes) throw invalid("initial", `${initial.length} entries`, String(nodes));
  requireWithin("impacts", impacts, 1);
  requireWithin("initial", initial, 1);
  requireWithin("values", values, Number.MAX_VALUE);
  if (!values.some((value) => value > 0)) throw invalid("values", "only zeros", "one above 0");
  for (let node = 0; node < nodes; node += 1) {
    const own = impacts[node * nodes + node] ?? 0;
    if (own !== 0) throw invalid(`impacts[${node}][${node}]`, String(own), "0");
  }
}

function requireWithin(field: string, numbers: Float64Array, limit: number): void {
  const place = numbers.findIndex((value) => !(value >= 0 && value <= limit));
  if (place >= 0) throw invalid(`${field}[${place}]`, String(numbers[place]), `0 to ${limit}`);
}

function invalid(field: string, found: string, limit: string): PlimsollError<"CONTAGION_IMPACTS_INVALID"> {
  return new PlimsollError({
    code: "CONTAGION_IMPACTS_INVALID",
    problem: `The impact network has ${field} = ${found}; the limit is ${limit}.`,
    remedy: "Give relative losses between 0 and 1, a diagonal of 0, and values of the nodes.",
    context: { field, found, limit },
  });
}
