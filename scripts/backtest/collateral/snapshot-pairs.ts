/** Pairs every option of a snapshot with its mark one horizon later (design of the collateral backtest). */
import { payoffBounds } from "../../../oracle/domain/positions.ts";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { type ChainSnapshot, compareQuotes, type OptionQuote } from "../../data/option-chains.ts";

/** An option at t and its mark at the later snapshot; amounts as shares of the largest loss (puts divided by K). */
export interface OptionPair {
  readonly snapshot: ChainSnapshot;
  readonly quote: OptionQuote;
  /** Time of the later snapshot, seconds. */
  readonly laterSec: number;
  /** Value and intrinsic value at t. */
  readonly value: number;
  readonly intrinsic: number;
  /** Value at the later snapshot. */
  readonly laterValue: number;
  /** Index of the later snapshot, USD. */
  readonly laterIndex: number;
}

/** The later snapshot may come this much before the horizon has passed. */
const EARLY_SEC = 600;
/** And at most this many horizons after t. */
const LATEST_HORIZONS = 2;
/** The option must live longer than this beyond the later snapshot. */
const LEAST_LIFE_SEC = SECONDS_PER_HOUR;
/** Strikes over index that are judged. */
const MONEYNESS = { least: 0.7, greatest: 1.4 };

/**
 * All pairs of one asset, in the order of the snapshots and of their quotes.
 *
 * @param snapshots ascending in time.
 */
export function snapshotPairs(snapshots: readonly ChainSnapshot[], horizonHours: number): readonly OptionPair[] {
  const horizonSec = horizonHours * SECONDS_PER_HOUR;
  let place = 0;
  return snapshots.flatMap((snapshot) => {
    while ((snapshots[place]?.atSec ?? Number.POSITIVE_INFINITY) < snapshot.atSec + horizonSec - EARLY_SEC) place += 1;
    const later = snapshots[place];
    const isInTime = later !== undefined && later.atSec <= snapshot.atSec + LATEST_HORIZONS * horizonSec;
    return isInTime ? pairsOf(snapshot, later) : [];
  });
}

/** Whether the strike is near enough to the index to be judged. */
export function isJudgedStrike({ strike, index }: OptionQuote): boolean {
  const moneyness = strike / index;
  return moneyness >= MONEYNESS.least && moneyness <= MONEYNESS.greatest;
}

/** Value of a mark as share of the largest loss: coins for calls, USD over the strike for puts. */
export function shareValue({ kind, mark, index, strike }: OptionQuote): number {
  return kind === "call" ? mark : (mark * index) / strike;
}

function pairsOf(snapshot: ChainSnapshot, later: ChainSnapshot): readonly OptionPair[] {
  const pairs: OptionPair[] = [];
  let place = 0;
  for (const quote of snapshot.quotes) {
    if (!isJudgedStrike(quote) || quote.expirySec <= later.atSec + LEAST_LIFE_SEC) continue;
    let match = later.quotes[place];
    while (match !== undefined && compareQuotes(match, quote) < 0) {
      place += 1;
      match = later.quotes[place];
    }
    if (match === undefined || compareQuotes(match, quote) !== 0) continue;
    const { intrinsic, maxLoss } = payoffBounds(quote, quote.index);
    pairs.push({
      snapshot,
      quote,
      laterSec: later.atSec,
      value: shareValue(quote),
      intrinsic: intrinsic / maxLoss,
      laterValue: shareValue(match),
      laterIndex: later.index,
    });
  }
  return pairs;
}
