/** Makes, compiles and tests the mutants of one target. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CompiledSources, type CompilerMessage, compileSolidity } from "../solidity/compile.ts";
import type { Mutant } from "./mutation.ts";
import { openPanel } from "./panel.ts";
import { openTestBench } from "./runner.ts";
import { constantIds, instrument, type MutatedFile, mutantsOf } from "./schemata.ts";
import type { MutationTarget } from "./targets.ts";

const FUZZ_RUNS = 64;
const OUTPUTS = [
  "abi",
  "evm.bytecode.object",
  "evm.bytecode.linkReferences",
  "evm.deployedBytecode.object",
  "evm.deployedBytecode.linkReferences",
];
/** Each round drops the mutants that the compiler objects to; it reports all of one kind at once. */
const MAX_ROUNDS = 8;

/** Outcome of one mutant. */
export interface MutantResult {
  readonly mutant: Mutant;
  /** Name of a test that failed; undefined for a survivor. */
  readonly killedBy: string | undefined;
}

/** How a run chooses and reports. */
export interface RunOptions {
  readonly root: string;
  readonly choose: (mutants: readonly Mutant[]) => readonly Mutant[];
  readonly report: (line: string) => void;
  /** Numbers of the mutants that an earlier run has dealt with. */
  readonly done: ReadonlySet<number>;
  readonly begin: (mutant: Mutant) => void;
  readonly finish: (result: MutantResult) => void;
}

/**
 * Tests every chosen mutant of a target; fails when the unchanged code fails.
 *
 * @returns how many mutations do not compile; they count neither way.
 */
export async function runTarget(target: MutationTarget, options: RunOptions): Promise<number> {
  const { root, report } = options;
  const files = parse(target, root);
  const all = numbered(files);
  const chosen = options.choose(all);
  const { valid, compiled } = compileValid({ target, root, files }, chosen);
  report(`${target.name}: ${valid.length} mutants of ${target.files.length} files, ${target.tests.length} test files`);
  const suites = await openTestBench({ root, contracts: compiled.contracts, fuzzRuns: FUZZ_RUNS });
  const panel = await openPanel(suites);

  for (const [index, mutant] of valid.entries()) {
    if (options.done.has(mutant.id)) continue;
    options.begin(mutant);
    options.finish({ mutant, killedBy: await panel(mutant) });
    if ((index + 1) % PROGRESS_EVERY === 0) report(`${target.name}: ${index + 1} of ${valid.length}`);
  }
  return chosen.length - valid.length;
}

const PROGRESS_EVERY = 50;

interface Parsed {
  readonly files: readonly MutatedFile[];
  readonly constants: ReadonlySet<number>;
}

function parse({ files }: MutationTarget, root: string): Parsed {
  const { trees, errors } = compileSolidity({ root, entries: files, outputs: [] });
  requireNoErrors(errors);
  return {
    constants: constantIds(trees.values()),
    files: files.flatMap((file) => {
      const tree = trees.get(file);
      return tree === undefined ? [] : [{ file, source: readFileSync(join(root, file), "utf8"), tree }];
    }),
  };
}

function numbered({ files, constants }: Parsed): readonly Mutant[] {
  const all: Mutant[] = [];
  for (const file of files) all.push(...mutantsOf(file, constants, all.length + 1));
  return all;
}

interface Compiling {
  readonly target: MutationTarget;
  readonly root: string;
  readonly files: Parsed;
}

/** Compiles the instrumented files with the tests; mutants that do not compile are dropped. */
function compileValid(
  { target, root, files }: Compiling,
  chosen: readonly Mutant[],
): { readonly valid: readonly Mutant[]; readonly compiled: CompiledSources } {
  let valid = chosen;
  for (let round = 0; round < MAX_ROUNDS; ++round) {
    const replaced = new Map(
      files.files.map((file): [string, string] => [
        file.file,
        instrument(
          file,
          valid.filter((mutant) => mutant.file === file.file),
        ),
      ]),
    );
    const check = compileSolidity({ root, entries: target.files, outputs: [], replaced });
    if (check.errors.length === 0) {
      const compiled = compileSolidity({ root, entries: target.tests, outputs: OUTPUTS, replaced });
      requireNoErrors(compiled.errors);
      return { valid, compiled };
    }
    const refused = refusedIds(check.errors, replaced);
    if (refused.size === 0) requireNoErrors(check.errors);
    valid = valid.filter(({ id }) => !refused.has(id));
  }
  throw new RangeError(`Mutants of ${target.name} still do not compile after ${MAX_ROUNDS} rounds.`);
}

/** Numbers of the copies that the errors lie in. */
function refusedIds(errors: readonly CompilerMessage[], replaced: ReadonlyMap<string, string>): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const { sourceLocation } of errors) {
    if (sourceLocation === undefined) continue;
    const source = Buffer.from(replaced.get(sourceLocation.file) ?? "", "utf8");
    const before = source.subarray(0, sourceLocation.end).toString("utf8");
    const last = [...before.matchAll(/_mutant(\d+)\(/g)].at(-1)?.[1];
    if (last !== undefined) ids.add(Number(last));
  }
  return ids;
}

function requireNoErrors(errors: readonly CompilerMessage[]): void {
  const [first] = errors;
  if (first !== undefined) throw new RangeError(first.formattedMessage);
}
