/** `npm run evaluate -- --model ID --data DIR… [--from ISO] [--json]`: measures a model against its baselines. */
import { Command } from "commander";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { parseTime } from "../data/parse-time.ts";
import { EVALUATORS } from "./registry.ts";

interface EvaluateOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly from?: string;
  readonly json: boolean;
}

async function main(): Promise<void> {
  const known = Object.keys(EVALUATORS).join(", ");
  const command = new Command("evaluate")
    .requiredOption("--model <id>", `model to evaluate: ${known}`)
    .requiredOption("--data <path...>", "data folder or file; several are joined in time order")
    .option("--from <iso>", "start of the evaluated window, e.g. 2025-02-19; earlier data serve as history")
    .option("--json", "print one JSON object as the last line", false)
    .parse();
  const options = command.opts<EvaluateOptions>();
  const load = EVALUATORS[options.model];
  if (load === undefined) throw unknownModel(options.model, known);
  const evaluate = await load();
  const evaluation = await evaluate({ paths: options.data, fromSec: parseTime(options.from) });
  process.stdout.write(`${options.json ? JSON.stringify(evaluation) : JSON.stringify(evaluation, null, 2)}\n`);
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
