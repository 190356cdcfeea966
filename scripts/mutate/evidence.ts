/** What the result of a mutant rests on, as a digest: a result stands for as long as that has not changed. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const RELATIVE_IMPORT = /from "(\.[^"]+)"/g;
const CONTRACT = /^contract (\w+)/gm;
const TESTS = /^test\//;

/** Gives the digest behind a result, by the test that failed, as "Suite.test"; undefined for a survivor. */
export type EvidenceOf = (killedBy: string | undefined) => string;

/**
 * Prepares the digests of a target. A kill by a suite rests on that suite's file and what it imports of the tests; a
 * survivor, or a kill by no suite, on all tests. The code under test is no part of them.
 *
 * @param tests paths of the test files, from `root`
 */
export function evidenceOf(root: string, tests: readonly string[]): EvidenceOf {
  const bySuite = new Map<string, string>();
  for (const test of tests) {
    const digest = digestOf(root, [test]);
    for (const [, name] of readFileSync(join(root, test), "utf8").matchAll(CONTRACT)) bySuite.set(name ?? "", digest);
  }
  const all = digestOf(root, tests);
  return (killedBy) => bySuite.get(killedBy?.split(".")[0] ?? "") ?? all;
}

/** Digest of these files and of everything below `test/` that they import. */
function digestOf(root: string, files: readonly string[]): string {
  const hash = createHash("sha256");
  const texts = new Map<string, string>();
  const pending = [...files];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (texts.has(path)) continue;
    const text = readFileSync(join(root, path), "utf8");
    texts.set(path, text);
    for (const [, imported] of text.matchAll(RELATIVE_IMPORT)) {
      const target = join(path, "..", imported ?? "").replaceAll("\\", "/");
      if (TESTS.test(target)) pending.push(target);
    }
  }
  for (const path of [...texts.keys()].toSorted()) hash.update(path).update(texts.get(path) ?? "");
  return hash.digest("hex");
}
