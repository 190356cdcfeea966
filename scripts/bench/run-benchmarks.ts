/** Runs named benchmarks: one line each on stderr, one JSON object as the last line on stdout. */
import { Command } from "commander";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { BenchResult } from "./result.ts";

/** What a benchmark may be told. */
export interface BenchRequest {
  /** Data folders given by `--data`; none by default. */
  readonly data: readonly string[];
}

/** Measures one thing. */
export type Benchmark = (request: BenchRequest) => Promise<BenchResult>;

/** A command of several benchmarks. */
export interface BenchSuite {
  readonly name: string;
  readonly description: string;
  /** In the order in which they run: first those that a busy machine disturbs most. */
  readonly benchmarks: ReadonlyMap<string, Benchmark>;
  /** Whether a missed limit always fails the command, as `--strict` does. */
  readonly isStrict?: boolean;
}

interface BenchFlags extends BenchRequest {
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly only?: readonly string[];
}

const INDENT = 2;

/** Reads the command line and runs what it names; a fault sets the exit code to 1. */
export async function runBenchmarks(suite: BenchSuite): Promise<void> {
  const names = [...suite.benchmarks.keys()].join(", ");
  const program = new Command(suite.name)
    .description(suite.description)
    .option("--json", "print nothing but one JSON object as the last line on stdout")
    .option("--strict", "fail when a limit is missed")
    .option("--data <path...>", "data folder, for the benchmarks that read data", [])
    .option("--only <name>", `run only this benchmark; may be given several times (${names})`, collect)
    .action(async (flags: BenchFlags) => await run(suite, flags));
  try {
    await program.parseAsync();
  } catch (error) {
    const text = error instanceof PlimsollError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = 1;
  }
}

async function run({ benchmarks, isStrict = false }: BenchSuite, flags: BenchFlags): Promise<void> {
  const results: Record<string, BenchResult> = {};
  for (const [name, benchmark] of chosen(benchmarks, flags.only ?? [...benchmarks.keys()])) {
    process.stderr.write(`${name} …\n`);
    const result = await benchmark(flags);
    results[name] = result;
    process.stderr.write(`${lineOf(name, result)}\n`);
  }
  process.stdout.write(`${flags.json === true ? JSON.stringify(results) : JSON.stringify(results, null, INDENT)}\n`);
  if ((isStrict || flags.strict === true) && Object.values(results).some(({ pass }) => !pass)) process.exitCode = 1;
}

/** All of them are looked up before the first runs: a misspelt name must not cost a quarter of an hour. */
function chosen(benchmarks: BenchSuite["benchmarks"], names: readonly string[]): readonly [string, Benchmark][] {
  return names.map((name) => {
    const benchmark = benchmarks.get(name);
    if (benchmark === undefined) throw unknownBenchmark(name, [...benchmarks.keys()].join(", "));
    return [name, benchmark];
  });
}

function lineOf(name: string, { value, limit, unit, ratio, pass }: BenchResult): string {
  return `${pass ? "pass" : "MISS"} ${name}: ${value} ${unit}, limit ${limit}, ratio ${ratio}`;
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

function unknownBenchmark(name: string, names: string): PlimsollError<"BENCH_UNKNOWN"> {
  return new PlimsollError({
    code: "BENCH_UNKNOWN",
    problem: `There is no benchmark "${name}".`,
    remedy: `Choose one of ${names}.`,
    context: { name },
  });
}
