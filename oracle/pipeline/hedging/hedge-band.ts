/** A question about a hedge as the network's state, and the band that it answers with. */
import { PlimsollError } from "../../domain/errors.ts";
import type { HedgeQuestion } from "../../domain/hedge-advice.ts";
import type { FallbackReason } from "../../domain/prediction.ts";
import { black76 } from "../../math/black76.ts";
import type { HedgeRequest } from "../../models/hedger/hedge-features.ts";
import { callValue } from "../../models/hedger/hedge-paths.ts";
import type { TradeTerms } from "../../models/hedger/hedge-results.ts";
import type { Hedger } from "../../models/hedger/hedger.ts";

/** Days a year of the questions. */
export const DAYS_A_YEAR = 365;
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
  soldVol: [0.01, 10],
  size: [1e-9, 1e9],
  held: [-1e9, 1e9],
  costBps: [0, 1_000],
  gasUsd: [0, 1e6],
  maxTrade: [1e-9, 1e9],
};

const MAY_BE_LEFT_OUT: readonly string[] = ["forecastVol", "soldVol", "maxTrade"];

/** A band for one contract, with the state that it was asked for. */
export interface QuestionBand {
  readonly state: HedgeRequest;
  readonly terms: TradeTerms;
  /** Coins a contract of the hedge really held. */
  readonly lower: number;
  readonly upper: number;
  /** Why the band is that of theory; `null` when it is the network's. */
  readonly fallback: FallbackReason | null;
}

/**
 * Bands of several questions in one run of the network.
 *
 * @throws PlimsollError `HEDGE_QUESTION_INVALID` naming field, value and limits.
 */
export async function hedgeBands(
  questions: readonly HedgeQuestion[],
  hedger: Hedger,
): Promise<readonly QuestionBand[]> {
  for (const question of questions) requireValid(question);
  const asked = questions.map((question) => {
    const terms = termsOf(question);
    return { terms, state: stateOf(question, terms), offset: offsetOf(question) };
  });
  const bands = await hedger.bands(asked.map(({ state }) => state));
  return asked.map(({ terms, state, offset }, row) => {
    const band = bands[row] ?? { lower: Number.NaN, upper: Number.NaN, fallback: "output-invalid" };
    return { state, terms, lower: band.lower - offset, upper: band.upper - offset, fallback: band.fallback };
  });
}

function requireValid(question: HedgeQuestion): void {
  const fault = questionFault(question);
  if (fault !== null) throw fault;
}

/** What is wrong with a question, `HEDGE_QUESTION_INVALID`; `null` for nothing. */
export function questionFault(question: HedgeQuestion): PlimsollError | null {
  for (const [field, [least, greatest]] of Object.entries(LIMITS)) {
    const value = Object.entries(question).find(([name]) => name === field)?.[1];
    const isLeftOut = value === null && MAY_BE_LEFT_OUT.includes(field);
    if (isLeftOut || (typeof value === "number" && value >= least && value <= greatest)) continue;
    return new PlimsollError({
      code: "HEDGE_QUESTION_INVALID",
      problem: `${field} is ${value}, it must be a number from ${least} to ${greatest}.`,
      remedy: "Volatilities are decimal (0.6 = 60 %), costs in basis points, prices in USD.",
      context: { field, value: String(value), least, greatest },
    });
  }
  return null;
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
  const { spot, strike, days, impliedVol, forecastVol, soldVol, held, size } = question;
  const deviation = impliedVol * Math.sqrt(days / DAYS_A_YEAR);
  return {
    spotOverStrike: spot / strike,
    deviation,
    stepsLeft: Math.min(Math.max(1, Math.round(days)), GREATEST_STEPS),
    delta: callValue(spot, strike, deviation).delta,
    ...terms,
    forecastRatio: (forecastVol ?? impliedVol) / impliedVol,
    levelRatio: impliedVol / (soldVol ?? impliedVol),
    held: held / size + offsetOf(question),
    result: 0,
  };
}
