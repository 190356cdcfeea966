/** `npm run bench`: measures the project against the limits of its design; the last line is one JSON object. */
import { Command } from "commander";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { benchInference } from "./inference.ts";
import { benchMemory } from "./memory.ts";
import { benchQuorum } from "./quorum.ts";
import { benchReportGas } from "./report-gas.ts";
import type { BenchResult } from "./result.ts";
import { benchScoredRound } from "./scored-round.ts";

/** In the order in which they run: first those that a busy machine disturbs most. */
const BENCHMARKS: ReadonlyMap<string, () => Promise<BenchResult>> = new Map([
  ["inference", benchInference],
  ["scored-round", benchScoredRound],
  ["quorum", benchQuorum],
  ["report-gas", benchReportGas],
  ["memory", benchMemory],
]);
const INDENT = 2;

interface BenchFlags {
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly only?: readonly string[];
}

const program = new Command("bench")
  .description("Measures speed, gas and memory against the limits of the design.")
  .option("--json", "print nothing but one JSON object as the last line on stdout")
  .option("--strict", "fail when a limit is missed")
  .option("--only <name>", `run only this benchmark; may be given several times (${namesOf()})`, collect)
  .action(async (flags: BenchFlags) => await run(flags));

try {
  await program.parseAsync();
} catch (error) {
  const text = error instanceof PlimsollError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

async function run(flags: BenchFlags): Promise<void> {
  const results: Record<string, BenchResult> = {};
  for (const name of flags.only ?? BENCHMARKS.keys()) {
    const benchmark = BENCHMARKS.get(name);
    if (benchmark === undefined) throw unknownBenchmark(name);
    process.stderr.write(`${name} …\n`);
    const result = await benchmark();
    results[name] = result;
    process.stderr.write(`${lineOf(name, result)}\n`);
  }
  process.stdout.write(`${flags.json === true ? JSON.stringify(results) : JSON.stringify(results, null, INDENT)}\n`);
  if (flags.strict === true && Object.values(results).some(({ pass }) => !pass)) process.exitCode = 1;
}

function lineOf(name: string, { value, limit, unit, ratio, pass }: BenchResult): string {
  return `${pass ? "pass" : "MISS"} ${name}: ${value} ${unit}, limit ${limit}, ratio ${ratio}`;
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

function namesOf(): string {
  return [...BENCHMARKS.keys()].join(", ");
}

function unknownBenchmark(name: string): PlimsollError<"BENCH_UNKNOWN"> {
  return new PlimsollError({
    code: "BENCH_UNKNOWN",
    problem: `There is no benchmark "${name}".`,
    remedy: `Choose one of ${namesOf()}.`,
    context: { name },
  });
}
