/** Judges the size of the next day's forced closures over many perpetuals, beside ridge and persistence. */

import {
  explainedShare,
  type IntensityForecast,
  walkIntensity,
} from "../../../oracle/training/cascade/intensity-walk.ts";
import { intensityRows, OWN_INPUTS } from "../../../oracle/training/cascade/perp-panel.ts";
import { isoTime, type Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { readPerpPanel } from "../../data/perp-panel.ts";
import { windowStart } from "./window.ts";

/** Last day of the rows that the model was chosen with: 2023-07-17. */
const DEVELOPED_TO_SEC = 1_689_552_000;
/** Chosen among 0.003, 0.03 and 0.1 on the span before its last fifth. */
const RIDGE = 0.03;

/** Shares of variance explained, of ln(1 + basis points of open interest). */
export interface IntensityReport {
  readonly fromSec: number;
  readonly toSec: number;
  readonly rows: number;
  readonly explained: number;
  readonly ownRidge: number;
  readonly persistence: number;
  /** Share of outcomes inside of the stated 90 % interval. */
  readonly insideInterval: number;
}

/** The report; `null` where no panel covers the window. @throws PlimsollError those of the reader. */
export function intensityReport(paths: readonly string[], fromSec: number | null): IntensityReport | null {
  const panel = readPerpPanel(paths);
  const rows = panel === null ? [] : intensityRows(panel);
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return null;
  const span = { firstSec: first.daySec, lastSec: last.daySec, developedToSec: DEVELOPED_TO_SEC };
  const startSec = windowStart(span, fromSec);
  const judged = (width: number): readonly IntensityForecast[] =>
    walkIntensity(rows, { width, ridge: RIDGE }).filter(({ row }) => row.daySec > startSec);
  const forecasts = judged(first.inputs.length);
  const [begin, end] = [forecasts[0], forecasts.at(-1)];
  if (begin === undefined || end === undefined) return null;
  const outcomes = forecasts.map(({ row }) => row.tomorrow);
  return {
    fromSec: begin.row.daySec,
    toSec: end.row.daySec,
    rows: forecasts.length,
    explained: explainedShare(outcomes, expectations(forecasts)),
    ownRidge: explainedShare(outcomes, expectations(judged(OWN_INPUTS))),
    persistence: explainedShare(
      outcomes,
      forecasts.map(({ row }) => row.today),
    ),
    insideInterval:
      forecasts.filter(({ row, low, high }) => row.tomorrow >= low && row.tomorrow <= high).length / forecasts.length,
  };
}

function expectations(forecasts: readonly IntensityForecast[]): readonly number[] {
  return forecasts.map(({ expected }) => expected);
}

/** A report as metrics. */
export function intensityMetrics({ fromSec, toSec, rows, explained, insideInterval }: IntensityReport): Metrics {
  return { from: isoTime(fromSec), to: isoTime(toSec), rows, explained, insideInterval };
}
