/** What the reader of one file format provides, and the lanes that readers build. */

import type { EventLane } from "../../domain/event-lane.ts";
import type { AssetSymbol, DepthBand, MarketEvent } from "../../domain/market.ts";
import type { JoinedSeries } from "./row-join.ts";

/** Span of a replay, seconds. */
export interface ReplaySpan {
  readonly fromSec: number;
  readonly toSec: number;
}

/** A reader of one file format. */
export interface FileFormat {
  /** Stable id, also the source id of its events: `spot-hourly`, … */
  readonly id: string;
  /** True for files this reader takes, by name without folder; must not open them. */
  readonly matches: (fileName: string) => boolean;
  /** What the files hold: price bars decide the replay, extras are added where their spans fit. */
  readonly role: "bars" | "extra";
  /**
   * Reads files into lanes of the wanted assets. Extras are told the span of the replay, so that they may leave files out that say
   * nothing of it; bars are read whole.
   *
   * @throws PlimsollError `DATA_UNREADABLE`, `DATA_MALFORMED`, `DATA_CONFLICT`.
   */
  readonly read: (paths: readonly string[], assets: readonly AssetSymbol[], span?: ReplaySpan) => readonly EventLane[];
}

/** Who delivers a lane. */
export interface LaneHead {
  readonly asset: AssetSymbol;
  readonly sourceId: string;
}

/** Columns of a bar series by position in {@link JoinedSeries.columns}. */
const [OPEN, HIGH, LOW, CLOSE, VOLUME] = [0, 1, 2, 3, 4] as const;

/**
 * Lane of bars from a series whose time is the bar **start** and whose columns are open, high, low, close and, where
 * there is one, volume in coins. Bars are received when they end.
 */
export function barLane(head: LaneHead, spanSec: number, series: JoinedSeries): EventLane {
  const receivedSec = series.timeSec.map((startSec) => startSec + spanSec);
  const value = (column: number, index: number): number => series.columns[column]?.[index] ?? Number.NaN;
  return {
    asset: head.asset,
    kind: "bar",
    receivedSec,
    at: (index): MarketEvent => ({
      kind: "bar",
      asset: head.asset,
      spanSec,
      open: value(OPEN, index),
      high: value(HIGH, index),
      low: value(LOW, index),
      close: value(CLOSE, index),
      volume: series.columns[VOLUME] === undefined ? null : value(VOLUME, index),
      ...provenance(head.sourceId, receivedSec[index] ?? 0),
    }),
  };
}

/** Lane of single values (funding, volatility index) that were made and received at the series' time. */
export function valueLane(
  head: LaneHead,
  series: JoinedSeries,
  make: (value: number) => { readonly kind: "funding"; readonly ratePer8h: number } | VolIndexFields,
): EventLane {
  const values = series.columns[0] ?? new Float64Array(0);
  return {
    asset: head.asset,
    kind: make(0).kind,
    receivedSec: series.timeSec,
    at: (index): MarketEvent => ({
      asset: head.asset,
      ...make(values[index] ?? Number.NaN),
      ...provenance(head.sourceId, series.timeSec[index] ?? 0),
    }),
  };
}

interface VolIndexFields {
  readonly kind: "vol-index";
  readonly impliedVol: number;
}

/** Lane of depth rows; `bandsAt` makes both sides of one row, ascending in distance. */
export function bookLane(
  head: LaneHead,
  series: JoinedSeries,
  bandsAt: (index: number) => { readonly bids: readonly DepthBand[]; readonly asks: readonly DepthBand[] },
): EventLane {
  return {
    asset: head.asset,
    kind: "book",
    receivedSec: series.timeSec,
    at: (index): MarketEvent => ({
      kind: "book",
      asset: head.asset,
      ...bandsAt(index),
      bestBid: null,
      bestAsk: null,
      ...provenance(head.sourceId, series.timeSec[index] ?? 0),
    }),
  };
}

function provenance(
  sourceId: string,
  timeSec: number,
): { readonly sourceId: string; readonly sourceTimeSec: number; readonly receivedTimeSec: number } {
  return { sourceId, sourceTimeSec: timeSec, receivedTimeSec: timeSec };
}
