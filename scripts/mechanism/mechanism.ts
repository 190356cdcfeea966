/** `npm run mechanism -- [--quick] [--data DIR…] [--from ISO] [--json] [--out FILE]`: searches the parameters of the mechanism. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { SingleBar } from "cli-progress";
import { Command, Option } from "commander";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { renderReport } from "../backtest/report/render-report.ts";
import { renderText } from "../backtest/report/render-text.ts";
import { parseTime } from "../data/parse-time.ts";
import { memoryLog } from "./evaluation-log.ts";
import { type StudyOrder, type StudyResult, study } from "./study.ts";

interface Flags {
  readonly quick: boolean;
  readonly size?: StudyOrder["size"];
  readonly data?: readonly string[];
  readonly from?: string;
  readonly seed: string;
  readonly json: boolean;
  readonly out?: string;
  readonly config?: string;
}

const PERCENT = 100;
const INDENT = 2;
const MS_PER_SECOND = 1_000;

const flags = new Command("mechanism")
  .description("Searches the parameters of the mechanism with writers, keepers, depositors and an attacker who react.")
  .option("--quick", "three minutes on two cores", false)
  .addOption(new Option("--size <name>", "size of the study").choices(["tiny", "quick", "full"]).hideHelp())
  .option("--data <path...>", "folder or file with spot-hourly files: adds blocks and replays of real hours")
  .option("--from <iso>", "start of the held-out hours; the last fifth by default")
  .option("--seed <text>", "seed of all chance", "mechanism-1")
  .option("--json", "print one JSON object as the last line", false)
  .option("--out <file>", "write the report as one HTML page")
  .option("--config <file>", "write the reviewed configuration with the recommendation in it")
  .parse()
  .opts<Flags>();

try {
  const result = await run();
  if (flags.out !== undefined) write(flags.out, renderReport(result.report));
  if (flags.config !== undefined) write(flags.config, `${JSON.stringify(result.config, null, INDENT)}\n`);
  process.stdout.write(flags.json ? `${JSON.stringify(result.json)}\n` : renderText(result.report));
} catch (error) {
  if (!(error instanceof PlimsollError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function run(): Promise<StudyResult> {
  const order: StudyOrder = {
    size: flags.size ?? (flags.quick ? "quick" : "full"),
    data: flags.data ?? [],
    fromSec: parseTime(flags.from),
    seed: flags.seed,
  };
  const bar = new SingleBar({
    format: "mechanism [{bar}] {percentage} % | {duration_formatted} | ETA {eta_formatted}",
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  bar.start(PERCENT, 0);
  try {
    const onProgress = (share: number): void => bar.update(Math.round(PERCENT * share));
    return await study(order, { log: memoryLog(), onProgress, nowSec: () => performance.now() / MS_PER_SECOND });
  } finally {
    bar.stop();
  }
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (cause) {
    throw new PlimsollError({
      code: "REPORT_NOT_WRITTEN",
      problem: `${path} could not be written.`,
      remedy: "Give a file in a folder that this user may write to.",
      context: { path },
      cause,
    });
  }
}
