/** Reads the file of `--signals`. */
import { readFileSync } from "node:fs";
import { PlimsollError } from "../domain/errors.ts";
import type { Provider } from "../ingestion/providers/provider.ts";
import { readSignalSettings } from "../ingestion/providers/signal-settings.ts";
import { HOLDING_TIMERS } from "../platform/timers.ts";

/**
 * Providers of the file; none without one.
 *
 * @throws PlimsollError `SIGNALS_FILE_UNREADABLE`, `SIGNALS_FILE_INVALID`.
 */
export function readSignals(path: string | null): readonly Provider[] {
  return path === null ? [] : readSignalSettings(readSettings(path), HOLDING_TIMERS);
}

function readSettings(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new PlimsollError({
      code: "SIGNALS_FILE_UNREADABLE",
      problem: `The file of signals ${path} cannot be read.`,
      remedy: "Give --signals an existing file, or leave it out.",
      context: { path },
      cause,
    });
  }
}
