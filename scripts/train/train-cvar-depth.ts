/** `npm run train -- --model cvar-depth`: prices random positions with the teacher, trains the student, writes its artefact. */
import { join, resolve } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { CloseOutManifest } from "../../oracle/models/cvar-depth/close-out-manifest.ts";
import { trainStudent } from "../../oracle/training/cvar-depth/train-student.ts";
import { writeStudent } from "../../oracle/training/cvar-depth/write-student.ts";

/** What the command hands over. */
export interface CvarDepthOptions {
  readonly data: readonly string[];
  readonly out: string;
  readonly seed: string;
  readonly environment: CloseOutManifest["environment"];
  readonly onProgress: (share: number) => void;
}

const MS_PER_SECOND = 1_000;

/**
 * Trains, writes, and returns what the command prints.
 *
 * @throws PlimsollError `TRAINING_DATA_UNUSED` when data are given, and those of `trainStudent`.
 */
export async function trainCvarDepth(options: CvarDepthOptions): Promise<Readonly<Record<string, unknown>>> {
  const { data, seed, environment, onProgress } = options;
  if (data.length > 0) throw dataUnused(data);
  const startedMs = performance.now();
  const training = await trainStudent({ seed, onProgress });
  const directory = join(resolve(options.out), "cvar-depth");
  const trainedAtSec = Math.floor(Date.now() / MS_PER_SECOND);
  const manifest = await writeStudent(training, { seed, trainedAtSec, environment }, directory);
  return {
    model: manifest.id,
    directory,
    sha256: manifest.sha256,
    rows: manifest.training.rows,
    student: manifest.metrics.student,
    quadrature: manifest.metrics.quadrature,
    exportParity: manifest.metrics.exportParity,
    bytes: training.model.length,
    seconds: Math.round((performance.now() - startedMs) / MS_PER_SECOND),
  };
}

function dataUnused(data: readonly string[]): PlimsollError<"TRAINING_DATA_UNUSED"> {
  return new PlimsollError({
    code: "TRAINING_DATA_UNUSED",
    problem: `The model "cvar-depth" learns from drawn markets alone; --data ${data.join(" ")} would change nothing.`,
    remedy: "Leave --data out. Real paths and books judge it: npm run evaluate -- --model cvar-depth --data DIR.",
    context: { data: data.join(",") },
  });
}
