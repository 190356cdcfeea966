/**
 * Check: no compiler warnings from contracts/, the storage layout of `test/snapshots/storage-layout.json`, and one layout for a
 * contract and its extension.
 * `--update` writes the snapshot; a reviewer sees in its difference what moved.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { brokenPairs, layoutDifferences, storageLayouts } from "../snapshots/storage-layout.ts";
import { compileSolidity } from "../solidity/compile.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SNAPSHOT = new URL("../../test/snapshots/storage-layout.json", import.meta.url);
const FOLDER = "contracts/";
/** Only tests deploy what lies here. */
const TEST_ONLY = "contracts/local/";

function main(): boolean {
  const entries = globSync("contracts/**/*.sol", { cwd: ROOT }).map((path) => path.replaceAll("\\", "/"));
  const compiled = compileSolidity({ root: ROOT, entries: entries.toSorted(), outputs: ["storageLayout"] });
  const messages = [...compiled.errors, ...compiled.warnings].filter(
    ({ sourceLocation }) => sourceLocation === undefined || sourceLocation.file.startsWith(FOLDER),
  );
  for (const { formattedMessage } of messages) console.error(formattedMessage.trimEnd());
  const all = storageLayouts(compiled, FOLDER);
  const layouts = Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith(TEST_ONLY)));
  if (process.argv.includes("--update")) writeFileSync(SNAPSHOT, `${JSON.stringify(layouts, null, 2)}\n`);
  const snapshot = z.record(z.string(), z.array(z.string())).parse(JSON.parse(readFileSync(SNAPSHOT, "utf8")));
  const differences = layoutDifferences(snapshot, layouts);
  const pairs = brokenPairs(layouts);
  for (const line of [...differences, ...pairs]) console.error(line);
  if (differences.length > 0) {
    console.error("The storage layout changed. If that is meant: node scripts/checks/solidity.ts --update");
  }
  console.log(`${entries.length} files, ${messages.length} warnings, ${differences.length} layout differences`);
  return messages.length === 0 && differences.length === 0 && pairs.length === 0;
}

process.exitCode = main() ? 0 : 1;
