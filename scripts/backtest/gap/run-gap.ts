/** Runs the gap backtest on data files. */
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { AssetSymbol } from "../../../oracle/domain/market.ts";
import { readDailySignals } from "../../data/daily-signals.ts";
import { readSpotBars } from "../../data/spot-bars.ts";
import type { EvaluationRequest } from "../../evaluate/registry.ts";
import type { BacktestResult } from "../run-backtest.ts";
import { ablateFamilies } from "./ablation.ts";
import { type GapMarket, gapMarket } from "./gap-market.ts";
import { gapReport } from "./gap-report.ts";
import { cellJson, summarise } from "./gap-summary.ts";
import type { GapWindow } from "./gap-window.ts";
import { type GapCell, judgeCell } from "./judge-cell.ts";

const HORIZONS = [6, 24] as const;
/** The assets that are judged; others are shown. */
const JUDGED: readonly AssetSymbol[] = ["BTC", "ETH"];
const MS_PER_SECOND = 1_000;
/** Without --from: where all slow signals overlap, the window of the published baselines (design/models.md §2b). */
const DEVELOPMENT: GapWindow = { fromSec: utc("2022-11-17"), toSec: utc("2024-11-20") };

/**
 * Judges BTC and ETH over 6 and 24 hours, and every other asset beside them.
 *
 * @param request without `fromSec` the development window is judged, with it everything from there on.
 * @throws PlimsollError `DATA_NOT_FOUND` without hourly bars or without BTC and ETH, `EVALUATION_EMPTY` and `DATA_GAP` of the window,
 * and those of the readers.
 */
export async function runGap({ paths, fromSec }: EvaluationRequest): Promise<BacktestResult> {
  const bars = readSpotBars(paths);
  const signals = readDailySignals(paths);
  const window = fromSec === null ? DEVELOPMENT : { fromSec, toSec: Number.POSITIVE_INFINITY };
  const markets = [...bars].map(([asset, series]) => gapMarket(asset, series, signals));
  const judged = markets.filter(({ asset }) => JUDGED.includes(asset));
  if (judged.length === 0) throw noJudged(markets);
  const cells = judged.flatMap((market) => HORIZONS.map((hours) => judgeCell(market, hours, window)));
  const others = markets
    .filter(({ asset }) => !JUDGED.includes(asset))
    .flatMap((market) => HORIZONS.flatMap((hours) => judgeIfPossible(market, hours, window)));
  const summary = summarise(cells);
  const ablation = ablateFamilies(cells, signals);
  return {
    json: {
      cells: jsonOf(cells),
      mean: summary.mean,
      ablation,
      otherCells: jsonOf(others),
      window: summary.window,
      targets: summary.targets,
    },
    report: gapReport({ cells, others, summary, ablation }),
  };
}

/** An asset beside the judged ones may have too short a history or a hole: then it is left out. */
function judgeIfPossible(market: GapMarket, hours: number, window: GapWindow): readonly GapCell[] {
  try {
    return [judgeCell(market, hours, window)];
  } catch (error) {
    if (error instanceof PlimsollError && ["EVALUATION_EMPTY", "DATA_GAP"].includes(error.code)) return [];
    throw error;
  }
}

function jsonOf(cells: readonly GapCell[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(cells.map((cell) => [`${cell.asset}_${cell.horizonHours}h`, cellJson(cell)]));
}

function noJudged(markets: readonly GapMarket[]): PlimsollError<"DATA_NOT_FOUND"> {
  const found = markets.map(({ asset }) => asset).join(", ");
  return new PlimsollError({
    code: "DATA_NOT_FOUND",
    problem: `Hourly bars were found of ${found}; at least one of ${JUDGED.join(", ")} is needed.`,
    remedy: "Give --data the folder that holds spot-hourly.",
    context: { found, wanted: JUDGED.join(",") },
  });
}

function utc(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / MS_PER_SECOND;
}
