/** `npm run mechanism -- [--quick] [--data DIR…] [--from ISO] [--json] [--out FILE]`: searches the parameters of the mechanism. */
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { SingleBar } from "cli-progress";
import { Command, Option } from "commander";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { createCloser } from "../../oracle/platform/closer.ts";
import { createLogger } from "../../oracle/platform/logger.ts";
import { renderText } from "../../oracle/report/render-text.ts";
import { writePage } from "../../oracle/report/write-page.ts";
import { parseTime } from "../data/parse-time.ts";
import { memoryLog } from "./evaluation-log.ts";
import { type StudyOrder, type StudyResult, study } from "./study.ts";
import { openStudyDesk } from "./study-desk.ts";

interface Flags {
  readonly quick: boolean;
  readonly size?: StudyOrder["size"];
  readonly data?: readonly string[];
  readonly from?: string;
  readonly seed: string;
  readonly json: boolean;
  readonly out?: string;
  readonly config?: string;
  readonly dataDir?: string;
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
  .option("--data-dir <path>", "run as a job that survives a kill: asked again, it goes on where it was")
  .parse()
  .opts<Flags>();

try {
  const result = await run();
  if (flags.out !== undefined) writePage(flags.out, result.report);
  if (flags.config !== undefined) writeFileSync(flags.config, `${JSON.stringify(result.config, null, INDENT)}\n`);
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
    if (flags.dataDir !== undefined) return await runAsJob(flags.dataDir, order, onProgress);
    return await study(order, { log: memoryLog(), onProgress, nowSec });
  } finally {
    bar.stop();
  }
}

async function runAsJob(dataDir: string, order: StudyOrder, onProgress: (share: number) => void): Promise<StudyResult> {
  const logger = createLogger({ level: "warn" });
  const closer = createCloser(logger);
  try {
    const desk = await openStudyDesk({ dataDir, databaseUrl: null, closer, logger, nowSec });
    return await desk.run(randomUUID(), order, onProgress);
  } finally {
    await closer.close();
  }
}

function nowSec(): number {
  return performance.now() / MS_PER_SECOND;
}
