/** Measures the volatility network: rows a second on one core, each row two sequences laid out from their inputs. */
import { join } from "node:path";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { loadArtefact } from "../../../oracle/models/session.ts";
import { runVolNetwork } from "../../../oracle/models/vol-lstm/run-vol-network.ts";
import {
  DAY_FEATURES,
  DAY_STEPS,
  HOUR_FEATURES,
  HOUR_STEPS,
  STATE_FEATURES,
} from "../../../oracle/models/vol-lstm/vol-inputs.ts";
import { volManifestSchema, volVectorsSchema } from "../../../oracle/models/vol-lstm/vol-manifest.ts";
import { ARTIFACTS_DIR } from "../bench-ground.ts";
import { type BenchResult, judge, rounded } from "../result.ts";
import { timesOf } from "../times.ts";

const ROWS = 1_024;
const PLAN = { warmUp: 3, repeats: 30 } as const;
const LIMIT_SEQUENCES_PER_SEC = 60_000;
/** LSTMs that a row runs through: one on hours, one on days. */
const SEQUENCES_PER_ROW = 2;
const MS_PER_SECOND = 1_000;

/**
 * Runs the committed artefact; the value counts sequences of one network, of which the ensemble has several.
 *
 * @throws PlimsollError `BENCH_ARTEFACT` when there is none.
 */
export async function benchVolInference(): Promise<BenchResult> {
  const directory = join(ARTIFACTS_DIR, "vol-lstm");
  const loaded = await loadArtefact(directory, { manifest: volManifestSchema, vectors: volVectorsSchema });
  if (!loaded.ok) throw noArtefact(directory, loaded.reason);
  const { session, manifest } = loaded.value;
  const networks = manifest.training.networks;
  const rows = randomRows();
  const { cpuDecile: decile, median } = await timesOf(() => runVolNetwork(session, rows), PLAN);
  await session.release();
  const rowsPerSec = (milliseconds: number): number => (ROWS * MS_PER_SECOND) / milliseconds;
  const sequences = SEQUENCES_PER_ROW * networks;
  return judge(
    Math.round(rowsPerSec(decile) * sequences),
    { limit: LIMIT_SEQUENCES_PER_SEC, unit: "sequences/s", passes: "at-least" },
    {
      rowsPerSec: Math.round(rowsPerSec(decile)),
      median: Math.round(rowsPerSec(median) * sequences),
      networks,
      sequencesPerRow: sequences,
      rows: ROWS,
      batchMs: rounded(decile),
    },
  );
}

function randomRows() {
  const rng = createRng("bench-vol-inference");
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());
  return Array.from({ length: ROWS }, () => ({
    hours: draw(HOUR_STEPS * HOUR_FEATURES),
    days: draw(DAY_STEPS * DAY_FEATURES),
    state: draw(STATE_FEATURES.length),
  }));
}

function noArtefact(directory: string, reason: string): PlimsollError<"BENCH_ARTEFACT"> {
  return new PlimsollError({
    code: "BENCH_ARTEFACT",
    problem: `The artefact in ${directory} cannot be used: ${reason}.`,
    remedy: "Restore it from the repository or run npm run train -- --model vol-lstm.",
    context: { directory, reason },
  });
}
