/** Would an add-on for exposure make margins better? Mean margin against falls of a day at one realised breach rate, by weight. */
import { sortedQuantile } from "../../../oracle/math/statistics.ts";
import { contagionIndices } from "../../../oracle/models/contagion/contagion-index.ts";
import { correlationImpacts } from "../../../oracle/models/contagion/correlation-impacts.ts";
import {
  CRASH_FEATURES,
  correlationMatrix,
  crashGraph,
  windowReturns,
} from "../../../oracle/models/contagion/crash-graph.ts";
import { barsPerDay, type MarketPanel, panelValue } from "../../../oracle/models/contagion/market-panel.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";

const WEIGHTS = [0, 0.1, 0.25, 0.5, 1] as const;
const BREACH = 0.01;
/** Every second day: exposures of 30 days hardly change faster. */
const STRIDE_DAYS = 2;
/** Assets that options are written on. */
const MAJORS: readonly string[] = ["BTC", "ETH"];
const DAY_VOL = CRASH_FEATURES.indexOf("logVol7d");

interface Row {
  readonly asset: string;
  readonly exposure: number;
  /** Standard deviation of a day, from the week before. */
  readonly size: number;
  /** Worst fall of the next day, share of the close. */
  readonly fall: number;
}

/** Mean margin, share of spot, that is breached in 1 % of the rows, by weight, for all assets and for BTC and ETH. */
export function addOnReport(panel: MarketPanel, fromSec: number): Metrics {
  const rows: Row[] = [];
  const day = barsPerDay(panel);
  for (let bar = 0; bar + day < panel.endSec.length; bar += STRIDE_DAYS * day) {
    if ((panel.endSec[bar] ?? 0) >= fromSec) rows.push(...rowsAt(panel, bar, day));
  }
  const groups = { all: rows, majors: rows.filter(({ asset }) => MAJORS.includes(asset)) };
  return Object.fromEntries(Object.entries(groups).map(([name, own]) => [name, marginsOf(own)]));
}

function marginsOf(rows: readonly Row[]): Metrics {
  const mean = (of: (row: Row) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const margins = WEIGHTS.map((weight) => {
    const shape = ({ size, exposure }: Row): number => size * (1 + weight * exposure);
    const ratios = Float64Array.from(rows, (row) => row.fall / shape(row)).sort();
    return [`weight${weight}`, sortedQuantile(ratios, 1 - BREACH) * mean(shape)];
  });
  return { rows: rows.length, meanExposure: mean(({ exposure }) => exposure), ...Object.fromEntries(margins) };
}

function rowsAt(panel: MarketPanel, bar: number, day: number): readonly Row[] {
  const { assets, features, nodes } = crashGraph(panel, bar);
  const returns = Array.from(assets).flatMap((asset) => windowReturns(panel, { bar, asset }) ?? []);
  if (nodes < 2 || returns.length !== nodes) return [];
  const names = Array.from(assets, (asset) => panel.assets[asset] ?? "");
  const network = { impacts: correlationImpacts(correlationMatrix(returns)), values: new Float64Array(nodes).fill(1) };
  const indices = contagionIndices(names, network, new Float64Array(nodes).fill(1 / (nodes - 1)));
  return indices.flatMap(({ name, exposure }, node) => {
    const asset = assets[node] ?? -1;
    const close = panelValue(panel, panel.close, { bar, asset });
    const lows = Array.from({ length: day }, (_, step) => panelValue(panel, panel.low, { bar: bar + step + 1, asset }));
    const fall = 1 - Math.min(...lows) / close;
    const size = Math.exp(features[node * CRASH_FEATURES.length + DAY_VOL] ?? Number.NaN) * Math.sqrt(day);
    return Number.isFinite(fall) ? [{ asset: name, exposure, size, fall }] : [];
  });
}
