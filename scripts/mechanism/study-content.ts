/** What a study's evaluations depend on beside its order: the bytes of the configuration and of the hourly files. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import { isSpotFile } from "../data/spot-bars.ts";

/**
 * Hash of the names and bytes of the files that a study reads; where they lie does not matter.
 *
 * @param config path of the configuration.
 * @param data roots of the data; may be empty.
 * @returns 64 hex digits.
 * @throws PlimsollError those of the list of data files.
 */
export function studyContent(config: string, data: readonly string[]): string {
  const files = data.length === 0 ? [] : listDataFiles(data).filter(isSpotFile);
  const lines = files.map((path) => `${basename(path)} ${sha256Of(path)}`).sort();
  return createHash("sha256")
    .update([sha256Of(config), ...lines].join("\n"))
    .digest("hex");
}

function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
