/** Signs that a book or a flow of trades was made to be seen: spoofed depth, wash volume, prices that live for one block. */
import type { BlockPrice } from "../../domain/chain-signals.ts";
import { upperMedian } from "../../math/statistics.ts";
import type { ReadingFault } from "./reading-faults.ts";

/** Resting notional near the price at one time. */
export interface DepthSample {
  readonly timeSec: number;
  /** Within 1 % of mid, USD. */
  readonly bidUsd: number;
  readonly askUsd: number;
}

/** A bar's flow. */
export interface FlowSample {
  /** Coins. */
  readonly volume: number;
  /** High over low, log points. */
  readonly range: number;
  /** Share of the volume that bought, 0 … 1; `null` where it is not known. */
  readonly buyShare: number | null;
}

/** Samples before anything is said. */
const LEAST_SAMPLES = 12;
/** Depth of one side against its median of an hour: 1 859 books of a day stayed below 1.8. It must also be so many times the other side's. */
const SPOOF_FACTOR = 3;
/** Volume against its median of a week, while … (no hour of 67 280 of BTC and ETH, 2021 to 2025) */
const WASH_VOLUME_FACTOR = 5;
/** … the range stays below this share of its median … */
const WASH_RANGE_SHARE = 1;
/** … and purchases and sales are this equal. */
const WASH_IMBALANCE = 0.02;
/** A block's move that is not believed before another block keeps it, log points. */
const BLOCK_MOVE = 0.02;
/** Blocks behind which a move counts as kept. */
const BLOCKS_TO_KEEP = 2;

/** Whether the newest sample shows a wall on one side only. @param samples ascending in time, newest last. */
export function spoofedDepth(samples: readonly DepthSample[]): ReadingFault | null {
  const newest = samples.at(-1);
  const past = samples.slice(0, -1);
  if (newest === undefined || past.length < LEAST_SAMPLES) return null;
  const bid = newest.bidUsd / medianOf(past.map(({ bidUsd }) => bidUsd));
  const ask = newest.askUsd / medianOf(past.map(({ askUsd }) => askUsd));
  const [high, low] = bid > ask ? [bid, ask] : [ask, bid];
  if (!(high > SPOOF_FACTOR && high / low > SPOOF_FACTOR)) return null;
  const side = bid > ask ? "bids" : "asks";
  return {
    reason: "spoofed-depth",
    detail: `${side} ${high.toFixed(1)} times their median, the other side ${low.toFixed(1)}`,
  };
}

/** Whether the newest bar shows volume that neither moves the price nor takes a side. @param flows newest last. */
export function washVolume(flows: readonly FlowSample[]): ReadingFault | null {
  const newest = flows.at(-1);
  const past = flows.slice(0, -1);
  if (newest === undefined || past.length < LEAST_SAMPLES) return null;
  const volume = newest.volume / medianOf(past.map((flow) => flow.volume));
  const range = newest.range / medianOf(past.map((flow) => flow.range));
  const isEven = newest.buyShare === null || Math.abs(newest.buyShare - 1 / 2) <= WASH_IMBALANCE / 2;
  if (!(volume > WASH_VOLUME_FACTOR && range < WASH_RANGE_SHARE && isEven)) return null;
  return {
    reason: "wash-volume",
    detail: `volume ${volume.toFixed(1)} times its median in a range of ${range.toFixed(2)}`,
  };
}

/**
 * Whether the newest price has moved further than a block may, against the median of the blocks before, and has not been kept for
 * {@link BLOCKS_TO_KEEP} blocks: what is borrowed and paid back in one transaction cannot keep a price.
 *
 * @param prices ascending in block, newest last.
 */
export function blockPrice(prices: readonly BlockPrice[]): ReadingFault | null {
  const newest = prices.at(-1);
  if (newest === undefined) return null;
  const before = prices.filter(({ block }) => block < newest.block);
  const settled = before.slice(-LEAST_SAMPLES).map(({ price }) => price);
  const base = settled.length === 0 ? Number.NaN : medianOf(settled);
  const move = Math.log(newest.price / base);
  if (!(Math.abs(move) > BLOCK_MOVE)) return null;
  const kept = before.slice(-BLOCKS_TO_KEEP);
  const isKept =
    kept.length === BLOCKS_TO_KEEP && kept.every(({ price }) => Math.abs(Math.log(newest.price / price)) <= BLOCK_MOVE);
  return isKept
    ? null
    : { reason: "block-price", detail: `${move.toFixed(4)} from the blocks before, not kept for ${BLOCKS_TO_KEEP}` };
}

function medianOf(values: readonly number[]): number {
  return upperMedian(values) ?? Number.NaN;
}
