/** The hedging advisor: present Greeks, the network's band, the trade to make, and what follows on drawn paths with and without. */
import { PlimsollError } from "../../domain/errors.ts";
import type { HedgeAdvice, HedgeQuestion } from "../../domain/hedge-advice.ts";
import { black76 } from "../../math/black76.ts";
import { callValue } from "../../models/hedger/hedge-paths.ts";
import { limitedTrade, type TradeTerms } from "../../models/hedger/hedge-results.ts";
import type { HedgeRequest, Hedger } from "../../models/hedger/hedger.ts";
import { hedgeOutlooks, OUTLOOK_PATHS } from "./hedge-outlook.ts";

const DAYS_A_YEAR = 365;
const BPS = 10_000;
/** Decisions until expiry at most: a month of days, as in training. Beyond a month they are further apart. */
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
 * In coin the outlook's results are coins at the present price.
 *
 * @throws PlimsollError `HEDGE_QUESTION_INVALID` naming field, value and limits.
 */
export async function adviseHedge(question: HedgeQuestion, hedger: Hedger): Promise<HedgeAdvice> {
  requireValid(question);
  const { kind, spot, strike, days, impliedVol, size, held, settlement } = question;
  const terms = termsOf(question);
  const state = stateOf(question, terms);
  const [band = { lower: Number.NaN, upper: Number.NaN, fallback: "output-invalid" }] = await hedger.bands([state]);
  const greeks = black76({ kind, forward: spot, strike, impliedVol, tenorYears: days / DAYS_A_YEAR });
  const offset = offsetOf(question);
  const trade = limitedTrade(held / size, [band.lower - offset, band.upper - offset], terms.limit);
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
    paths: OUTLOOK_PATHS,
    decisionDays: days / state.stepsLeft,
    ...(await hedgeOutlooks({
      state,
      terms,
      option: { kind, settlement },
      held: held / size,
      usd: spot * size,
      hedger,
    })),
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
  const limit = maxTrade === null ? Number.POSITIVE_INFINITY : maxTrade / size;
  return { cost: costBps / BPS, gas: gasUsd / (spot * size), limit };
}

/** Coins that the linear hedge of a call has more than the hedge of the contract asked about. */
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
