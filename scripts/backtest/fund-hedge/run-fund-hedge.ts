/** Runs the hedge of a fund over hourly data files, and says in which months it earned its cost. */
import { join } from "node:path";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { AssetSymbol } from "../../../oracle/domain/market.ts";
import { createHedger } from "../../../oracle/models/hedger/hedger.ts";
import type { Report, ReportTable, TableCell } from "../../../oracle/report/report.ts";
import { readSpotBars } from "../../data/spot-bars.ts";
import type { EvaluationRequest } from "../../evaluate/registry.ts";
import type { BacktestResult } from "../run-backtest.ts";
import { type FundMonth, HEDGE_WAYS, type HedgeWay, hedgedFund } from "./hedged-fund.ts";

const ARTEFACT = join(import.meta.dirname, "../../../oracle/models/artifacts/hedger");
const ASSETS: readonly AssetSymbol[] = ["BTC", "ETH"];
const BPS = 10_000;
/** Worst months shown. */
const SHOWN = 6;
const DIGITS = 1;

/** Sums of an asset, basis points of the notional sold. */
interface FundSummary {
  readonly asset: AssetSymbol;
  readonly months: readonly FundMonth[];
  readonly soldUsd: number;
  readonly lossBps: number;
  readonly ways: Readonly<Record<HedgeWay, WaySummary>>;
}

interface WaySummary {
  readonly costBps: number;
  /** Losses of the fund less results of the hedge. */
  readonly netLossBps: number;
  /** The same of the worst month by itself, over the notional sold in all months. */
  readonly worstMonthBps: number;
}

/**
 * Judges BTC and ETH, each from `fromSec` or from where its bars begin.
 *
 * @throws PlimsollError `DATA_NOT_FOUND` without hourly bars of either, `EVALUATION_EMPTY` without a month of them, and those of the
 * readers.
 */
export async function runFundHedge({ paths, fromSec }: EvaluationRequest): Promise<BacktestResult> {
  const bars = readSpotBars(paths);
  const hedger = await createHedger(ARTEFACT);
  try {
    const found: FundSummary[] = [];
    for (const asset of ASSETS) {
      const series = bars.get(asset);
      if (series === undefined) continue;
      const window = { fromSec: fromSec ?? Number.NEGATIVE_INFINITY, toSec: Number.POSITIVE_INFINITY };
      found.push(summarise(asset, await hedgedFund({ asset, bars: series, hedger, ...window })));
    }
    if (!found.some(({ soldUsd }) => soldUsd > 0)) throw nothingSold(fromSec);
    return { json: { model: hedger.identity?.sha256 ?? null, assets: found.map(toJson) }, report: reportOf(found) };
  } finally {
    await hedger.close();
  }
}

function summarise(asset: AssetSymbol, months: readonly FundMonth[]): FundSummary {
  const sum = (of: (month: FundMonth) => number): number => months.reduce((total, month) => total + of(month), 0);
  const soldUsd = sum((month) => month.soldUsd);
  const bps = (usd: number): number => (usd / soldUsd) * BPS;
  const way = (name: HedgeWay): WaySummary => {
    const net = ({ lossUsd, hedges }: FundMonth): number => lossUsd - hedges[name].resultUsd;
    return {
      costBps: bps(sum(({ hedges }) => hedges[name].costUsd)),
      netLossBps: bps(sum(net)),
      worstMonthBps: bps(Math.max(0, ...months.map(net))),
    };
  };
  return {
    asset,
    months,
    soldUsd,
    lossBps: bps(sum(({ lossUsd }) => lossUsd)),
    ways: { delta: way("delta"), band: way("band") },
  };
}

function toJson({ asset, months, soldUsd, lossBps, ways }: FundSummary) {
  return { asset, months: months.length, soldUsd, lossBps, worstMonthBps: worstBps(months, soldUsd), ways };
}

function worstBps(months: readonly FundMonth[], soldUsd: number): number {
  return (Math.max(0, ...months.map(({ lossUsd }) => lossUsd)) / soldUsd) * BPS;
}

function reportOf(found: readonly FundSummary[]): Report {
  return {
    title: "Hedging the insurance fund",
    intro: [
      "A fund behind puts that are sold every day with 15 % collateral and never liquidated; basis points of the notional sold.",
      "Losses are those at expiry; hedges pay 10 bp of every trade. Margin, caps and funding are not in it.",
    ],
    sections: found.map((one) => ({ title: one.asset, tables: [totals(one), worstMonths(one)] })),
  };
}

function totals({ months, soldUsd, lossBps, ways }: FundSummary): ReportTable {
  const bare = worstBps(months, soldUsd);
  const rows: TableCell[][] = HEDGE_WAYS.map((way) => {
    const { costBps, netLossBps, worstMonthBps } = ways[way];
    return [way, lossBps, costBps, netLossBps, worstMonthBps];
  });
  return {
    caption: `${months.length} months, ${Math.round(soldUsd)} USD sold`,
    columns: [
      { title: "hedge" },
      ...["loss of the fund", "cost", "loss less hedge", "worst month"].map((title) => ({ title, digits: DIGITS })),
    ],
    rows: [["none", lossBps, 0, lossBps, bare], ...rows],
  };
}

function worstMonths({ months, soldUsd }: FundSummary): ReportTable {
  const worst = months.toSorted((left, right) => right.lossUsd - left.lossUsd).slice(0, SHOWN);
  const bps = (usd: number): number => (usd / soldUsd) * BPS;
  return {
    caption: "Months with the greatest losses",
    columns: [{ title: "month" }, ...["loss", "delta", "band"].map((title) => ({ title, digits: DIGITS }))],
    rows: worst.map(({ month, lossUsd, hedges }) => [
      month,
      bps(lossUsd),
      ...HEDGE_WAYS.map((way) => bps(hedges[way].resultUsd)),
    ]),
  };
}

function nothingSold(fromSec: number | null): PlimsollError<"EVALUATION_EMPTY"> {
  return new PlimsollError({
    code: "EVALUATION_EMPTY",
    problem: "No hour of BTC or ETH with a week before it lies in the window.",
    remedy: "Give --data the folder that holds spot-hourly, or an earlier --from.",
    context: { fromSec },
  });
}
