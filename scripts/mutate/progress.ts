/**
 * Results of a mutation run as they come, on disk: a run that was cut off goes on where it ended. A result is forgotten when
 * the code has changed, or the tests that it rests on.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { evidenceOf } from "./evidence.ts";
import type { MutantResult } from "./run-target.ts";
import type { MutationTarget } from "./targets.ts";

/** What the results depend on. */
export interface ProgressOf {
  readonly root: string;
  readonly target: MutationTarget;
  /** Draw and its seed. */
  readonly draw: string;
}

/** Results of one target so far, and the place for more. */
export interface Progress {
  readonly results: readonly MutantResult[];
  readonly add: (result: MutantResult) => void;
}

const FOLDER = "cache/mutation";
/** One file for each choice of files and draw. */
const RUN_DIGITS = 8;
/** What decides over every result: the code, what makes and runs its mutants, and the vectors that tests read. */
const ALWAYS = ["contracts/**/*.sol", "scripts/mutate/*.ts", "test/vectors/rules/*"];

const resultSchema = z.object({
  mutant: z.object({
    operator: z.string(),
    start: z.number(),
    end: z.number(),
    replacement: z.string(),
    id: z.number(),
    file: z.string(),
    functionName: z.string(),
    line: z.number(),
    original: z.string(),
    key: z.string(),
  }),
  killedBy: z.string().optional(),
  /** Digest of the tests that the result rests on. */
  evidence: z.string(),
});

/** Opens the results of a target; those of other code, tests or draws are dropped. */
export function openProgress({ root, target, draw }: ProgressOf, isFresh: boolean): Progress {
  const choice = JSON.stringify({ name: target.name, files: target.files, draw });
  const run = createHash("sha256").update(choice).digest("hex").slice(0, RUN_DIGITS);
  const path = join(root, FOLDER, `${target.name.replaceAll(/\W+/g, "-")}-${run}.jsonl`);
  const head = digestOf(root, choice);
  const evidence = evidenceOf(root, target.tests);
  const [found, ...lines] = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const stored = found === head && !isFresh ? lines.filter(isWhole) : [];
  const kept = stored
    .map((line) => resultSchema.parse(JSON.parse(line)))
    .filter((result) => result.evidence === evidence(result.killedBy));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, [head, ...kept.map((result) => JSON.stringify(result)), ""].join("\n"));
  return {
    results: kept.map(({ mutant, killedBy }) => ({ mutant, killedBy })),
    add: (result) => appendFileSync(path, `${JSON.stringify({ ...result, evidence: evidence(result.killedBy) })}\n`),
  };
}

/** A line that a kill cut off is no result; its mutant runs again. */
function isWhole(line: string): boolean {
  return line.startsWith("{") && line.endsWith("}");
}

function digestOf(root: string, choice: string): string {
  const hash = createHash("sha256").update(choice);
  for (const file of globSync(ALWAYS, { cwd: root }).toSorted()) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}
