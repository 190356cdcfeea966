/** Assets at one moment as a graph: volatility and falls of each, linked by trailing correlation. Nothing later is read. */

import { barsPerDay, type MarketPanel, type PanelPlace, panelValue } from "./market-panel.ts";
import type { MessageGraph } from "./message-graph.ts";

/** Log volatility of 1, 3, 7 and 30 days, and falls over 4 hours, 1 and 7 days in units of the 30-day volatility. */
export const CRASH_FEATURES = ["logVol1d", "logVol3d", "logVol7d", "logVol30d", "fall4h", "fall1d", "fall7d"] as const;

/** A graph with the number of each node's asset in the panel. */
export interface CrashGraph extends MessageGraph {
  /** `[nodes]` */
  readonly assets: Int32Array;
}

const VOL_DAYS = [1, 3, 7, 30] as const;
/** Bars of each fall, shares of a day. */
const FALL_DAYS = [1 / 6, 1, 7] as const;
const CORRELATION_DAYS = 30;
/** Shrinks correlations of 180 bars towards 0; below the limit an edge says nothing. */
const SHRINK = 0.1;
const LEAST_CORRELATION = 0.2;
/** Share of a window that an asset must have. */
const LEAST_COVER = 0.8;
const LEAST_VARIANCE = 1e-8;
const MOST_DEVIATIONS = 6;
/** Parkinson 1980: variance from the range of a bar. */
const PARKINSON = 1 / (4 * Math.LN2);

/**
 * The graph at the end of a bar. Assets without 24 of the last 30 days of bars are left out.
 *
 * Every edge from j to i has the weight `ρ_ij / Σ_k ρ_ik` of the shrunk correlations that pass the limit: a receiver takes a mean.
 */
export function crashGraph(panel: MarketPanel, bar: number): CrashGraph {
  const rows = panel.assets.flatMap((_, asset) => {
    const features = nodeFeatures(panel, bar, asset);
    const returns = features === null ? null : windowReturns(panel, { bar, asset });
    return features === null || returns === null ? [] : [{ asset, features, returns }];
  });
  const features = Float32Array.from(rows.flatMap((row) => row.features));
  return {
    nodes: rows.length,
    kinds: 1,
    features,
    assets: Int32Array.from(rows, ({ asset }) => asset),
    ...correlationEdges(rows.map(({ returns }) => returns)),
  };
}

/** Bars before the first graph can be complete. */
export function crashHistoryBars(panel: Pick<MarketPanel, "spanSec">): number {
  return CORRELATION_DAYS * barsPerDay(panel);
}

function nodeFeatures(panel: MarketPanel, bar: number, asset: number): readonly number[] | null {
  const day = barsPerDay(panel);
  const vols = VOL_DAYS.map((days) => logVol(panel, { bar, asset }, days * day));
  const monthVol = Math.exp(vols.at(-1) ?? Number.NaN);
  const falls = FALL_DAYS.map((days) => {
    const bars = Math.max(1, Math.round(days * day));
    const now = panelValue(panel, panel.close, { bar, asset });
    const before = panelValue(panel, panel.close, { bar: bar - bars, asset });
    return Math.min(MOST_DEVIATIONS, Math.max(0, Math.log(before / now) / (monthVol * Math.sqrt(bars))));
  });
  const features = [...vols, ...falls];
  return features.every(Number.isFinite) ? features : null;
}

/** Half the logarithm of the mean variance of a bar over a window; NaN where too few bars are there. */
function logVol(panel: MarketPanel, { bar, asset }: { bar: number; asset: number }, bars: number): number {
  let [sum, count] = [0, 0];
  for (let place = bar - bars + 1; place <= bar; place += 1) {
    const high = panelValue(panel, panel.high, { bar: place, asset });
    const range = Math.log(high / panelValue(panel, panel.low, { bar: place, asset }));
    if (!Number.isFinite(range)) continue;
    sum += PARKINSON * range * range;
    count += 1;
  }
  return count < LEAST_COVER * bars ? Number.NaN : 0.5 * Math.log(Math.max(LEAST_VARIANCE, sum / count));
}

/** Log returns of 30 days less their mean, over their length: products are correlations. A missing return is 0; `null` where too many are. */
export function windowReturns(panel: MarketPanel, { bar, asset }: PanelPlace): Float64Array | null {
  const bars = crashHistoryBars(panel);
  const returns = Float64Array.from({ length: bars }, (_, place) => {
    const at = bar - bars + 1 + place;
    const before = panelValue(panel, panel.close, { bar: at - 1, asset });
    return Math.log(panelValue(panel, panel.close, { bar: at, asset }) / before);
  });
  const known = returns.filter(Number.isFinite);
  if (known.length < LEAST_COVER * bars) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const centred = returns.map((value) => (Number.isFinite(value) ? value - mean : 0));
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? centred.map((value) => value / length) : null;
}

function correlationEdges(returns: readonly Float64Array[]): Pick<MessageGraph, "senders" | "receivers" | "weights"> {
  const [senders, receivers, weights]: [number[], number[], number[]] = [[], [], []];
  const correlations = correlationMatrix(returns);
  const nodes = returns.length;
  for (let receiver = 0; receiver < nodes; receiver += 1) {
    const row = correlations.subarray(receiver * nodes, (receiver + 1) * nodes);
    const linked = [...row.keys()].filter((sender) => sender !== receiver && (row[sender] ?? 0) >= LEAST_CORRELATION);
    const total = linked.reduce((sum, sender) => sum + (row[sender] ?? 0), 0);
    for (const sender of linked) {
      senders.push(sender);
      receivers.push(receiver);
      weights.push((row[sender] ?? 0) / total);
    }
  }
  return {
    senders: Int32Array.from(senders),
    receivers: Int32Array.from(receivers),
    weights: Float32Array.from(weights),
  };
}

/** Shrunk correlations of normalised returns, row-major. */
export function correlationMatrix(returns: readonly Float64Array[]): Float64Array {
  const nodes = returns.length;
  const matrix = new Float64Array(nodes * nodes);
  returns.forEach((left, row) => {
    matrix[row * nodes + row] = 1;
    for (let column = 0; column < row; column += 1) {
      const right = returns[column] ?? left;
      let product = 0;
      for (let place = 0; place < left.length; place += 1) product += (left[place] ?? 0) * (right[place] ?? 0);
      matrix[row * nodes + column] = (1 - SHRINK) * product;
      matrix[column * nodes + row] = (1 - SHRINK) * product;
    }
  });
  return matrix;
}
