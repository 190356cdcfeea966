/** Open positions of a registered position source, by a block-range cursor over the oracle's events. */
import { positionSourceAbi } from "../../chain/abi/position-source.ts";
import type { ChainClient } from "../../chain/client.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import type { Position } from "../../domain/positions.ts";
import type { Anchor } from "../../domain/report.ts";
import { type Address, E8, fromFixedPoint } from "../../domain/units.ts";
import { decodeSeriesId } from "../../rules/series-id.ts";
import { type CursorStore, createPositionCursor, type PositionLife } from "./position-cursor.ts";
import { createPositionViews, type PositionView } from "./position-views.ts";

/** Asset and token decimals of one market of the source. */
export interface MarketAsset {
  readonly asset: AssetSymbol;
  /** Collateral of calls. */
  readonly baseDecimals: number;
  /** Collateral of puts. */
  readonly quoteDecimals: number;
}

/** Which source is read and from where. */
export interface VaultPositionsOptions {
  readonly chain: ChainClient;
  readonly oracle: Address;
  readonly source: Address;
  /** Index of the source at the oracle. */
  readonly sourceIndex: number;
  /** Block of the oracle's deployment: nothing is older. */
  readonly fromBlock: bigint;
  /** By market id of the source. */
  readonly markets: ReadonlyMap<number, MarketAsset>;
  readonly store: CursorStore;
  /** Most blocks of one log request; 2 000 by default, halved while the RPC refuses. */
  readonly maxBlockRange?: bigint;
}

/** Reads positions at an anchor. */
export interface VaultPositions {
  /**
   * All open positions at `anchor`, ascending by id.
   *
   * @throws PlimsollError `POSITION_LOGS_INCOMPLETE` when the RPC left out events, `ANCHOR_NOT_CANONICAL` when the
   *   block has left the chain, `MARKET_UNKNOWN` for a series of a market that is not configured.
   */
  readAt(anchor: Anchor): Promise<readonly Position[]>;
}

const E8_DECIMALS = Math.log10(E8);

/** Creates a reader; its cursor goes on where the store's last one ended. */
export function createVaultPositions(options: VaultPositionsOptions): VaultPositions {
  const cursor = createPositionCursor(options);
  const views = createPositionViews(options);
  return {
    readAt: async (anchor) => {
      const lives = await cursor.advance(anchor);
      const open = lives.filter((life) => isOpenAt(life, anchor.blockNumber)).map(({ id }) => id);
      const found = await views.readAt(open, anchor);
      // Asked by hash, and last: it proves that the logs before it were of the anchor's branch.
      await checkComplete(options, lives, anchor);
      return open.flatMap((id) => {
        const view = found.get(id);
        return view?.active === true ? [toPosition(options, id, view)] : [];
      });
    },
  };
}

function isOpenAt(life: PositionLife, blockNumber: bigint): boolean {
  return life.registeredAt <= blockNumber && (life.retiredAt === null || life.retiredAt > blockNumber);
}

/** Ids are 1…positionCount, so that a truncated log answer shows as a gap. */
async function checkComplete(
  options: VaultPositionsOptions,
  lives: readonly PositionLife[],
  anchor: Anchor,
): Promise<void> {
  const count = await options.chain.reader.readContract({
    address: options.source,
    abi: positionSourceAbi,
    functionName: "positionCount",
    blockHash: anchor.blockHash,
    requireCanonical: true,
  });
  const known = BigInt(lives.filter((life) => life.registeredAt <= anchor.blockNumber).length);
  if (known === count) return;
  throw new PlimsollError({
    code: "POSITION_LOGS_INCOMPLETE",
    problem: `The RPC's logs name ${known} positions of ${options.source}, but the source has created ${count}.`,
    remedy: "Use an RPC that serves all logs from the deployment block on, and check the configured deployment block.",
    context: { source: options.source, known, count, blockNumber: anchor.blockNumber },
  });
}

function toPosition(options: VaultPositionsOptions, id: bigint, view: PositionView): Position {
  const series = decodeSeriesId(view.seriesId);
  const market = options.markets.get(series.marketId);
  if (market === undefined) throw marketUnknown(options, id, series.marketId);
  const size = fromFixedPoint(view.sizeE8, E8_DECIMALS);
  const decimals = series.isPut ? market.quoteDecimals : market.baseDecimals;
  return {
    seriesId: view.seriesId,
    asset: market.asset,
    kind: series.isPut ? "put" : "call",
    strike: fromFixedPoint(series.strikeE8, E8_DECIMALS),
    expirySec: series.expirySec,
    source: options.source,
    id,
    epoch: view.epoch,
    owner: view.owner,
    classId: view.classId,
    size,
    sizeE8: view.sizeE8,
    // A closed position has no size; an active one always does.
    collateralPerContract: size === 0 ? 0 : fromFixedPoint(view.collateral, decimals) / size,
    collateralUnits: view.collateral,
    flaggedAtSec: view.flaggedAt === 0 ? null : view.flaggedAt,
  };
}

function marketUnknown(options: VaultPositionsOptions, id: bigint, marketId: number): PlimsollError<"MARKET_UNKNOWN"> {
  return new PlimsollError({
    code: "MARKET_UNKNOWN",
    problem: `Position ${id} of ${options.source} is in market ${marketId}, which the configuration does not name.`,
    remedy: "Add the market's asset and token decimals to the configuration.",
    context: { source: options.source, positionId: id, marketId },
  });
}
