/** Removes every guard of the attack catalogues in turn and runs the tests that must notice: `npm run mutate:guards`. */
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { z } from "zod";
import { compileSolidity } from "../solidity/compile.ts";
import { type Guard, readGuards } from "./guard-list.ts";
import { instrumentGuards, sourcesOf } from "./guard-sources.ts";
import { openTestBench, type TestSuite } from "./runner.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRESS = join(ROOT, "cache/mutate-guards.json");
const FUZZ_RUNS = 32;
const RUN_GAS = 3_000_000_000n;
const OUTPUTS = [
  "abi",
  "evm.bytecode.object",
  "evm.bytecode.linkReferences",
  "evm.deployedBytecode.object",
  "evm.deployedBytecode.linkReferences",
];

interface GuardsOptions {
  readonly only: readonly string[];
  readonly fresh: boolean;
  readonly json: boolean;
}

/** What a removal led to; no survivors means that every named test failed. */
const outcomeSchema = z.object({ survivors: z.array(z.string()), reasons: z.array(z.string()) });
type Outcome = z.infer<typeof outcomeSchema>;
const progressSchema = z.object({ digest: z.string(), outcomes: z.record(z.string(), outcomeSchema) });

interface NamedTest {
  readonly suite: TestSuite;
  readonly test: string;
}

async function main({ only, fresh, json }: GuardsOptions): Promise<boolean> {
  const startedAt = performance.now();
  const guards = readGuards(ROOT);
  const digest = digestOfSources();
  const progress = readProgress(digest, fresh);
  const known = new Set(guards.flatMap(({ cases }) => cases));
  const unknown = only.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new RangeError(`No guard holds ${unknown.join(", ")}; cases are separated by spaces.`);
  const chosen = guards.filter(({ cases }) => only.length === 0 || cases.some((name) => only.includes(name)));
  const open = chosen.filter((guard) => progress.outcomes[keyOf(guard)] === undefined);
  if (open.length > 0) {
    const suites = await compileSuites(guards, new Set(open.flatMap(({ tests }) => tests)));
    await requirePassing(open, suites);
    for (const [index, guard] of open.entries()) {
      const outcome = await withoutGuard(guards.indexOf(guard) + 1, guard, suites);
      progress.outcomes[keyOf(guard)] = outcome;
      writeProgress(progress);
      report(
        `${index + 1} of ${open.length} ${guard.cases.join(" ")}: ${outcome.survivors.length === 0 ? "noticed" : "SURVIVES"}`,
      );
    }
  }
  const survivors = chosen.flatMap((guard) => {
    const left = progress.outcomes[keyOf(guard)]?.survivors ?? [];
    return left.length === 0 ? [] : [{ cases: guard.cases, guard: guard.edits[0]?.guard ?? "", tests: left }];
  });
  const cases = new Set(chosen.flatMap((guard) => guard.cases)).size;
  const result = {
    cases,
    guards: chosen.length,
    survivors,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
  process.stdout.write(`${json ? JSON.stringify(result) : describe(result)}\n`);
  return survivors.length === 0;
}

/** Compiles every test file that has one of the tests, on the instrumented sources, as the Solidity tests are compiled. */
async function compileSuites(guards: readonly Guard[], tests: ReadonlySet<string>): Promise<readonly TestSuite[]> {
  const names = [...tests].map((name) => name.split(".").at(-1) ?? name);
  const entries = globSync("test/contracts/**/*.t.sol", { cwd: ROOT })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => {
      const source = readFileSync(join(ROOT, path), "utf8");
      return names.some((name) => source.includes(`function ${name}(`));
    })
    .toSorted();
  report(`compiling ${entries.length} test files with ${guards.length} removals`);
  const { errors, contracts } = compileSolidity({
    root: ROOT,
    entries,
    outputs: OUTPUTS,
    replaced: instrumentGuards(guards, sourcesOf(ROOT)),
    settings: { optimizer: { enabled: true, runs: 1 } },
  });
  const [first] = errors;
  if (first !== undefined) throw new RangeError(first.formattedMessage);
  return openTestBench({ root: ROOT, contracts, fuzzRuns: FUZZ_RUNS });
}

async function requirePassing(guards: readonly Guard[], suites: readonly TestSuite[]): Promise<void> {
  const named = new Map(guards.flatMap(({ tests }) => tests.map((name) => [name, find(name, suites)])));
  for (const [suite, tests] of bySuite([...named.values()])) {
    const { failed } = await suite.run(0, RUN_GAS, patternOf(tests));
    const [first] = failed;
    if (first !== undefined)
      throw new RangeError(`With all guards ${first.suite}.${first.test} fails: ${first.reason}`);
  }
}

async function withoutGuard(id: number, { tests }: Guard, suites: readonly TestSuite[]): Promise<Outcome> {
  const survivors: string[] = [];
  const reasons: string[] = [];
  for (const [suite, names] of bySuite(tests.map((name) => find(name, suites)))) {
    const { passed, failed } = await suite.run(id, RUN_GAS, patternOf(names));
    const fallen = new Map(failed.map(({ test, reason }) => [bare(test), reason]));
    const isSetUp = !fallen.has("setUp");
    if (isSetUp && passed + failed.length !== names.length) {
      throw new RangeError(`Of ${names.join(", ")} in ${suite.name} only ${passed + failed.length} ran.`);
    }
    if (!isSetUp) reasons.push(`${suite.name}.setUp: ${fallen.get("setUp")}`);
    for (const name of names) {
      if (fallen.has(name)) reasons.push(`${name}: ${fallen.get(name)}`);
      else survivors.push(name);
    }
  }
  return { survivors, reasons };
}

function find(name: string, suites: readonly TestSuite[]): NamedTest {
  const [suiteName, test] = name.includes(".") ? name.split(".") : [undefined, name];
  const found = suites.filter(
    (suite) => test !== undefined && suite.tests.includes(test) && (suiteName ?? suite.name) === suite.name,
  );
  const [suite] = found;
  if (suite === undefined || test === undefined || found.length > 1) {
    throw new RangeError(`${found.length} test contracts have ${name}; name one as Suite.${name}.`);
  }
  return { suite, test };
}

function bySuite(tests: readonly NamedTest[]): ReadonlyMap<TestSuite, readonly string[]> {
  const grouped = new Map<TestSuite, string[]>();
  for (const { suite, test } of tests) grouped.set(suite, [...(grouped.get(suite) ?? []), test]);
  return grouped;
}

function patternOf(tests: readonly string[]): string {
  return `^(${tests.join("|")})(\\(|$)`;
}

function bare(test: string): string {
  return test.split("(")[0] ?? test;
}

/** A removal counts as done for as long as neither it nor any source has changed. */
function keyOf(guard: Guard): string {
  return createHash("sha256").update(JSON.stringify(guard)).digest("hex");
}

function digestOfSources(): string {
  const hash = createHash("sha256");
  for (const path of globSync(["contracts/**/*.sol", "test/contracts/**/*.sol"], { cwd: ROOT }).toSorted()) {
    hash.update(path).update(readFileSync(join(ROOT, path)));
  }
  return hash.digest("hex");
}

function readProgress(digest: string, fresh: boolean): z.infer<typeof progressSchema> {
  if (fresh || !existsSync(PROGRESS)) return { digest, outcomes: {} };
  const kept = progressSchema.parse(JSON.parse(readFileSync(PROGRESS, "utf8")));
  return kept.digest === digest ? kept : { digest, outcomes: {} };
}

function writeProgress(progress: z.infer<typeof progressSchema>): void {
  mkdirSync(join(ROOT, "cache"), { recursive: true });
  writeFileSync(PROGRESS, JSON.stringify(progress, null, 1));
}

interface GuardsResult {
  readonly cases: number;
  readonly guards: number;
  readonly survivors: readonly {
    readonly cases: readonly string[];
    readonly guard: string;
    readonly tests: readonly string[];
  }[];
  readonly seconds: number;
}

function describe({ cases, guards, survivors, seconds }: GuardsResult): string {
  return [
    ...survivors.map(
      ({ cases: names, guard, tests }) => `survives ${names.join(" ")}: ${guard}\n  still passing: ${tests.join(", ")}`,
    ),
    `${guards - survivors.length} of ${guards} removals noticed, for ${cases} cases, in ${seconds} s`,
  ].join("\n");
}

function report(line: string): void {
  process.stderr.write(`mutate:guards: ${line}\n`);
}

const options = new Command("mutate:guards")
  .option("--only <cases...>", "only guards of these cases", [])
  .option("--fresh", "forget what earlier runs found", false)
  .option("--json", "one JSON object on the last line", false)
  .parse()
  .opts<GuardsOptions>();

process.exit((await main(options)) ? 0 : 1);
