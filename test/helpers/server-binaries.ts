/** Finds server programs that Debian puts outside the PATH, and decides what their absence means. */
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

const POSTGRES_ROOT = "/usr/lib/postgresql";

/** Folder of the newest installed PostgreSQL's programs, or `null`. */
export function findPostgresPrograms(): string | null {
  if (!existsSync(POSTGRES_ROOT)) return null;
  const newestFirst = readdirSync(POSTGRES_ROOT).toSorted((a, b) => Number(b) - Number(a));
  const folders = newestFirst.map((version) => join(POSTGRES_ROOT, version, "bin"));
  return folders.find((folder) => isExecutable(join(folder, "initdb"))) ?? null;
}

/** Full path of a program on the PATH, or `null`. */
export function findProgram(name: string): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

/**
 * Says loudly that tests are skipped because a server is missing.
 *
 * @throws Error when `CI` is set: there everything must run.
 */
export function missingServer(packageName: string): null {
  const text = `the Debian package ${packageName} is not installed: its integration tests are skipped`;
  if (process.env.CI !== undefined && process.env.CI !== "") throw new Error(text);
  process.stderr.write(`SKIP: ${text}\n`);
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Absent or not ours to run: both mean "look elsewhere".
    return false;
  }
}
