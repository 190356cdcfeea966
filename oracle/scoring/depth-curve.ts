/** Order-book depth as a curve from notional to price distance: the snapshot's bands, or a fitted substitute. */
import type { AssetMarket, BarSeries, DepthBand } from "../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../domain/units.ts";
import type { ScoringSettings } from "./scoring-settings.ts";

/** One side of a book. Between two nodes liquidity is spread evenly. */
export interface DepthCurve {
  /** Distance from mid at each node, decimal, ascending from 0. `[nodes]` */
  readonly distances: Float64Array;
  /** Cumulative USD notional at each node, ascending from 0. `[nodes]` */
  readonly notionals: Float64Array;
  /** Cumulative cost of trading up to each node, USD. `[nodes]` */
  readonly costs: Float64Array;
  /** Half the quoted spread, decimal. */
  readonly halfSpread: number;
  /** True where there was no usable book. */
  readonly synthetic: boolean;
}

/** No trade is taken further than this from mid; what lies beyond is counted at this distance. */
const LARGEST_DISTANCE = 0.5;
/** Distance whose depth measures how fast a position can be sold. */
const UNIT_DISTANCE = 0.01;
// Synthetic book: depth within 1 % as a share of the hourly volume of the last day, an assumption on the careful side
// (no data set at hand has book and volume of the same venue); growth with distance as the median bid side of shared
// `cascade-2025-10-10` before its fault: 293, 682, 1185 million USD within 1, 2, 5 %.
const SYNTHETIC_VOLUME_SHARE = 0.25;
const SYNTHETIC_SHAPE = [
  [0.01, 1],
  [0.02, 2.2],
  [0.05, 4],
] as const;
/** Depth within 1 % of an asset of which not even the volume is known, USD. */
const UNKNOWN_DEPTH_USD = 250_000;
// Share of normal depth left after a log move, non-increasing: 0.63 at 3 % published, 0.35 at 8 % and 0.2 from 15 % on
// are the middle and the low end of the range 0.2…0.5 that ml-models.md §6.4 asks to assume.
const STRESS_MOVES = [0, 0.03, 0.08, 0.15] as const;
const STRESS_SHARES = [1, 0.63, 0.35, 0.2] as const;

/**
 * Depth that a writer's close-out meets: bids for puts (coins are sold in a fall), asks for calls.
 *
 * Bands that do not ascend in distance and notional are left out; without any usable band the curve is synthetic.
 */
export function depthCurve(
  market: Pick<AssetMarket, "bars" | "book">,
  kind: "call" | "put",
  settings: Pick<ScoringSettings, "defaultHalfSpread">,
): DepthCurve {
  const book = market.book;
  const bands = ascendingBands((kind === "put" ? book?.bids : book?.asks) ?? []);
  const synthetic = bands.length === 0;
  const nodes = synthetic ? syntheticBands(market) : bands;
  return curveThrough(nodes, { halfSpread: halfSpread(market, settings.defaultHalfSpread), synthetic });
}

/** Share of today's depth that is left after a log move of the given size, 0.2…1, non-increasing. */
export function depthLeft(move: number): number {
  const next = STRESS_MOVES.findIndex((edge) => move <= edge);
  if (next === 0) return 1;
  if (next === -1) return STRESS_SHARES[STRESS_SHARES.length - 1] ?? 0;
  const low = STRESS_MOVES[next - 1] ?? 0;
  const share = (move - low) / ((STRESS_MOVES[next] ?? 0) - low);
  return (1 - share) * (STRESS_SHARES[next - 1] ?? 0) + share * (STRESS_SHARES[next] ?? 0);
}

/** Average distance from mid at which a notional trades, decimal 0…0.5, non-decreasing in the notional (book walk). */
export function averageSlippage(curve: DepthCurve, notionalUsd: number): number {
  if (!(notionalUsd > 0)) return 0;
  const { distances, notionals, costs } = curve;
  let node = 1;
  while (node < notionals.length && notionalUsd > (notionals[node] ?? 0)) node += 1;
  const from = notionals[node - 1] ?? 0;
  const distance = distances[node - 1] ?? 0;
  const part = notionalUsd - from;
  if (node === notionals.length) return ((costs[node - 1] ?? 0) + part * distance) / notionalUsd;
  const slope = ((distances[node] ?? 0) - distance) / ((notionals[node] ?? 0) - from);
  return ((costs[node - 1] ?? 0) + part * (distance + 0.5 * slope * part)) / notionalUsd;
}

/** Distance from mid of the last unit of a notional that is traded, decimal 0…0.5, non-decreasing in the notional. */
export function marginalDistance({ distances, notionals }: DepthCurve, notionalUsd: number): number {
  if (!(notionalUsd > 0)) return 0;
  const node = notionals.findIndex((notional) => notional >= notionalUsd);
  if (node < 0) return LARGEST_DISTANCE;
  const [from, to] = [notionals[node - 1] ?? 0, notionals[node] ?? 0];
  const [near, far] = [distances[node - 1] ?? 0, distances[node] ?? 0];
  return near + ((far - near) * (notionalUsd - from)) / (to - from);
}

/** USD notional within 1 % of mid. */
export function unitDepth(curve: DepthCurve): number {
  return depthWithin(curve, UNIT_DISTANCE);
}

/** USD notional within a distance of mid, decimal in (0, 0.5]. */
export function depthWithin({ distances, notionals }: DepthCurve, distance: number): number {
  const node = Math.max(
    1,
    distances.findIndex((edge) => edge >= distance),
  );
  const share = distance - (distances[node - 1] ?? 0);
  const slope =
    ((notionals[node] ?? 0) - (notionals[node - 1] ?? 0)) / ((distances[node] ?? 0) - (distances[node - 1] ?? 0));
  return (notionals[node - 1] ?? 0) + share * slope;
}

function ascendingBands(bands: readonly DepthBand[]): readonly DepthBand[] {
  const kept: DepthBand[] = [];
  for (const band of bands) {
    const last = kept[kept.length - 1];
    const ascends = band.distance > (last?.distance ?? 0) && band.notionalUsd > (last?.notionalUsd ?? 0);
    if (ascends && band.distance < LARGEST_DISTANCE && Number.isFinite(band.notionalUsd)) kept.push(band);
  }
  return kept;
}

function syntheticBands(market: Pick<AssetMarket, "bars">): readonly DepthBand[] {
  const hourly = hourlyVolumeUsd(market.bars);
  const depth = hourly === null ? UNKNOWN_DEPTH_USD : SYNTHETIC_VOLUME_SHARE * hourly;
  return SYNTHETIC_SHAPE.map(([distance, share]) => ({ distance, notionalUsd: depth * share, averagePrice: null }));
}

/** Average USD volume of an hour over the last day; `null` where no bar of it has a volume. */
function hourlyVolumeUsd(bars: BarSeries): number | null {
  const count = Math.ceil(SECONDS_PER_DAY / bars.spanSec);
  const volumes = bars.volume.slice(-count);
  const closes = bars.close.slice(-count);
  const traded = [...volumes.map((volume, bar) => volume * (closes[bar] ?? Number.NaN))].filter((usd) => usd > 0);
  if (traded.length === 0) return null;
  const perBar = traded.reduce((total, usd) => total + usd, 0) / traded.length;
  return perBar * (SECONDS_PER_HOUR / bars.spanSec);
}

function halfSpread(market: Pick<AssetMarket, "book">, fallback: number): number {
  const bid = market.book?.bestBid ?? null;
  const ask = market.book?.bestAsk ?? null;
  if (bid === null || ask === null || !(bid > 0) || !(ask > bid)) return fallback;
  return (ask - bid) / (ask + bid);
}

function curveThrough(bands: readonly DepthBand[], base: Pick<DepthCurve, "halfSpread" | "synthetic">): DepthCurve {
  const nodes = [{ distance: 0, notionalUsd: 0 }, ...bands];
  const last = nodes[nodes.length - 1] ?? { distance: 0, notionalUsd: 0 };
  const before = nodes[nodes.length - 2] ?? { distance: 0, notionalUsd: 0 };
  // Beyond the last band the density of the last band goes on up to the largest distance.
  const density = (last.notionalUsd - before.notionalUsd) / (last.distance - before.distance);
  nodes.push({
    distance: LARGEST_DISTANCE,
    notionalUsd: last.notionalUsd + density * (LARGEST_DISTANCE - last.distance),
  });
  const costs = new Float64Array(nodes.length);
  for (let node = 1; node < nodes.length; node += 1) {
    const low = nodes[node - 1] ?? last;
    const high = nodes[node] ?? last;
    const middle = 0.5 * (low.distance + high.distance);
    costs[node] = (costs[node - 1] ?? 0) + (high.notionalUsd - low.notionalUsd) * middle;
  }
  return {
    ...base,
    costs,
    distances: Float64Array.from(nodes, (node) => node.distance),
    notionals: Float64Array.from(nodes, (node) => node.notionalUsd),
  };
}
