/** Results of a mutation run as they come, on disk: a run that was cut off goes on where it ended. */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
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
/** One file for each choice of files, tests and draw. */
const RUN_DIGITS = 8;
/** Code that decides over a result besides the target's own files. */
const ALSO = ["contracts/**/*.sol", "test/contracts/**/*.sol", "scripts/mutate/*.ts"];

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
});

/** Opens the results of a target; those of other code, tests or draws are dropped. */
export function openProgress({ root, target, draw }: ProgressOf, isFresh: boolean): Progress {
  const run = createHash("sha256").update(JSON.stringify({ target, draw })).digest("hex");
  const path = join(root, FOLDER, `${target.name.replaceAll(/\W+/g, "-")}-${run.slice(0, RUN_DIGITS)}.jsonl`);
  const head = digestOf({ root, target, draw });
  const [found, ...lines] = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const kept = found === head && !isFresh ? lines.filter(isWhole) : [];
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, [head, ...kept, ""].join("\n"));
  return {
    results: kept.map((line) => toResult(resultSchema.parse(JSON.parse(line)))),
    add: (result) => appendFileSync(path, `${JSON.stringify(result)}\n`),
  };
}

/** A line that a kill cut off is no result; its mutant runs again. */
function isWhole(line: string): boolean {
  return line.startsWith("{") && line.endsWith("}");
}

function toResult({ mutant, killedBy }: z.infer<typeof resultSchema>): MutantResult {
  return { mutant, killedBy };
}

function digestOf({ root, target, draw }: ProgressOf): string {
  const hash = createHash("sha256").update(JSON.stringify({ target, draw }));
  for (const file of globSync(ALSO, { cwd: root }).toSorted()) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}
