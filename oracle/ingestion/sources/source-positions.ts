/** Open positions of one registered position source, by a block-range cursor over the oracle's events. */
import type { ChainClient } from "../../chain/client.ts";
import { hasCode, type Outcome } from "../../domain/errors.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import type { Position } from "../../domain/positions.ts";
import type { Anchor } from "../../domain/report.ts";
import { type Address, E8, fromFixedPoint } from "../../domain/units.ts";
import { type ChainSeries, decodeSeriesId, MAX_TENOR_SEC } from "../../rules/series-id.ts";
import { isCanonical, notCanonical } from "./checkpoints.ts";
import { type CursorStore, createPositionCursor, type PositionLife } from "./position-cursor.ts";
import { createPositionViews, type PositionViewMap } from "./position-views.ts";
import { type PositionView, readPositionCount } from "./source-calls.ts";

/** Asset and token decimals of one market. */
export interface MarketAsset {
  readonly asset: AssetSymbol;
  /** Collateral of calls. */
  readonly baseDecimals: number;
  /** Collateral of puts. */
  readonly quoteDecimals: number;
}

/** Which source is read and from where. */
export interface SourcePositionsOptions {
  readonly chain: ChainClient;
  readonly oracle: Address;
  readonly source: Address;
  /** Index of the source at the oracle. */
  readonly sourceIndex: number;
  /** Block of the oracle's deployment: nothing is older. */
  readonly fromBlock: bigint;
  /** By market id. */
  readonly markets: ReadonlyMap<number, MarketAsset>;
  readonly store: CursorStore;
  /** Most blocks of one log request; 2 000 by default, halved while the RPC refuses. */
  readonly maxBlockRange?: bigint;
}

/** Why nothing of a source could be taken: it refused the call, answered in another form, or named other positions. */
export type SourceFault = "source-unreadable" | "source-nonsense" | "source-incomplete";
/** Why one position was not taken. */
export type PositionFault = "market-unknown" | "series-invalid" | "size-zero";

/** Positions of one source that were not taken, for one reason. */
export interface PositionReject {
  readonly source: Address;
  readonly reason: string;
  /** How many; for a fault of the source every one that is not known to have ended. */
  readonly count: number;
}

/** What one source gave. */
export interface SourceReading {
  /** Ascending by id. */
  readonly positions: readonly Position[];
  readonly rejected: readonly PositionReject[];
}

/** Reads positions of one source at an anchor. */
export interface SourcePositions {
  /**
   * All open positions at `anchor`. What the source does wrong is a reject, never an error.
   *
   * @throws PlimsollError `ANCHOR_NOT_CANONICAL` when the block has left the chain, `LOG_RANGE_REFUSED`.
   */
  readAt(anchor: Anchor): Promise<SourceReading>;
}

/** Nothing to sell, or of a market whose asset nobody follows: such positions are missing from no book. */
const IRRELEVANT: ReadonlySet<string> = new Set<PositionFault>(["size-zero", "market-unknown"]);

/** Whether positions that would matter to a book of an asset are missing for this reason. */
export function hidesPositions({ reason }: Pick<PositionReject, "reason">): boolean {
  return !IRRELEVANT.has(reason);
}

const E8_DECIMALS = Math.log10(E8);

/** Creates a reader; its cursor goes on where the store's last one ended. */
export function createSourcePositions(options: SourcePositionsOptions): SourcePositions {
  const cursor = createPositionCursor(options);
  const views = createPositionViews(options);
  return {
    readAt: async (anchor) => {
      const lives = await cursor.advance(anchor);
      const open = lives.filter((life) => isOpenAt(life, anchor.blockNumber)).map(({ id }) => id);
      try {
        const found = await views.readAt(open, anchor);
        // Asked by hash, and last: it proves that the logs before it were of the anchor's branch.
        const isComplete = (await readPositionCount(options, anchor)) === registeredBy(lives, anchor);
        if (!isComplete) return refused(options, "source-incomplete", open.length);
        await cursor.end(endedOf(found), anchor);
        return toReading(
          options,
          anchor,
          open.flatMap((id) => toPair(id, found.get(id))),
        );
      } catch (error) {
        const fault = faultOf(error);
        if (fault === null) throw error;
        // A block that is gone looks like a source that does not answer.
        if (!(await isCanonical(options.chain, anchor))) throw notCanonical(anchor);
        return refused(options, fault, open.length);
      }
    },
  };
}

function faultOf(error: unknown): SourceFault | null {
  if (hasCode(error, "SOURCE_UNREADABLE")) return "source-unreadable";
  return hasCode(error, "SOURCE_NONSENSE") ? "source-nonsense" : null;
}

function refused({ source }: SourcePositionsOptions, reason: SourceFault, open: number): SourceReading {
  return { positions: [], rejected: [{ source, reason, count: open }] };
}

function isOpenAt(life: PositionLife, blockNumber: bigint): boolean {
  return life.registeredAt <= blockNumber && (life.retiredAt === null || life.retiredAt > blockNumber);
}

/** What a source says is not active has ended for good: it registers a position when it opens it, and never uses an id twice. */
function endedOf(found: PositionViewMap): readonly bigint[] {
  return [...found].flatMap(([id, { active }]) => (active ? [] : [id]));
}

/** Ids are 1…positionCount, so that a truncated log answer shows as a gap. */
function registeredBy(lives: readonly PositionLife[], anchor: Anchor): bigint {
  return BigInt(lives.filter((life) => life.registeredAt <= anchor.blockNumber).length);
}

type ViewPair = readonly [id: bigint, view: PositionView];

function toPair(id: bigint, view: PositionView | undefined): readonly ViewPair[] {
  return view?.active === true ? [[id, view]] : [];
}

function toReading(options: SourcePositionsOptions, anchor: Anchor, pairs: readonly ViewPair[]): SourceReading {
  const positions: Position[] = [];
  const faults = new Map<PositionFault, number>();
  for (const [id, view] of pairs) {
    const position = toPosition(options, anchor, { id, view });
    if (position.ok) positions.push(position.value);
    else faults.set(position.reason, (faults.get(position.reason) ?? 0) + 1);
  }
  const { source } = options;
  return { positions, rejected: [...faults].map(([reason, count]) => ({ source, reason, count })) };
}

function toPosition(
  options: SourcePositionsOptions,
  anchor: Anchor,
  { id, view }: { readonly id: bigint; readonly view: PositionView },
): Outcome<Position, PositionFault> {
  const series = readSeries(view.seriesId);
  const isTooLong = series !== null && series.expirySec > anchor.timestampSec + MAX_TENOR_SEC;
  if (series === null || series.strikeE8 === 0n || isTooLong) return { ok: false, reason: "series-invalid" };
  const market = options.markets.get(series.marketId);
  if (market === undefined) return { ok: false, reason: "market-unknown" };
  if (view.sizeE8 === 0n) return { ok: false, reason: "size-zero" };
  const size = fromFixedPoint(view.sizeE8, E8_DECIMALS);
  const decimals = series.isPut ? market.quoteDecimals : market.baseDecimals;
  return {
    ok: true,
    value: {
      seriesId: view.seriesId,
      asset: market.asset,
      kind: series.isPut ? "put" : "call",
      strike: fromFixedPoint(series.strikeE8, E8_DECIMALS),
      expirySec: series.expirySec,
      source: options.source,
      sourceIndex: options.sourceIndex,
      id,
      epoch: view.epoch,
      owner: view.owner,
      classId: view.classId,
      size,
      sizeE8: view.sizeE8,
      collateralPerContract: fromFixedPoint(view.collateral, decimals) / size,
      collateralUnits: view.collateral,
      flaggedAtSec: view.flaggedAt === 0 ? null : view.flaggedAt,
    },
  };
}

function readSeries(seriesId: bigint): ChainSeries | null {
  try {
    return decodeSeriesId(seriesId);
  } catch (error) {
    if (hasCode(error, "SERIES_ID_UNKNOWN_BITS")) return null;
    throw error;
  }
}
