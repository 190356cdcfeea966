/** Measures the quantile network: feature rows a second on one core. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { quantileManifestSchema, quantileVectorsSchema } from "../../oracle/models/manifest.ts";
import { type NetworkRow, networkRows } from "../../oracle/models/quantile-net/network-inputs.ts";
import { runNetwork } from "../../oracle/models/quantile-net/run-network.ts";
import { loadArtefact } from "../../oracle/models/session.ts";
import { type BenchResult, judge, rounded } from "./result.ts";
import { timesOf } from "./times.ts";

const ARTEFACT = join(dirnameOfRepository(), "oracle/models/artifacts/quantile-net");
const BATCH_ROWS = 1_024;
const WARM_UP_BATCHES = 20;
const BATCHES = 200;
/** Rows a second a core. */
const LIMIT_ROWS_PER_SEC = 100_000;
const MS_PER_SECOND = 1_000;

/**
 * Runs the benchmark on the committed artefact with one intra-op thread. The value is that of the first decile of the
 * batches' processor times, rows laid out from their features each time; `runOnly` leaves the layout out.
 *
 * @throws PlimsollError `BENCH_ARTEFACT` when there is none.
 */
export async function benchInference(): Promise<BenchResult> {
  const loaded = await loadArtefact(ARTEFACT, { manifest: quantileManifestSchema, vectors: quantileVectorsSchema });
  if (!loaded.ok) {
    throw new PlimsollError({
      code: "BENCH_ARTEFACT",
      problem: `The artefact in ${ARTEFACT} cannot be used: ${loaded.reason}.`,
      remedy: "Restore it from the repository or run npm run train -- --model quantile-net.",
      context: { directory: ARTEFACT, reason: loaded.reason },
    });
  }
  const { session, manifest } = loaded.value;
  const rows = randomRows(manifest.guard.features.length);
  const batch = networkRows(rows);
  const plan = { warmUp: WARM_UP_BATCHES, repeats: BATCHES };
  const { cpuDecile: runMs, median } = await timesOf(() => runNetwork(session, batch), plan);
  const { cpuDecile: layoutMs } = await timesOf(() => runNetwork(session, networkRows(rows)), plan);
  await session.release();
  const perSecond = (milliseconds: number): number => Math.round((BATCH_ROWS * MS_PER_SECOND) / milliseconds);
  return judge(
    perSecond(layoutMs),
    { limit: LIMIT_ROWS_PER_SEC, unit: "rows/s", passes: "at-least" },
    {
      median: perSecond(median),
      runOnly: perSecond(runMs),
      batchRows: BATCH_ROWS,
      batchMs: rounded(layoutMs),
    },
  );
}

function randomRows(width: number): readonly NetworkRow[] {
  const rng = createRng("bench-inference");
  return Array.from({ length: BATCH_ROWS }, () => ({
    features: { values: Float64Array.from({ length: width }, () => rng.normal()), missing: new Uint8Array(width) },
    sigma: Float64Array.of(0.006, 0.012, 0.03, 0.05),
  }));
}

function dirnameOfRepository(): string {
  return fileURLToPath(new URL("../..", import.meta.url));
}
