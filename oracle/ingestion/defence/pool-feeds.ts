/** What the defence makes of pools on chain: which of them vote on the price, and whether liquidity has left them together. */
import type { PoolState } from "../../domain/chain-signals.ts";
import type { FeedVerdict } from "../../domain/feed-verdict.ts";
import type { SideEvent } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { upperMedian } from "../../math/statistics.ts";
import { FEATURE_SETTINGS } from "./feature-settings.ts";
import { blockPrice } from "./flow-indicators.ts";
import type { SourceReading } from "./reading-faults.ts";

/** What pools say in a round. */
export interface PoolFeeds {
  /** Prices that vote. */
  readonly readings: readonly SourceReading[];
  /** On pools that do not, and on their depth together. */
  readonly verdicts: readonly FeedVerdict[];
}

/** Depth within 1 % on the thinner side from which on a pool has a vote, USD: below, moving it costs less than lying about a venue. */
const LEAST_DEPTH_USD = 250_000;
const NEAREST_BAND = 0.01;
/** Depth that is compared with its past. */
const COMPARED_BAND = 0.02;
const BAND_TOLERANCE = 1e-9;
/** Share of the depth of the last day below which liquidity has left. Set by judgement: no data at hand has pools. */
const DRAINED_SHARE = 1 / 3;
/** A past before which nothing is said. */
const LEAST_PAST_SEC = 6 * SECONDS_PER_HOUR;
const LEAST_SAMPLES = 12;

/** Judges the pools of one asset. @param side events of the last day, ascending in received time. */
export function poolFeeds(asset: string, side: readonly SideEvent[], atSec: number): PoolFeeds {
  const bySource = Map.groupBy(side.filter(isPool), ({ sourceId }) => sourceId);
  const newest = [...bySource.values()].flatMap((states) => states.at(-1) ?? []);
  const { maxAgeSec } = FEATURE_SETTINGS.price;
  const fresh = newest.filter(({ sourceTimeSec }) => atSec - sourceTimeSec <= maxAgeSec);
  const judged = fresh.map((pool) => ({ pool, verdict: priceVerdict(pool) }));
  const drained = drainedVerdict(asset, [...bySource.values()], atSec);
  return {
    readings: judged.flatMap(({ pool: { sourceId, price, sourceTimeSec }, verdict }) =>
      verdict === null ? [{ sourceId, value: price, sourceTimeSec }] : [],
    ),
    verdicts: [...judged.flatMap(({ verdict }) => verdict ?? []), ...(drained === null ? [] : [drained])],
  };
}

function isPool(event: SideEvent): event is PoolState {
  return event.kind === "pool";
}

/** Why a pool has no vote; `null` for one that has. */
function priceVerdict(pool: PoolState): FeedVerdict | null {
  const { asset, sourceId } = pool;
  const moved = blockPrice(pool.blockPrices);
  if (moved !== null) return { asset, feature: "price", sourceId, action: "exclude", ...moved };
  const depthUsd = thinnerSide(pool, NEAREST_BAND);
  if (depthUsd >= LEAST_DEPTH_USD) return null;
  const detail = `${Math.round(depthUsd)} USD within 1 %, limit ${LEAST_DEPTH_USD}`;
  return { asset, feature: "price", sourceId, action: "exclude", reason: "thin-pool", detail };
}

/**
 * Depth on chain adds nothing to what a close-out is taken to meet: whoever deposits would loosen requirements. When it goes, that is
 * a reason to ask for no less.
 */
function drainedVerdict(asset: string, pools: readonly (readonly PoolState[])[], atSec: number): FeedVerdict | null {
  const known = pools.filter(
    (states) => states.length > LEAST_SAMPLES && atSec - (states[0]?.sourceTimeSec ?? atSec) >= LEAST_PAST_SEC,
  );
  const depths = known.map((states) => {
    const past = states.slice(0, -1).map((state) => thinnerSide(state, COMPARED_BAND));
    const now = states.at(-1);
    return { now: now === undefined ? 0 : thinnerSide(now, COMPARED_BAND), usual: upperMedian(past) ?? 0 };
  });
  const usual = depths.reduce((sum, depth) => sum + depth.usual, 0);
  const now = depths.reduce((sum, depth) => sum + depth.now, 0);
  if (!(usual >= LEAST_DEPTH_USD && now < DRAINED_SHARE * usual)) return null;
  const detail = `${Math.round(now)} USD within 2 % in ${depths.length} pools, ${Math.round(usual)} in the median of a day`;
  return { asset, feature: "depth", sourceId: "pools", action: "down-weight", reason: "drained-pools", detail };
}

function thinnerSide({ bids, asks }: PoolState, distance: number): number {
  const near = (bands: PoolState["bids"]): number =>
    bands.find((band) => Math.abs(band.distance - distance) < BAND_TOLERANCE)?.notionalUsd ?? 0;
  return Math.min(near(bids), near(asks));
}
