/** Real options followed from sale to their last quote: what a writer who hedges at every snapshot would have lived through. */
import { type OptionKind, tenorYears } from "../../../oracle/domain/positions.ts";
import { SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import type { ChainSnapshot, OptionQuote } from "../../data/option-chains.ts";

/** One look at an option. */
export interface EpisodeStep {
  readonly atSec: number;
  /** Future of the expiry, USD, and mark, coins. */
  readonly future: number;
  readonly mark: number;
  /** Implied volatility times root tenor. */
  readonly deviation: number;
  readonly impliedVol: number;
  /** Volatility of the asset's last days over implied. */
  readonly forecastRatio: number;
}

/** One short contract from its sale on. */
export interface OptionEpisode {
  readonly asset: string;
  readonly kind: OptionKind;
  readonly strike: number;
  readonly expirySec: number;
  /** The first is the sale, the last is only valued. */
  readonly steps: readonly EpisodeStep[];
}

/** Days to expiry at the sale. */
const SALE_DAYS = { least: 7, greatest: 35 };
/** Log moneyness at the sale, deviations. */
const SALE_MONEYNESS = 1;
/** Every how many snapshots options are sold: paths a day apart are nearly the same path. */
const SALE_EVERY = 4;
const LEAST_STEPS = 10;
/** Half-life of the realised volatility beside implied, as in training. */
const HALF_LIFE_SEC = 2 * SECONDS_PER_DAY;

/**
 * Episodes of one asset.
 *
 * @param snapshots ascending in time.
 * @param fromSec first sale; snapshots before it serve as history of volatility only.
 */
export function optionEpisodes(snapshots: readonly ChainSnapshot[], fromSec: number): readonly OptionEpisode[] {
  const recent = recentVols(snapshots);
  const open = new Map<string, { readonly steps: EpisodeStep[] }[]>();
  const sold: OptionEpisode[] = [];
  snapshots.forEach((snapshot, place) => {
    const isSale = place % SALE_EVERY === 0 && snapshot.atSec >= fromSec && recent[place] !== null;
    for (const quote of snapshot.quotes) {
      const step = stepOf(quote, snapshot.atSec, recent[place] ?? quote.impliedVol);
      const key = `${quote.kind}-${quote.strike}-${quote.expirySec}`;
      const held = open.get(key) ?? [];
      for (const episode of held) episode.steps.push(step);
      if (!isSale || !isSold(quote, step, snapshot.atSec)) continue;
      const { kind, strike, expirySec } = quote;
      const episode = { asset: snapshot.asset, kind, strike, expirySec, steps: [step] };
      held.push(episode);
      open.set(key, held);
      sold.push(episode);
    }
  });
  return sold.filter(({ steps }) => steps.length >= LEAST_STEPS);
}

function stepOf(quote: OptionQuote, atSec: number, recentVol: number): EpisodeStep {
  const { future, mark, impliedVol } = quote;
  const deviation = impliedVol * Math.sqrt(tenorYears(quote, atSec));
  return { atSec, future, mark, impliedVol, deviation, forecastRatio: recentVol / impliedVol };
}

function isSold({ strike, expirySec }: OptionQuote, { future, deviation }: EpisodeStep, atSec: number): boolean {
  const days = (expirySec - atSec) / SECONDS_PER_DAY;
  const moneyness = Math.abs(Math.log(strike / future)) / deviation;
  return days >= SALE_DAYS.least && days <= SALE_DAYS.greatest && moneyness <= SALE_MONEYNESS;
}

/** Annualised volatility of the index up to each snapshot; `null` before two half-lives have passed. `[snapshots]` */
function recentVols(snapshots: readonly ChainSnapshot[]): readonly (number | null)[] {
  const startSec = snapshots[0]?.atSec ?? 0;
  let [square, years] = [0, 0];
  return snapshots.map(({ atSec, index }, place) => {
    const before = snapshots[place - 1];
    if (before !== undefined) {
      const keep = 0.5 ** ((atSec - before.atSec) / HALF_LIFE_SEC);
      square = keep * square + Math.log(index / before.index) ** 2;
      years = keep * years + (atSec - before.atSec) / SECONDS_PER_YEAR;
    }
    return atSec - startSec < 2 * HALF_LIFE_SEC ? null : Math.sqrt(square / years);
  });
}
