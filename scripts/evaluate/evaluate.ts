/** `npm run evaluate -- --model ID --data DIR… [--from ISO] [--json]`: measures a model against its baselines. */
import { Command } from "commander";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { writePage } from "../../oracle/report/write-page.ts";
import { parseTime } from "../data/parse-time.ts";
import { EVALUATORS, PAGES } from "./registry.ts";

interface EvaluateOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly from?: string;
  readonly json: boolean;
  readonly out?: string;
}

async function main(): Promise<void> {
  const known = Object.keys(EVALUATORS).join(", ");
  const command = new Command("evaluate")
    .requiredOption("--model <id>", `model to evaluate: ${known}`)
    .requiredOption("--data <path...>", "data folder or file; several are joined in time order")
    .option("--from <iso>", "start of the evaluated window, e.g. 2025-02-19; earlier data serve as history")
    .option("--out <file>", `HTML page of the evaluation, for: ${Object.keys(PAGES).join(", ")}`)
    .option("--json", "print one JSON object as the last line", false)
    .parse();
  const options = command.opts<EvaluateOptions>();
  const load = EVALUATORS[options.model];
  if (load === undefined) throw unknownModel(options.model, known);
  const request = { paths: options.data, fromSec: parseTime(options.from) };
  const page = options.out === undefined ? undefined : PAGES[options.model];
  if (options.out !== undefined && page === undefined) throw noPage(options.model);
  const evaluate = await load();
  const evaluation = await evaluate(request);
  if (options.out !== undefined && page !== undefined) writePage(options.out, await (await page())(request));
  process.stdout.write(`${options.json ? JSON.stringify(evaluation) : JSON.stringify(evaluation, null, 2)}\n`);
}

function noPage(model: string): PlimsollError<"EVALUATE_NO_PAGE"> {
  const known = Object.keys(PAGES).join(", ");
  return new PlimsollError({
    code: "EVALUATE_NO_PAGE",
    problem: `The evaluation of "${model}" has no page; --out is for: ${known}.`,
    remedy: "Leave --out away, or take --json.",
    context: { model, known },
  });
}

function unknownModel(model: string, known: string): PlimsollError<"MODEL_UNKNOWN"> {
  return new PlimsollError({
    code: "MODEL_UNKNOWN",
    problem: `There is no evaluation of a model "${model}".`,
    remedy: `Use --model with one of: ${known}.`,
    context: { model, known },
  });
}

try {
  await main();
} catch (error) {
  if (!(error instanceof PlimsollError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
