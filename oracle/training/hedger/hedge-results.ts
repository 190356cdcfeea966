/** Trades a policy along paths and says what each path ends with: the judge of every hedge, in float64. */
import { expectedShortfall } from "../../math/statistics.ts";
import { callValue, type HedgePaths } from "./hedge-paths.ts";
import { TAIL_SHARE } from "./policy-graph.ts";
import type { TradeTerms } from "./rollout-batch.ts";

/** Where all paths stand before a decision. */
export interface Decision {
  readonly paths: HedgePaths;
  readonly step: number;
  readonly terms: TradeTerms;
  /** Coins held. `[paths]` */
  readonly held: Float64Array;
  /** Gains less costs less the option's rise so far, deviations of the start; computed when asked for. `[paths]` */
  readonly result: () => Float64Array;
}

/** Edges of the no-transaction band, coins. `[paths]` */
export interface Bands {
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
}

/** A policy: the band of every path. */
export type HedgePolicy = (decision: Decision) => Bands | Promise<Bands>;

/** What a policy ends with, by path; unit: spot at the start. */
export interface HedgeOutcome {
  /** Premium plus gains less costs, closing and payoff. `[paths]` */
  readonly wealth: Float64Array;
  /** Of this, what trading cost. `[paths]` */
  readonly cost: Float64Array;
}

/** A trade below this many coins is none and pays no gas. */
const SMALLEST_TRADE = 1e-9;

/** Costs of a run, and what is held before its first decision, coins (0 by default). */
export type OutcomeTerms = TradeTerms & { readonly heldAtStart?: number };

/** Sells one call for its value, trades to the nearer edge of the band at every decision, closes at expiry. */
export async function hedgeOutcome(paths: HedgePaths, policy: HedgePolicy, terms: OutcomeTerms): Promise<HedgeOutcome> {
  const { paths: count, steps, spot, strike, deviation } = paths;
  const held = new Float64Array(count).fill(terms.heldAtStart ?? 0);
  const cost = new Float64Array(count);
  const gain = new Float64Array(count);
  const start = deviation[0] ?? new Float64Array(count);
  const premium = start.map((total, path) => callValue(1, strike[path] ?? Number.NaN, total).price);
  const resultAt = (now: Float64Array, seen: Float64Array): Float64Array =>
    gain.map((gained, path) => {
      const value = callValue(at(now, path), at(strike, path), at(seen, path)).price;
      return (gained - at(cost, path) - value + at(premium, path)) / at(start, path);
    });
  for (let step = 0; step < steps; step += 1) {
    const [now, next, seen] = [spot[step], spot[step + 1], deviation[step]];
    if (now === undefined || next === undefined || seen === undefined) break;
    const bands = await policy({ paths, step, terms, held, result: () => resultAt(now, seen) });
    for (let path = 0; path < count; path += 1) {
      const trade = limitedTrade(at(held, path), [at(bands.lower, path), at(bands.upper, path)], terms.limit);
      const fixed = Math.abs(trade) > SMALLEST_TRADE ? terms.gas : 0;
      held[path] = at(held, path) + trade;
      cost[path] = at(cost, path) + terms.cost * Math.abs(trade) * at(now, path) + fixed;
      gain[path] = at(gain, path) + at(held, path) * (at(next, path) - at(now, path));
    }
  }
  const last = spot[steps] ?? new Float64Array(count);
  const closed = cost.map((paid, path) => paid + terms.cost * Math.abs(at(held, path)) * at(last, path));
  const wealth = gain.map(
    (value, path) => at(premium, path) + value - at(closed, path) - Math.max(at(last, path) - at(strike, path), 0),
  );
  return { wealth, cost: closed };
}

/** Trade to the nearer edge, at most the limit; none inside the band. */
export function limitedTrade(held: number, [lower, upper]: readonly [number, number], limit: number): number {
  const wanted = Math.min(Math.max(held, lower), upper);
  return Math.min(Math.max(wanted - held, -limit), limit);
}

/** Mean loss of the worst twentieth, positive for a loss. */
export function tailLoss(wealth: Float64Array): number {
  return expectedShortfall(
    wealth.map((value) => -value),
    1 - TAIL_SHARE,
  );
}

function at(values: ArrayLike<number>, place: number): number {
  return values[place] ?? Number.NaN;
}
