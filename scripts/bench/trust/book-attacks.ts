/** Attacks on books, volumes and prices of a chain: seeded clean samples, and the same with the newest one bent. */
import type { BookDepth } from "../../../oracle/domain/market.ts";
import {
  blockPrice,
  type DepthSample,
  type FlowSample,
  spoofedDepth,
  washVolume,
} from "../../../oracle/ingestion/defence/flow-indicators.ts";
import { checkBookShape } from "../../../oracle/ingestion/event-checks.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import { type BenchResult, judge, rounded } from "../result.ts";

const TRIALS = 2_000;
const LIMIT = 0.98;
const PRICE = 100_000;
const SAMPLES = 120;
/** Deviation of log depth from book to book, of log volume and of log range from bar to bar: as in the recorded books and hours. */
const DEPTH_DEVIATION = 0.15;
const FLOW_DEVIATION = 0.6;
const WALL = 5;
const WASH = 10;
/** Moves of a flash loan, log points, and usual moves of a block. */
const FLASH_MOVE = 0.05;
const BLOCK_DEVIATION = 0.001;
const DISTANCES = [0.01, 0.02, 0.05] as const;

/** Bids moved above the asks, at every distance. */
export async function benchCrossed(): Promise<BenchResult> {
  return measured("crossed", (rng, isAttacked) => {
    const mid = PRICE * Math.exp(0.01 * rng.normal());
    const book = bookAround(mid, isAttacked ? mid * (1.02 + 0.02 * rng.uniform()) : mid);
    return checkBookShape(book, PRICE, DEFAULT_GUARD_LIMITS) !== null;
  });
}

/** A wall on one side, five times what usually rests there. */
export async function benchSpoofedDepth(): Promise<BenchResult> {
  return measured("spoofed-depth", (rng, isAttacked) => {
    const drawn = (): number => 2e8 * Math.exp(DEPTH_DEVIATION * rng.normal());
    const samples = Array.from(
      { length: SAMPLES },
      (_, row): DepthSample => ({ timeSec: row * 60, bidUsd: drawn(), askUsd: drawn() }),
    );
    const newest = { timeSec: SAMPLES * 60, bidUsd: drawn() * (isAttacked ? WALL : 1), askUsd: drawn() };
    return spoofedDepth([...samples, newest]) !== null;
  });
}

/** Ten times the volume, bought and sold in equal parts, in a narrow range. */
export async function benchWashVolume(): Promise<BenchResult> {
  return measured("wash-volume", (rng, isAttacked) => {
    const drawn = (): FlowSample => {
      const burst = Math.exp(FLOW_DEVIATION * rng.normal());
      return { volume: 1_000 * burst, range: 0.005 * Math.sqrt(burst), buyShare: 0.5 + 0.1 * rng.normal() };
    };
    const samples = Array.from({ length: SAMPLES }, drawn);
    const washed = { volume: 1_000 * WASH, range: 0.003 * (1 + 0.2 * rng.normal()), buyShare: 0.5 };
    return washVolume([...samples, isAttacked ? washed : drawn()]) !== null;
  });
}

/** A pool moved by 5 % for one block. */
export async function benchBlockPrice(): Promise<BenchResult> {
  return measured("block-price", (rng, isAttacked) => {
    let price = PRICE;
    const prices = Array.from({ length: SAMPLES }, (_, block) => {
      price *= Math.exp(BLOCK_DEVIATION * rng.normal());
      return { block, price };
    });
    const newest = {
      block: SAMPLES,
      price: price * Math.exp(isAttacked ? FLASH_MOVE * (rng.uniform() < 0.5 ? -1 : 1) : 0),
    };
    return blockPrice([...prices, newest]) !== null;
  });
}

async function measured(name: string, isNoticed: (rng: Rng, isAttacked: boolean) => boolean): Promise<BenchResult> {
  const rng = createRng(`trust/${name}`);
  const count = (isAttacked: boolean): number =>
    Array.from({ length: TRIALS }, () => isNoticed(rng, isAttacked)).filter(Boolean).length;
  const [noticed, alarms] = [count(true), count(false)];
  return judge(
    noticed / TRIALS,
    { limit: LIMIT, unit: "share of attacks noticed", passes: "at-least" },
    { plays: TRIALS, falseVetoRate: rounded(alarms / TRIALS) },
  );
}

function bookAround(bidMid: number, askMid: number): BookDepth {
  const bands = (mid: number, side: number): BookDepth["bids"] =>
    DISTANCES.map((distance) => ({
      distance,
      notionalUsd: 2e10 * distance,
      averagePrice: mid * (1 + (side * distance) / 2),
    }));
  return {
    ...{ kind: "book", asset: "BTC", sourceId: "bench", sourceTimeSec: 0, receivedTimeSec: 0 },
    ...{ bids: bands(askMid, -1), asks: bands(bidMid, 1), bestBid: null, bestAsk: null },
  };
}
