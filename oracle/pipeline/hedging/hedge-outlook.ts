/** What ways to hedge come to until expiry on drawn paths, in pieces between which the node's other work goes on. */
import { setImmediate } from "node:timers/promises";
import type { HedgeAdvice, HedgeOutlook } from "../../domain/hedge-advice.ts";
import { createRng } from "../../math/rng.ts";
import { mean } from "../../math/statistics.ts";
import { decisionRequests } from "../../models/hedger/decision-requests.ts";
import type { HedgeRequest } from "../../models/hedger/hedge-features.ts";
import { callValue } from "../../models/hedger/hedge-paths.ts";
import {
  type HedgePolicy,
  hedgeOutcome,
  type OutcomeTerms,
  type SoldOption,
  type TradeTerms,
  tailLoss,
} from "../../models/hedger/hedge-results.ts";
import type { Hedger } from "../../models/hedger/hedger.ts";
import { simulatedWorld } from "../../models/hedger/simulated-worlds.ts";

/** Paths drawn for one answer. */
export const OUTLOOK_PATHS = 4_000;
/** Paths of a piece: some milliseconds of work. */
const PIECE_PATHS = 250;
const SEED = "hedge-advice";

/** Where the position stands now, for one contract. */
export interface OutlookTerms {
  /** The decision to make now; held is what the linear hedge of a call would hold. */
  readonly state: HedgeRequest;
  readonly terms: TradeTerms;
  readonly option: SoldOption;
  /** Coins really held. */
  readonly held: number;
  /** Worth of one unit of result, USD. */
  readonly usd: number;
  readonly hedger: Hedger;
}

/** Outlook of each way to hedge. */
export type Outlooks = Pick<HedgeAdvice, "advised" | "delta" | "unhedged">;

/**
 * Outlooks of following the band, of trading to the delta every time, and of never trading again.
 *
 * Days with jumps are drawn, total volatility as implied; the option is marked at implied volatility all the way, and the
 * forecast is that of the first decision alone.
 */
export async function hedgeOutlooks(position: OutlookTerms): Promise<Outlooks> {
  const { state, hedger, terms, option, held, usd } = position;
  const policies = {
    advised: advisedPolicy(hedger, state),
    delta: deltaPolicy,
    unhedged: (({ held: coins }) => ({ lower: coins, upper: coins })) satisfies HedgePolicy,
  };
  const results = { advised: emptyResult(), delta: emptyResult(), unhedged: emptyResult() };
  const rng = createRng(SEED);
  const names = ["advised", "delta", "unhedged"] as const;
  const outcomeTerms: OutcomeTerms = { ...terms, heldAtStart: held, option };
  for (let from = 0; from < OUTLOOK_PATHS; from += PIECE_PATHS) {
    const paths = simulatedWorld("jumps", worldRequest(state), rng);
    for (const name of names) {
      await setImmediate();
      const { wealth, cost } = await hedgeOutcome(paths, policies[name], outcomeTerms);
      results[name].wealth.set(wealth, from);
      results[name].cost.set(cost, from);
    }
  }
  const outlook = ({ wealth, cost }: Result): HedgeOutlook => ({
    meanUsd: usd * mean(wealth),
    costUsd: usd * mean(cost),
    tailLossUsd: usd * tailLoss(wealth),
  });
  return { advised: outlook(results.advised), delta: outlook(results.delta), unhedged: outlook(results.unhedged) };
}

interface Result {
  readonly wealth: Float64Array;
  readonly cost: Float64Array;
}

function emptyResult(): Result {
  return { wealth: new Float64Array(OUTLOOK_PATHS), cost: new Float64Array(OUTLOOK_PATHS) };
}

function worldRequest({ spotOverStrike, deviation, stepsLeft }: HedgeRequest) {
  const column = (value: number): Float64Array => new Float64Array(PIECE_PATHS).fill(value);
  const moneyness = -Math.log(spotOverStrike) / deviation;
  return { paths: PIECE_PATHS, steps: stepsLeft, deviation: column(deviation), moneyness: column(moneyness) };
}

function deltaPolicy({ paths, step }: Parameters<HedgePolicy>[0]) {
  const delta = paths.strike.map((struck, path) => {
    const [spot, deviation] = [paths.spot[step]?.[path], paths.deviation[step]?.[path]];
    return callValue(spot ?? Number.NaN, struck, deviation ?? Number.NaN).delta;
  });
  return { lower: delta, upper: delta };
}

/** The band of every path at every decision; the forecast of the first is the question's own, the level all the way. */
function advisedPolicy(hedger: Hedger, { forecastRatio, levelRatio }: HedgeRequest): HedgePolicy {
  return async (decision) => {
    const requests = decisionRequests(decision).map((request) => ({
      ...request,
      levelRatio: request.levelRatio * levelRatio,
      forecastRatio: decision.step === 0 ? forecastRatio : request.forecastRatio,
    }));
    const bands = await hedger.bands(requests);
    return { lower: bands.map(({ lower }) => lower), upper: bands.map(({ upper }) => upper) };
  };
}
