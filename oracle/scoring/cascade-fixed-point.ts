/** Sell, impact, sell: the least fall at which forced selling comes to rest. */
import type { CascadeCurve, LeveredPosition } from "../domain/cascade.ts";
import { type AgentBook, agentBook, protocolUsd, soldAt } from "./agent-book.ts";
import { type DepthCurve, depthLeft, marginalDistance } from "./depth-curve.ts";

/** Where a cascade comes to rest. */
export interface CascadeRest {
  /** Log fall, at least that of the shock. */
  readonly fall: number;
  readonly soldUsd: number;
  /** Rounds of selling until nothing new was sold or price moved less than the tolerance. */
  readonly rounds: number;
}

/** Log falls from which curves are made: from a quiet hour's to a crash's. */
export const SHOCK_NODES = [0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3] as const;
/** Depth may be off by this factor either way: the depth of 2025-10-10 halved within hours before its feed failed. */
const DEPTH_DOUBT = 2;
/** Log fall at which a further round is nothing. */
const TOLERANCE = 1e-9;
/** Near a tipping point rounds gain little each; what has not come to rest by then is taken as if everything were sold. */
const MOST_ROUNDS = 2_000;

/**
 * Least fixed point of `p = s + impact(sold(p)/depthLeft(p))`: after a shock s, sales meet what is left of the book and move the
 * price further down the book, which triggers more. Each round is at least the one before and bounded by the end of the book,
 * so the rounds converge (Knaster and Tarski); the limit is non-decreasing in shock, positions and lost depth.
 *
 * @param shock log fall ≥ 0 that nothing forced.
 * @param depthFactor factor on the book's depth, > 0.
 */
export function settleCascade(
  {
    book,
    curve,
    depthFactor = 1,
  }: { readonly book: AgentBook; readonly curve: DepthCurve; readonly depthFactor?: number },
  shock: number,
): CascadeRest {
  let fall = shock;
  for (let rounds = 1; rounds <= MOST_ROUNDS; rounds += 1) {
    const soldUsd = soldAt(book, fall);
    const next = shock + impact(curve, soldUsd / (depthFactor * depthLeft(fall)));
    if (!(next > fall + TOLERANCE)) return { fall: Math.max(fall, next), soldUsd, rounds };
    fall = next;
  }
  const soldUsd = book.soldUsd.at(-1) ?? 0;
  const most = shock + impact(curve, soldUsd / (depthFactor * depthLeft(Number.POSITIVE_INFINITY)));
  return { fall: most, soldUsd, rounds: MOST_ROUNDS };
}

/** The further fall of positions in a book, by shock; low and high at twice and half the depth. */
export function cascadeCurve(positions: readonly LeveredPosition[], spot: number, curve: DepthCurve): CascadeCurve {
  const book = agentBook(positions, spot);
  const shock = Float64Array.from(SHOCK_NODES);
  const extraAt = (depthFactor: number): Float64Array =>
    shock.map((start) => settleCascade({ book, curve, depthFactor }, start).fall - start);
  return {
    shock,
    extra: runningMaximum(extraAt(1)),
    extraLow: runningMaximum(extraAt(DEPTH_DOUBT)),
    extraHigh: runningMaximum(extraAt(1 / DEPTH_DOUBT)),
    positions: positions.length,
    notionalUsd: book.soldUsd.at(-1) ?? 0,
    protocolUsd: protocolUsd(positions, spot),
  };
}

/** Further fall after a log fall, linear between nodes, the last node's beyond; non-decreasing. */
export function extraFallAt({ shock, extra }: Pick<CascadeCurve, "shock" | "extra">, fall: number): number {
  const next = shock.findIndex((node) => node >= fall);
  if (next <= 0) return (next === 0 ? extra[0] : extra.at(-1)) ?? 0;
  const [low, high] = [shock[next - 1] ?? 0, shock[next] ?? 0];
  const share = (fall - low) / (high - low);
  return (1 - share) * (extra[next - 1] ?? 0) + share * (extra[next] ?? 0);
}

function impact(curve: DepthCurve, notionalUsd: number): number {
  return -Math.log1p(-marginalDistance(curve, notionalUsd));
}

/** The fixed point of a larger shock sells no less; what rounding leaves is mended. */
function runningMaximum(values: Float64Array): Float64Array {
  let most = 0;
  return values.map((value) => {
    most = Math.max(most, value);
    return most;
  });
}
