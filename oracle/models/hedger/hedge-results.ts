/** Trades a policy along paths and says what each path ends with: the judge of every hedge, in float64. */
import type { OptionKind } from "../../domain/positions.ts";
import { expectedShortfall } from "../../math/statistics.ts";
import { callValue, type HedgePaths } from "./hedge-paths.ts";

/** What trading costs on a group of paths. */
export interface TradeTerms {
  /** Share of the value of a trade. */
  readonly cost: number;
  /** Fixed cost of a trade over the spot at the start. */
  readonly gas: number;
  /** Largest trade, coins a contract. */
  readonly limit: number;
}

/** The worst share of results that is averaged: CVaR 95 %. */
export const TAIL_SHARE = 0.05;

/** Where all paths stand before a decision. */
export interface Decision {
  readonly paths: HedgePaths;
  readonly step: number;
  readonly terms: TradeTerms;
  /** Coins of the linear hedge of a call that what is held comes to; see {@link SoldOption}. `[paths]` */
  readonly held: Float64Array;
  /** Gains less costs less the option's rise so far, deviations of the start; computed when asked for. `[paths]` */
  readonly result: () => Float64Array;
}

/** Edges of the no-transaction band, coins of the linear hedge of a call. `[paths]` */
export interface Bands {
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
}

/** A policy: the band of every path. */
export type HedgePolicy = (decision: Decision) => Bands | Promise<Bands>;

/** What a policy ends with, by path; unit: spot at the start, or coins where results count in coin. */
export interface HedgeOutcome {
  /** Premium plus gains less costs, closing and payoff. `[paths]` */
  readonly wealth: Float64Array;
  /** Of this, what trading cost. `[paths]` */
  readonly cost: Float64Array;
}

/** A trade below this many coins is none and pays no gas. */
const SMALLEST_TRADE = 1e-9;

/**
 * What was sold, and what results count in. A policy speaks of the linear hedge of a call: the hedge really held is less by
 * one coin for a put, and in coin by the option's value in coins (net delta); only real trades cost.
 */
export interface SoldOption {
  readonly kind: OptionKind;
  readonly settlement: "coin" | "quote";
}

const CALL_IN_QUOTE: SoldOption = { kind: "call", settlement: "quote" };

/** Costs of a run, coins really held before its first decision (0 by default), and what was sold (a call in quote). */
export type OutcomeTerms = TradeTerms & { readonly heldAtStart?: number; readonly option?: SoldOption };

/** Sells one option for its value, trades to the nearer edge of the band at every decision, closes at expiry. */
export async function hedgeOutcome(paths: HedgePaths, policy: HedgePolicy, terms: OutcomeTerms): Promise<HedgeOutcome> {
  const { paths: count, steps, spot, deviation } = paths;
  const option = terms.option ?? CALL_IN_QUOTE;
  const unit = unitOf(option);
  const held = new Float64Array(count).fill(terms.heldAtStart ?? 0);
  const cost = new Float64Array(count);
  const gain = new Float64Array(count);
  const start = deviation[0] ?? new Float64Array(count);
  const premium = valuesAt(paths, 0, option);
  for (let step = 0; step < steps; step += 1) {
    const [now, next] = [spot[step], spot[step + 1]];
    if (now === undefined || next === undefined) break;
    const offset = offsetsAt(paths, step, option);
    const result = (): Float64Array =>
      valuesAt(paths, step, option).map(
        (value, path) => (at(gain, path) - at(cost, path) - value + at(premium, path)) / at(start, path),
      );
    const equivalent = held.map((coins, path) => coins + at(offset, path));
    const bands = await policy({ paths, step, terms, held: equivalent, result });
    for (let path = 0; path < count; path += 1) {
      const band = [at(bands.lower, path) - at(offset, path), at(bands.upper, path) - at(offset, path)] as const;
      const trade = limitedTrade(at(held, path), band, terms.limit);
      const fixed = Math.abs(trade) > SMALLEST_TRADE ? terms.gas : 0;
      held[path] = at(held, path) + trade;
      cost[path] = at(cost, path) + (terms.cost * Math.abs(trade) * at(now, path) + fixed) / unit(at(now, path));
      gain[path] = at(gain, path) + (at(held, path) * (at(next, path) - at(now, path))) / unit(at(next, path));
    }
  }
  const last = spot[steps] ?? new Float64Array(count);
  const closed = cost.map(
    (paid, path) => paid + (terms.cost * Math.abs(at(held, path)) * at(last, path)) / unit(at(last, path)),
  );
  const owed = payoffs(paths, option);
  const wealth = gain.map((value, path) => at(premium, path) + value - at(closed, path) - at(owed, path));
  return { wealth, cost: closed };
}

/** Money that one unit of a result is worth at a spot. */
function unitOf({ settlement }: SoldOption): (spot: number) => number {
  return settlement === "coin" ? (spot) => spot : () => 1;
}

/** Value of the option at a decision, in the unit of results. `[paths]` */
function valuesAt({ spot, strike, deviation }: HedgePaths, step: number, option: SoldOption): Float64Array {
  const unit = unitOf(option);
  const now = spot[step] ?? [];
  return strike.map((struck, path) => {
    const { price } = callValue(at(now, path), struck, at(deviation[step] ?? [], path));
    return (option.kind === "put" ? price - at(now, path) + struck : price) / unit(at(now, path));
  });
}

/** What the linear hedge of a call has more than the hedge really held, at a decision. `[paths]` */
function offsetsAt(paths: HedgePaths, step: number, option: SoldOption): Float64Array {
  const ofKind = option.kind === "put" ? 1 : 0;
  if (option.settlement === "quote") return new Float64Array(paths.paths).fill(ofKind);
  return valuesAt(paths, step, option).map((value) => value + ofKind);
}

function payoffs({ spot, strike, steps }: HedgePaths, option: SoldOption): Float64Array {
  const unit = unitOf(option);
  return strike.map((struck, path) => {
    const last = at(spot[steps] ?? [], path);
    return Math.max(option.kind === "put" ? struck - last : last - struck, 0) / unit(last);
  });
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
