/** What a chain of quoted options says about the coming hours: level of volatility and skew of the nearest expiry. */
import type { OptionSeries } from "../domain/positions.ts";
import { SECONDS_PER_HOUR } from "../domain/units.ts";
import { calendarHours } from "./calendar-hours.ts";

/** An option's quote as far as volatility is concerned. */
export interface VolQuote extends Pick<OptionSeries, "strike" | "expirySec"> {
  /** Decimal a year, > 0. */
  readonly impliedVol: number;
  /** Price of the future of the expiry, USD. */
  readonly future: number;
}

/** Volatility of the nearest expiry. */
export interface QuotedVol {
  /** Standard deviation of the log move in one weighted hour (`calendarHours`), decimal. */
  readonly hourly: number;
  /** Volatility 1.5 deviations below and above the future, over that at the future. */
  readonly putSkew: number;
  readonly callSkew: number;
}

/** Options that expire sooner say more about their last hours than about the horizon. */
const LEAST_TENOR_SEC = 12 * SECONDS_PER_HOUR;
/** Where the skew is read, standard deviations to the expiry. */
const SKEW_DEVIATIONS = 1.5;
const HOURS_PER_YEAR = 8_760;

/**
 * Reads the nearest expiry at least 12 hours ahead (the last one where there is none). Between strikes volatility is linear
 * in the logarithm of the strike, beyond the last strikes constant; a call and a put of one strike count half each.
 *
 * @returns `null` without a quote that is still alive.
 */
export function quotedVol(quotes: readonly VolQuote[], atSec: number): QuotedVol | null {
  const alive = quotes.filter(({ expirySec }) => expirySec > atSec);
  const expiries = alive.map(({ expirySec }) => expirySec).sort((left, right) => left - right);
  const expirySec = expiries.find((time) => time >= atSec + LEAST_TENOR_SEC) ?? expiries.at(-1);
  if (expirySec === undefined) return null;
  const smile = smileOf(alive.filter((quote) => quote.expirySec === expirySec));
  const atTheMoney = volAt(smile, 0);
  const years = (expirySec - atSec) / SECONDS_PER_HOUR / HOURS_PER_YEAR;
  const distance = SKEW_DEVIATIONS * atTheMoney * Math.sqrt(years);
  return {
    hourly: atTheMoney * Math.sqrt(years / calendarHours(atSec, expirySec)),
    putSkew: volAt(smile, -distance) / atTheMoney,
    callSkew: volAt(smile, distance) / atTheMoney,
  };
}

/** Log moneyness and volatility, ascending, each strike once. */
type Smile = readonly (readonly [number, number])[];

function smileOf(quotes: readonly VolQuote[]): Smile {
  const byStrike = new Map<number, { readonly moneyness: number; readonly vols: readonly number[] }>();
  for (const { strike, future, impliedVol } of quotes) {
    const vols = byStrike.get(strike)?.vols ?? [];
    byStrike.set(strike, { moneyness: Math.log(strike / future), vols: [...vols, impliedVol] });
  }
  return [...byStrike.values()]
    .map(({ moneyness, vols }) => [moneyness, vols.reduce((sum, vol) => sum + vol, 0) / vols.length] as const)
    .sort(([left], [right]) => left - right);
}

function volAt(smile: Smile, moneyness: number): number {
  const next = smile.findIndex(([place]) => place >= moneyness);
  if (next === 0) return smile[0]?.[1] ?? Number.NaN;
  const [before, after] = next < 0 ? [smile.at(-1), smile.at(-1)] : [smile[next - 1], smile[next]];
  if (before === undefined || after === undefined) return Number.NaN;
  const width = after[0] - before[0];
  return width > 0 ? before[1] + ((moneyness - before[0]) / width) * (after[1] - before[1]) : after[1];
}
