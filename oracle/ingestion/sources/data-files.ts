/** Finds the data files below the paths that a user gives with `--data`. */
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { PlimsollError } from "../../domain/errors.ts";

/** A root may be a file, a data folder, or a folder of data folders. */
const MAX_DEPTH = 2;

/**
 * Lists the files at or below the paths, in the order of the paths and then of their names.
 *
 * @param paths files or folders; folders are read two levels deep, hidden entries are skipped.
 * @throws PlimsollError `DATA_UNREADABLE` for a path that does not exist or may not be read.
 */
export function listDataFiles(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap((path) => listBelow(path, MAX_DEPTH)))];
}

function listBelow(path: string, depth: number): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => !basename(name).startsWith("."));
    return names.sort().flatMap((name) => {
      const child = join(path, name);
      return depth > 1 || !statSync(child).isDirectory() ? listBelow(child, depth - 1) : [];
    });
  } catch (cause) {
    if (cause instanceof PlimsollError) throw cause;
    throw new PlimsollError({
      code: "DATA_UNREADABLE",
      problem: `Cannot read the data path ${path}.`,
      remedy:
        "Give --data an existing file or folder that this user may read; relative paths start at the project root.",
      context: { path },
      cause,
    });
  }
}
