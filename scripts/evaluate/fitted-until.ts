/** Until when the shipped models were fitted, and whether an evaluated window begins before. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ARTEFACT_FILES } from "../../oracle/models/session.ts";
import { isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";

const ARTIFACTS = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts");
const until = z.number().optional();
const manifestSchema = z.object({
  training: z.object({ untilSec: until, span: z.object({ untilSec: until, stopToSec: until }).optional() }),
});

/**
 * End of what each model was fitted on or chosen with, and whether the window begins before it: such a window is no test.
 *
 * @param ids folders of the artefacts.
 * @param fromSec start of the window, seconds; `null` for none known.
 */
export function fittedUntil(
  ids: readonly string[],
  fromSec: number | null,
): { readonly fittedUntil: Metrics; readonly hasSeenWindow: Metrics } {
  const ends = ids.map((id) => [id, fittedUntilSec(id)] as const);
  return {
    fittedUntil: Object.fromEntries(ends.map(([id, endSec]) => [id, isoTime(endSec)])),
    hasSeenWindow: Object.fromEntries(
      ends.map(([id, endSec]) => [id, fromSec === null || endSec === null ? null : fromSec < endSec]),
    ),
  };
}

/** End of what a model was fitted on or chosen with, seconds; `null` where its manifest states none. */
export function fittedUntilSec(id: string): number | null {
  const text = readFileSync(join(ARTIFACTS, id, ARTEFACT_FILES.manifest), "utf8");
  const { untilSec, span } = manifestSchema.parse(JSON.parse(text)).training;
  return untilSec ?? span?.untilSec ?? span?.stopToSec ?? null;
}
