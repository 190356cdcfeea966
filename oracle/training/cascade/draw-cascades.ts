/** Drawn books of positions, books of orders and shocks, each with the fixed point that the surrogate must learn. */

import type { LeveredPosition } from "../../domain/cascade.ts";
import { CASCADE_FEATURES } from "../../domain/cascade-features.ts";
import { createRng, type Rng } from "../../math/rng.ts";
import { agentBook } from "../../scoring/agent-book.ts";
import { settleCascade } from "../../scoring/cascade-fixed-point.ts";
import { writeCascadeFeatures } from "../../scoring/cascade-probes.ts";
import { type DepthCurve, depthCurve } from "../../scoring/depth-curve.ts";

/** Rows for the surrogate. */
export interface CascadeRows {
  readonly rows: number;
  /** `[rows × CASCADE_FEATURES.length]` */
  readonly features: Float32Array;
  /** Further log fall at the fixed point. `[rows]` */
  readonly extra: Float32Array;
}

/** One drawn market. */
export interface DrawnCascade {
  readonly positions: readonly LeveredPosition[];
  readonly curve: DepthCurve;
  /** Log fall. */
  readonly shock: number;
}

/** The spot of drawn markets; everything is relative to it. */
export const DRAWN_SPOT = 1;
/** Depth within 1 %; everything is relative to it. */
const UNIT_USD = 1e6;
/** Forced sales in all, multiples of the depth within 1 %, log-uniform: from dust to several books. */
const TOTAL_SHARE = [0.02, 8] as const;
/** Depth within 2 % over that within 1 %, and within 5 % over that within 2 %, log-uniform around the books of 2025-10-10. */
const RATIO_AT_2 = [1.3, 3.5] as const;
const RATIO_AT_5 = [1.1, 3] as const;
const LARGEST_SHOCK = 0.35;
const LARGEST_TRIGGER = 0.4;
const MOST_AGENTS = 120;

/** Draws rows; the same seed gives the same rows. */
export function drawCascades(count: number, seed: string): CascadeRows {
  const width = CASCADE_FEATURES.length;
  const features = new Float32Array(count * width);
  const extra = new Float32Array(count);
  const rng = createRng(seed);
  for (let row = 0; row < count; row += 1) {
    const { positions, curve, shock } = drawCascade(rng);
    const book = agentBook(positions, DRAWN_SPOT);
    writeCascadeFeatures({ book, curve, shock }, features, row * width);
    extra[row] = settleCascade({ book, curve }, shock).fall - shock;
  }
  return { rows: count, features, extra };
}

/** Draws one market: positions spread over falls in one of many shapes, sizes of a wide lognormal law. */
export function drawCascade(rng: Rng): DrawnCascade {
  const total = logUniform(rng, TOTAL_SHARE) * UNIT_USD;
  const agents = 1 + rng.integer(MOST_AGENTS);
  const [power, spread] = [0.4 + 2.6 * rng.uniform(), 1.5 * rng.uniform()];
  const drawn = Array.from({ length: agents }, () => ({
    trigger: LARGEST_TRIGGER * rng.uniform() ** power,
    size: Math.exp(spread * rng.normal()),
  }));
  const sum = drawn.reduce((all, { size }) => all + size, 0);
  const positions = drawn.map(({ trigger, size }) => {
    const liquidationPrice = DRAWN_SPOT * Math.exp(-trigger);
    return { protocol: "drawn", asset: "X", coins: (total * size) / sum / liquidationPrice, liquidationPrice };
  });
  const at2 = logUniform(rng, RATIO_AT_2);
  const at5 = at2 * logUniform(rng, RATIO_AT_5);
  return { positions, curve: curveOf([1, at2, at5]), shock: LARGEST_SHOCK * rng.uniform() ** 2 };
}

function curveOf(shares: readonly number[]): DepthCurve {
  const none = new Float64Array();
  const bars = { spanSec: 3_600, endSec: none, open: none, high: none, low: none, close: none, volume: none };
  const side = [0.01, 0.02, 0.05].map((distance, place) => ({
    distance,
    notionalUsd: UNIT_USD * (shares[place] ?? 1),
    averagePrice: null,
  }));
  const times = { sourceId: "drawn", sourceTimeSec: 0, receivedTimeSec: 0 };
  const book = { kind: "book", asset: "X", bids: side, asks: side, bestBid: null, bestAsk: null, ...times } as const;
  return depthCurve({ book, bars }, "put", { defaultHalfSpread: 0 });
}

function logUniform(rng: Rng, [low, high]: readonly [number, number]): number {
  return low * (high / low) ** rng.uniform();
}
