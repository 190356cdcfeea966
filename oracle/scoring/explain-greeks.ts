/** A position's Greeks in words: what a small adverse move, a volatility point and a day do to what its writer owes. */
import type { Sensitivities } from "../domain/greeks.ts";
import type { Position } from "../domain/positions.ts";
import { black76, black76Coin } from "../math/black76.ts";
import { DAY_YEARS, VOL_POINT } from "./position-greeks.ts";

/** What the sentence names of a position. */
export type ExplainedPosition = Pick<Position, "asset" | "kind" | "strike" | "size">;

/** The adverse move that is told, relative. */
const MOVE = 0.01;
const PERCENT = 100;
const SECONDS_PER_MINUTE = 60;
/** Significant digits of the amounts. */
const DIGITS = 4;

/**
 * Two or three sentences with figures and units: puts in USD and calls in coin, as they are collateralised and settled. The
 * figures are revaluations at the score's own volatility, not products of Greeks; the hedge is the delta that fits the
 * settlement, Δ for puts and Δ − V/S for calls.
 *
 * @param sensitivities `null` where they are not known.
 */
export function explainGreeks(position: ExplainedPosition, sensitivities: Sensitivities | null): string {
  const { asset, kind, strike } = position;
  if (sensitivities === null) {
    return `What moves of ${asset} would do to this position is unknown: its market, its prediction or its own data are not usable.`;
  }
  const { move, vol, day } = changes(position, sensitivities);
  const unit = kind === "put" ? "USD" : asset;
  const time = sensitivities.tenorYears < DAY_YEARS ? "the time to expiry" : "a day";
  const sentence = [
    `Short ${amount(position.size)} ${asset} ${kind} at ${strike} USD:`,
    `a further ${kind === "put" ? "fall" : "rise"} of 1 % ${change(move, unit)},`,
    `one volatility point more ${change(vol, unit)},`,
    `${time} without a move ${change(day, unit)};`,
    `${hedge(position, sensitivities)}.`,
    `${volOrigin(strike, sensitivities)}.`,
  ].join(" ");
  if (!sensitivities.isDoubted) return sentence;
  return `${sentence} Data or models of ${asset} are in doubt: the ratio is a conservative one.`;
}

/** Growth of what is owed, in the unit of the collateral. */
function changes({ kind, strike, size }: ExplainedPosition, at: Sensitivities) {
  const { spotUsd, forwardUsd, impliedVol, tenorYears } = at;
  // As the score: under the spot price, the strike carried by the basis.
  const now = { kind, strike: (strike * spotUsd) / forwardUsd, forward: spotUsd, impliedVol, tenorYears };
  const owed = (option: typeof now): number => size * (kind === "put" ? black76(option) : black76Coin(option)).price;
  const growth = (option: Partial<typeof now>): number => owed({ ...now, ...option }) - owed(now);
  return {
    move: growth({ forward: spotUsd * (kind === "put" ? 1 - MOVE : 1 + MOVE) }),
    vol: growth({ impliedVol: impliedVol + VOL_POINT }),
    day: growth({ tenorYears: Math.max(0, tenorYears - DAY_YEARS) }),
  };
}

function change(growth: number, unit: string): string {
  return `${growth < 0 ? "takes off" : "adds"} ${amount(Math.abs(growth))} ${unit}`;
}

function hedge({ asset, kind }: ExplainedPosition, { usd, coin }: Sensitivities): string {
  const delta = kind === "put" ? usd.delta : coin.netDelta;
  return `hedged by ${delta > 0 ? "selling" : "buying"} ${amount(Math.abs(delta))} ${asset}`;
}

/** Volatility of the strike and where it comes from. */
function volOrigin(strike: number, { impliedVol, volSource, quotesAgeSec }: Sensitivities): string {
  const vol = `Valued at ${amount(impliedVol * PERCENT)} % a year for the strike ${strike}`;
  const minutes = Math.round((quotesAgeSec ?? 0) / SECONDS_PER_MINUTE);
  switch (volSource) {
    case "quotes":
      return `${vol}, off options quoted ${minutes} min ago`;
    case "quotes-and-rules":
      return `${vol}, the greater of options quoted ${minutes} min ago and the rules without quotes`;
    case "volatility-index":
      return `${vol}, by the volatility index and the usual smile: no quotes serve`;
    case "model":
      return `${vol}, by the model's own volatility and the usual smile: no quotes serve`;
  }
}

function amount(value: number): string {
  return String(Number(value.toPrecision(DIGITS)));
}
