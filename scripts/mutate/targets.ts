/** Which files are mutated, and which tests should notice: `test/mutation/targets.json`. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const targetsSchema = z.array(
  z.strictObject({
    name: z.string(),
    files: z.array(z.string()),
    tests: z.array(z.string()),
    /** Ends of names of tests that are left out: too slow, or about gas. */
    without: z.array(z.string()),
  }),
);

/** Files that are mutated together and compiled with their tests. */
export interface MutationTarget {
  readonly name: string;
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

/** Reads the targets, patterns resolved; `only` narrows the files to names that contain one of its texts. */
export function readTargets(root: string, only: readonly string[]): readonly MutationTarget[] {
  const text = readFileSync(join(root, "test/mutation/targets.json"), "utf8");
  return targetsSchema
    .parse(JSON.parse(text))
    .map(({ name, files, tests, without }) => ({
      name,
      files: resolved(root, files).filter((file) => only.length === 0 || only.some((part) => file.includes(part))),
      tests: resolved(root, tests).filter((test) => !without.some((ending) => test.endsWith(ending))),
    }))
    .filter(({ files }) => files.length > 0);
}

function resolved(root: string, patterns: readonly string[]): readonly string[] {
  return globSync([...patterns], { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted();
}
