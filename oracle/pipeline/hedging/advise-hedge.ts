/** The hedging advisor: present Greeks, the network's band, the trade to make, and what follows on drawn paths with and without. */
import { PlimsollError } from "../../domain/errors.ts";
import type { HedgeAdvice, HedgeOutlook, HedgeQuestion } from "../../domain/hedge-advice.ts";
import { black76 } from "../../math/black76.ts";
import { createRng } from "../../math/rng.ts";
import { mean } from "../../math/statistics.ts";
import type { HedgeRequest, Hedger } from "../../models/hedger/hedger.ts";
import { callValue, type HedgePaths } from "../../training/hedger/hedge-paths.ts";
import { blackScholes } from "../../training/hedger/hedge-policies.ts";
import { type HedgePolicy, hedgeOutcome, limitedTrade, tailLoss } from "../../training/hedger/hedge-results.ts";
import type { TradeTerms } from "../../training/hedger/rollout-batch.ts";
import { simulatedWorld } from "../../training/hedger/simulated-worlds.ts";

const PATHS = 4_000;
const SEED = "hedge-advice";
const DAYS_A_YEAR = 365;
const BPS = 10_000;
/** Decisions until expiry at most: a month of days, as in training. */
const GREATEST_STEPS = 30;
/** Limits of what a question may hold; beyond, a unit is wrong. */
const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  spot: [1e-9, 1e9],
  strike: [1e-9, 1e9],
  days: [1 / 24, 1_000],
  impliedVol: [0.01, 10],
  forecastVol: [0.01, 10],
  size: [1e-9, 1e9],
  held: [-1e9, 1e9],
  costBps: [0, 1_000],
  gasUsd: [0, 1e6],
  maxTrade: [1e-9, 1e9],
};

/**
 * Advises on one position. Pure but for the network: equal questions give equal answers.
 *
 * The outlook draws days with jumps (total volatility as implied); the option is marked at implied volatility all the way.
 *
 * @throws PlimsollError `HEDGE_QUESTION_INVALID` naming field, value and limits.
 */
export async function adviseHedge(question: HedgeQuestion, hedger: Hedger): Promise<HedgeAdvice> {
  requireValid(question);
  const { kind, spot, strike, days, impliedVol, size, settlement } = question;
  const terms = termsOf(question);
  const state = stateOf(question, terms);
  const [band = { lower: Number.NaN, upper: Number.NaN, fallback: "output-invalid" }] = await hedger.bands([state]);
  const trade = limitedTrade(state.held, [band.lower, band.upper], terms.limit);
  const greeks = black76({ kind, forward: spot, strike, impliedVol, tenorYears: days / DAYS_A_YEAR });
  const offset = offsetOf(question);
  const gasPaid = trade === 0 ? 0 : question.gasUsd;
  return {
    valueUsd: size * greeks.price,
    deltaCoins: size * greeks.delta,
    netDeltaCoins: size * (greeks.delta - greeks.price / spot),
    lowerCoins: size * (band.lower - offset),
    upperCoins: size * (band.upper - offset),
    tradeCoins: size * trade,
    tradeCostUsd: Math.abs(trade) * size * spot * terms.cost + gasPaid,
    fallback: band.fallback,
    model: hedger.identity?.sha256 ?? null,
    paths: PATHS,
    ...(await outlooks(question, { state, terms, hedger, settlement })),
  };
}

function requireValid(question: HedgeQuestion): void {
  for (const [field, [least, greatest]] of Object.entries(LIMITS)) {
    const value = Object.entries(question).find(([name]) => name === field)?.[1];
    const isLeftOut = value === null && (field === "forecastVol" || field === "maxTrade");
    if (isLeftOut || (typeof value === "number" && value >= least && value <= greatest)) continue;
    throw new PlimsollError({
      code: "HEDGE_QUESTION_INVALID",
      problem: `${field} is ${value}, it must be a number from ${least} to ${greatest}.`,
      remedy: "Volatilities are decimal (0.6 = 60 %), costs in basis points, prices in USD.",
      context: { field, value: String(value), least, greatest },
    });
  }
}

function termsOf({ costBps, gasUsd, maxTrade, size, spot }: HedgeQuestion): TradeTerms {
  const limit = maxTrade === null ? 1 : maxTrade / size;
  return { cost: costBps / BPS, gas: gasUsd / (spot * size), limit };
}

/** Coins that the call-equivalent linear hedge of a contract has more than the hedge asked for. */
function offsetOf({ kind, settlement, spot, strike, days, impliedVol }: HedgeQuestion): number {
  const { price } = black76({ kind, forward: spot, strike, impliedVol, tenorYears: days / DAYS_A_YEAR });
  return (kind === "put" ? 1 : 0) + (settlement === "coin" ? price / spot : 0);
}

function stateOf(question: HedgeQuestion, terms: TradeTerms): HedgeRequest {
  const { spot, strike, days, impliedVol, forecastVol, held, size } = question;
  const deviation = impliedVol * Math.sqrt(days / DAYS_A_YEAR);
  return {
    spotOverStrike: spot / strike,
    deviation,
    stepsLeft: Math.min(Math.max(1, Math.round(days)), GREATEST_STEPS),
    delta: callValue(spot, strike, deviation).delta,
    ...terms,
    forecastRatio: (forecastVol ?? impliedVol) / impliedVol,
    levelRatio: 1,
    held: held / size + offsetOf(question),
    result: 0,
  };
}

interface OutlookTerms {
  readonly state: HedgeRequest;
  readonly terms: TradeTerms;
  readonly hedger: Hedger;
  readonly settlement: HedgeQuestion["settlement"];
}

async function outlooks(
  { spot, size }: HedgeQuestion,
  { state, terms, hedger }: OutlookTerms,
): Promise<Pick<HedgeAdvice, "advised" | "delta" | "unhedged">> {
  const column = (value: number): Float64Array => new Float64Array(PATHS).fill(value);
  const moneyness = -Math.log(state.spotOverStrike) / state.deviation;
  const request = {
    paths: PATHS,
    steps: state.stepsLeft,
    deviation: column(state.deviation),
    moneyness: column(moneyness),
  };
  const paths = simulatedWorld("jumps", request, createRng(SEED));
  const outlook = async (policy: HedgePolicy): Promise<HedgeOutlook> => {
    const { wealth, cost } = await hedgeOutcome(paths, policy, { ...terms, heldAtStart: state.held });
    const usd = spot * size;
    return { meanUsd: usd * mean(wealth), costUsd: usd * mean(cost), tailLossUsd: usd * tailLoss(wealth) };
  };
  return {
    advised: await outlook(advisedPolicy(hedger, state)),
    delta: await outlook(blackScholes(true)),
    unhedged: await outlook(({ held }) => ({ lower: held, upper: held })),
  };
}

/** The band of every path at every decision. */
function advisedPolicy(hedger: Hedger, state: HedgeRequest): HedgePolicy {
  return async ({ paths, step, held, result: resultNow }) => {
    const result = resultNow();
    const bands = await hedger.bands(
      Array.from(held, (coins, path) => pathRequest(state, { paths, step, path, coins, result: result[path] ?? 0 })),
    );
    return { lower: bands.map(({ lower }) => lower), upper: bands.map(({ upper }) => upper) };
  };
}

interface PathPlace {
  readonly paths: HedgePaths;
  readonly step: number;
  readonly path: number;
  readonly coins: number;
  readonly result: number;
}

function pathRequest(state: HedgeRequest, { paths, step, path, coins, result }: PathPlace): HedgeRequest {
  const spot = paths.spot[step]?.[path] ?? Number.NaN;
  const strike = paths.strike[path] ?? Number.NaN;
  const deviation = paths.deviation[step]?.[path] ?? Number.NaN;
  return {
    ...state,
    spotOverStrike: spot / strike,
    deviation,
    stepsLeft: paths.steps - step,
    delta: callValue(spot, strike, deviation).delta,
    held: coins,
    result,
  };
}
