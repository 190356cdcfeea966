/** Graphs of past moments with what followed: did an asset trade 10 % lower within the next day? */
import { type CrashGraph, crashGraph, crashHistoryBars } from "../../models/contagion/crash-graph.ts";
import { barsPerDay, type MarketPanel, panelValue } from "../../models/contagion/market-panel.ts";
import type { LabelledGraph } from "./labelled-graph.ts";

/** A moment with its outcome. */
export interface CrashCase extends LabelledGraph {
  readonly graph: CrashGraph;
  /** Bar at whose end the graph is known. */
  readonly bar: number;
  readonly atSec: number;
}

/** Fall of the low against the close that counts as a crash. */
export const CRASH_FALL = 0.1;

/** Which moments. */
export interface CrashWindow {
  /** Earliest time of a graph, seconds; `null` for the first that has enough history. */
  readonly fromSec: number | null;
  /** Outcomes end at this time at the latest: no label reaches beyond. */
  readonly toSec: number;
  /** Bars from one moment to the next. */
  readonly stride: number;
}

/** Moments of a window whose next day is known for at least one asset; nodes without outcome have no share. */
export function crashCases(panel: MarketPanel, { fromSec, toSec, stride }: CrashWindow): readonly CrashCase[] {
  const horizon = barsPerDay(panel);
  const cases: CrashCase[] = [];
  for (let bar = crashHistoryBars(panel); bar + horizon < panel.endSec.length; bar += 1) {
    const atSec = panel.endSec[bar] ?? Number.NaN;
    const endSec = panel.endSec[bar + horizon] ?? Number.NaN;
    if ((fromSec !== null && atSec < fromSec) || endSec > toSec || (atSec / panel.spanSec) % stride !== 0) continue;
    const graph = crashGraph(panel, bar);
    const outcomes = Array.from(graph.assets, (asset) => outcome(panel, { bar, asset }, horizon));
    const known = outcomes.filter((value) => value !== null).length;
    if (known === 0) continue;
    cases.push({
      graph,
      bar,
      atSec,
      labels: Float32Array.from(outcomes, (value) => value ?? 0),
      shares: Float32Array.from(outcomes, (value) => (value === null ? 0 : 1 / known)),
    });
  }
  return cases;
}

/** 1 for a crash, 0 for none, `null` where a bar of the next day is missing. */
function outcome(panel: MarketPanel, { bar, asset }: { bar: number; asset: number }, horizon: number): number | null {
  const limit = (1 - CRASH_FALL) * panelValue(panel, panel.close, { bar, asset });
  let lowest = Number.POSITIVE_INFINITY;
  for (let step = 1; step <= horizon; step += 1) {
    const low = panelValue(panel, panel.low, { bar: bar + step, asset });
    if (Number.isNaN(low)) return null;
    lowest = Math.min(lowest, low);
  }
  return Number(lowest <= limit);
}
