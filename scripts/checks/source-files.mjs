/** Lists the repository's own source files: tracked or new, never ignored or generated. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Written by programs: their size and comments are those of their generators. */
const GENERATED = /^(oracle\/chain\/abi\/|artifacts\/|test\/vectors\/|oracle\/models\/artifacts\/)/;

/** Paths (relative to the root) of files below `folders` that end in one of `endings`. */
export function sourceFiles(folders, endings) {
  const listing = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ...folders],
    {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return [...new Set(listing.split("\0"))]
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .filter((path) => !GENERATED.test(path) && existsSync(path))
    .sort();
}
