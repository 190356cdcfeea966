/** Hedges every quoted option over the coming interval with what is known before it, and keeps what each hedge leaves. */
import { tenorYears } from "../../../oracle/domain/positions.ts";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { hedgeRatios, smilePlace } from "../../../oracle/models/greeks/smile-delta.ts";
import {
  createStickinessFilter,
  type HedgedRow,
  intervalMoments,
  STICKINESS_SETTINGS,
  type Stickiness,
} from "../../../oracle/models/greeks/stickiness.ts";
import { type ChainSnapshot, compareQuotes, type OptionQuote } from "../../data/option-chains.ts";

/** Hedges that are compared. */
export const HEDGES = ["none", "delta", "netDelta", "unshrunk", "smileDelta"] as const;
/** Name of a hedge. */
export type Hedge = (typeof HEDGES)[number];

/** One interval of one asset, its options summed up. */
export interface HedgedInterval {
  readonly atSec: number;
  readonly options: number;
  /** Median implied volatility of the snapshot, decimal a year. */
  readonly impliedVol: number;
  readonly stickiness: Stickiness;
  /** Sum of squared errors by hedge, coins². */
  readonly squares: Readonly<Record<Hedge, number>>;
}

/** Snapshots follow each other by about six hours; others are not "about 6 h". */
const INTERVAL_HOURS = { least: 4, greatest: 9 };
const UNSHRUNK = { ...STICKINESS_SETTINGS, shrinkage: 0 };

/**
 * Walks through the snapshots of one asset in time order. The hedge of an interval is computed before its end is looked at: a
 * position of h coins in the inverse future of the option's own expiry earns h·(1 − F₀/F₁) coins.
 *
 * @param snapshots ascending in time.
 */
export function hedgeWalk(snapshots: readonly ChainSnapshot[]): readonly HedgedInterval[] {
  const filter = createStickinessFilter();
  const unshrunk = createStickinessFilter(UNSHRUNK);
  const intervals: HedgedInterval[] = [];
  snapshots.forEach((snapshot, place) => {
    const later = snapshots[place + 1];
    if (later === undefined || !isInterval(snapshot, later)) return;
    const served = { smileDelta: filter.at(snapshot.atSec), unshrunk: unshrunk.at(snapshot.atSec) };
    const rows = hedgedRows(snapshot, later, served);
    const moments = intervalMoments(later.atSec, rows);
    filter.add(moments);
    unshrunk.add(moments);
    if (rows.length > 0) intervals.push(summed(snapshot, rows, served.smileDelta));
  });
  return intervals;
}

function isInterval(snapshot: ChainSnapshot, later: ChainSnapshot): boolean {
  const hours = (later.atSec - snapshot.atSec) / SECONDS_PER_HOUR;
  return hours >= INTERVAL_HOURS.least && hours <= INTERVAL_HOURS.greatest;
}

interface WalkedRow extends HedgedRow {
  readonly impliedVol: number;
  readonly left: Readonly<Record<Hedge, number>>;
}

function hedgedRows(
  snapshot: ChainSnapshot,
  later: ChainSnapshot,
  served: Readonly<Record<"smileDelta" | "unshrunk", Stickiness>>,
): readonly WalkedRow[] {
  const rows: WalkedRow[] = [];
  let place = 0;
  for (const quote of snapshot.quotes) {
    let match = later.quotes[place];
    while (match !== undefined && compareQuotes(match, quote) < 0) {
      place += 1;
      match = later.quotes[place];
    }
    if (match !== undefined && compareQuotes(match, quote) === 0) {
      rows.push(hedgedRow(quote, match, { atSec: snapshot.atSec, served }));
    }
  }
  return rows;
}

function hedgedRow(
  quote: OptionQuote,
  match: OptionQuote,
  { atSec, served }: { readonly atSec: number; readonly served: Parameters<typeof hedgedRows>[2] },
): WalkedRow {
  const { kind, strike, future: forward, impliedVol } = quote;
  const tenor = tenorYears(quote, atSec);
  const option = { kind, strike, forward, impliedVol, tenorYears: tenor };
  const { delta, netDelta, smileDelta, coin } = hedgeRatios(option, served.smileDelta);
  const move = 1 - forward / match.future;
  const gain = match.mark - quote.mark;
  const left = (coins: number): number => gain - coins * move;
  return {
    impliedVol,
    error: left(netDelta),
    levelEffect: tenor > 0 ? (coin.vega / Math.sqrt(tenor)) * move : 0,
    smilePlace: smilePlace(kind, delta),
    left: {
      none: gain,
      delta: left(delta),
      netDelta: left(netDelta),
      unshrunk: left(hedgeRatios(option, served.unshrunk).smileDelta),
      smileDelta: left(smileDelta),
    },
  };
}

function summed({ atSec }: ChainSnapshot, rows: readonly WalkedRow[], stickiness: Stickiness): HedgedInterval {
  const squareOf = (hedge: Hedge): number => rows.reduce((sum, { left }) => sum + left[hedge] ** 2, 0);
  const vols = rows.map(({ impliedVol }) => impliedVol).sort((low, high) => low - high);
  return {
    atSec,
    options: rows.length,
    impliedVol: vols[Math.floor(vols.length / 2)] ?? Number.NaN,
    stickiness,
    squares: {
      none: squareOf("none"),
      delta: squareOf("delta"),
      netDelta: squareOf("netDelta"),
      unshrunk: squareOf("unshrunk"),
      smileDelta: squareOf("smileDelta"),
    },
  };
}
