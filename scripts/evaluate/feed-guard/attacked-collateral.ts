/** How much collateral an attacker can talk a requirement out of, by bending the price and the depth that the node reads. */
import type { AssetMarket, BookDepth, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { payoffBounds, positionKey } from "../../../oracle/domain/positions.ts";
import { BPS } from "../../../oracle/domain/units.ts";
import { quantile } from "../../../oracle/math/statistics.ts";
import { type ScoringInput, scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { sampleScoringInput } from "../../bench/scoring-input.ts";

/** Box in which the attacker moves both inputs, decimal. */
export interface AttackBox {
  readonly price: number;
  readonly depth: number;
}

/** What the worst point of the box lowers, share of the required collateral; the chain's own price is not the attacker's. */
export interface CollateralLoss {
  readonly positions: number;
  readonly median: number;
  /** Not exceeded by 99 % of the positions. */
  readonly p99: number;
  readonly max: number;
}

const SAMPLE = { positions: 400, series: 100, seed: "attacked-collateral" } as const;
const TAIL = 0.99;
const MEDIAN = 0.5;
/** Step of the finite difference and of the projected ascent, shares of the box. */
const PROBE = 0.1;
const STEP = 0.5;
const ASCENTS = 4;
const ASSETS = ["BTC", "ETH"] as const;

/** A point of the box, −1 … 1 each. */
type Point = readonly [price: number, depth: number];

/**
 * Projected sign-gradient ascent on the lost collateral (Madry et al. 2018, eq. 1), from the middle and the four corners, on the sum over
 * all positions; every visited point counts for each position by itself, and the worst of them is reported.
 */
export function attackedCollateral(box: AttackBox): CollateralLoss {
  const input = sampleScoringInput(SAMPLE);
  const honest = required(input, input);
  const worst = new Map<string, number>();
  const lossAt = (point: Point): number => {
    let sum = 0;
    for (const [key, amount] of required(bent(input, point, box), input)) {
      const before = honest.get(key) ?? Number.NaN;
      const loss = (before - amount) / before;
      sum += loss;
      worst.set(key, Math.max(worst.get(key) ?? 0, loss));
    }
    return sum;
  };
  for (const start of STARTS) ascend(start, lossAt);
  const losses = [...worst.values()];
  return {
    positions: losses.length,
    median: quantile(losses, MEDIAN),
    p99: quantile(losses, TAIL),
    max: quantile(losses, 1),
  };
}

const STARTS: readonly Point[] = [
  [0, 0],
  [-1, -1],
  [-1, 1],
  [1, -1],
  [1, 1],
];

function ascend(start: Point, lossAt: (point: Point) => number): void {
  let [price, depth] = start;
  for (let step = 0; step < ASCENTS; step += 1) {
    const slopePrice = lossAt([clipped(price + PROBE), depth]) - lossAt([clipped(price - PROBE), depth]);
    const slopeDepth = lossAt([price, clipped(depth + PROBE)]) - lossAt([price, clipped(depth - PROBE)]);
    price = clipped(price + STEP * Math.sign(slopePrice));
    depth = clipped(depth + STEP * Math.sign(slopeDepth));
    lossAt([price, depth]);
  }
}

function clipped(value: number): number {
  return Math.min(1, Math.max(-1, value));
}

/** Collateral per contract that keeps each position healthy: I + ρ (L − I), at the chain's price. */
function required(seen: ScoringInput, truth: ScoringInput): ReadonlyMap<string, number> {
  const byKey = new Map(truth.positions.map((position) => [positionKey(position), position]));
  const { scores } = scorePositions(seen, DEFAULT_SCORING_SETTINGS);
  return new Map(
    scores.flatMap((score): readonly (readonly [string, number])[] => {
      const position = byKey.get(positionKey(score));
      const spot = position === undefined ? undefined : truth.snapshot.assets.get(position.asset)?.spot;
      if (position === undefined || spot === undefined) return [];
      const { intrinsic, maxLoss } = payoffBounds(position, spot);
      return [[positionKey(score), intrinsic + (score.rhoBps / BPS) * (maxLoss - intrinsic)]];
    }),
  );
}

function bent(input: ScoringInput, [price, depth]: Point, box: AttackBox): ScoringInput {
  const snapshot: MarketSnapshot = {
    ...input.snapshot,
    assets: new Map(
      ASSETS.flatMap((asset) => {
        const market = input.snapshot.assets.get(asset);
        return market === undefined ? [] : [[asset, bentMarket(market, 1 + price * box.price, 1 + depth * box.depth)]];
      }),
    ),
  };
  return { ...input, snapshot };
}

function bentMarket(market: AssetMarket, price: number, depth: number): AssetMarket {
  const thinner = (bands: BookDepth["bids"]): BookDepth["bids"] =>
    bands.map((band) => ({ ...band, notionalUsd: band.notionalUsd * depth }));
  const book =
    market.book === null ? null : { ...market.book, bids: thinner(market.book.bids), asks: thinner(market.book.asks) };
  return { ...market, spot: market.spot * price, book };
}
