/** The command line that all backtests share: `--data DIR… [--from ISO] [--json] [--out FILE]`. */
import { Command } from "commander";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { renderText } from "../../oracle/report/render-text.ts";
import type { Report } from "../../oracle/report/report.ts";
import { writePage } from "../../oracle/report/write-page.ts";
import { parseTime } from "../data/parse-time.ts";
import type { EvaluationRequest } from "../evaluate/registry.ts";

/** What a backtest found. */
export interface BacktestResult {
  /** The object that `--json` prints as the last line; keys as the backtest documents them. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The same for people: printed as text, written as a page to `--out`. */
  readonly report: Report;
}

/** A backtest as a command. */
export interface Backtest {
  /** `gap` for `npm run backtest:gap`. */
  readonly name: string;
  readonly description: string;
  readonly run: (request: EvaluationRequest) => Promise<BacktestResult>;
}

interface BacktestOptions {
  readonly data: readonly string[];
  readonly from?: string;
  readonly json: boolean;
  readonly out?: string;
}

/**
 * Parses the command line of the process, runs the backtest and prints what it found: its tables as text, or with `--json`
 * one JSON object as the last line. Bad input sets exit code 1 with one line on standard error.
 */
export async function runBacktest({ name, description, run }: Backtest): Promise<void> {
  const options = new Command(`backtest:${name}`)
    .description(description)
    .requiredOption("--data <path...>", "data folder or file; several are joined in time order")
    .option("--from <iso>", "start of the evaluated window, e.g. 2025-02-19; earlier data serve as history")
    .option("--json", "print one JSON object as the last line", false)
    .option("--out <file>", "write the report as one HTML page")
    .parse()
    .opts<BacktestOptions>();
  try {
    const { json, report } = await run({ paths: options.data, fromSec: parseTime(options.from) });
    if (options.out !== undefined) writePage(options.out, report);
    process.stdout.write(options.json ? `${JSON.stringify(json)}\n` : renderText(report));
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
