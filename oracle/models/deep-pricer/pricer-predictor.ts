/** Serves the pricing network: a verified artefact, or the reason why there is none. */
import type { Outcome } from "../../domain/errors.ts";
import type { FallbackReason, ModelIdentity } from "../../domain/prediction.ts";
import { loadArtefact } from "../session.ts";
import { type CubePricer, movedCubes } from "./cube-pricer.ts";
import { type GridRow, gridReader } from "./grid-reader.ts";
import { cubeParameters, PRICER_CELLS, PRICER_DAYS, PRICER_PARAMETERS, PRICER_STRIKES } from "./pricer-layout.ts";
import {
  type PricerManifest,
  type PricerVectors,
  pricerManifestSchema,
  pricerVectorsSchema,
} from "./pricer-manifest.ts";
import { pricerRunner, type RunPricer } from "./run-pricer.ts";

/** An open network. */
export interface PricerPredictor {
  /** Volatilities by the network; parameters outside of the cube are the caller's fault. */
  readonly price: CubePricer;
  readonly identity: ModelIdentity;
  /** Differences to the teacher that training measured, volatility points. */
  readonly errorPoints: PricerManifest["metrics"]["errorPoints"];
  /** Frees the native session. */
  close(): Promise<void>;
}

/**
 * Loads the artefact, checks its hashes, its layout and its golden vectors.
 *
 * @param artifactDir folder with model.onnx, manifest.json and vectors.json.
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED` only; every other fault is a reason.
 */
export async function createPricerPredictor(artifactDir: string): Promise<Outcome<PricerPredictor, FallbackReason>> {
  const loaded = await loadArtefact(artifactDir, { manifest: pricerManifestSchema, vectors: pricerVectorsSchema });
  if (!loaded.ok) return loaded;
  const { session, manifest, vectors } = loaded.value;
  const run = await pricerRunner(session);
  const isLayout = isSame(manifest.days, PRICER_DAYS) && isSame(manifest.strikes, PRICER_STRIKES);
  if (!(isLayout && (await isGolden(run, vectors)))) {
    await session.release();
    return { ok: false, reason: isLayout ? "output-invalid" : "schema-mismatch" };
  }
  const price = networkPricer(run);
  const identity = { id: manifest.id, sha256: manifest.sha256 };
  return {
    ok: true,
    value: { price, identity, errorPoints: manifest.metrics.errorPoints, close: async () => await session.release() },
  };
}

/** The network and its moved rows go through the session in one run: ten rows take no longer than one. */
function networkPricer(run: RunPricer): CubePricer {
  return (places) => {
    const read = gridReader(places);
    return async (cube) => {
      const moves = movedCubes(cube);
      const cubes = [cube, ...moves.map(({ moved }) => moved)];
      const flat = new Float32Array(cubes.length * PRICER_PARAMETERS);
      cubes.forEach((row, index) => {
        flat.set(row, index * PRICER_PARAMETERS);
      });
      const cells = await run(flat);
      const rowAt = (row: Float64Array, index: number): GridRow => ({
        parameters: cubeParameters(row),
        cells: cells.subarray(index * PRICER_CELLS, (index + 1) * PRICER_CELLS),
      });
      const reading = read(rowAt(cube, 0));
      const slopes = (): Float64Array =>
        reading.slopes(
          moves.map(({ moved }, axis) => rowAt(moved, axis + 1)),
          moves.map(({ step }) => step),
        );
      return { vols: reading.vols, slopes };
    };
  };
}

function isSame(found: readonly number[], known: readonly number[]): boolean {
  return found.length === known.length && known.every((value, index) => found[index] === value);
}

async function isGolden(run: RunPricer, vectors: PricerVectors): Promise<boolean> {
  const found = await run(Float32Array.from(vectors.cube.flat()));
  const expected = vectors.cells.flat();
  return expected.every((value, place) => Math.abs(value - (found[place] ?? Number.NaN)) <= vectors.tolerance);
}
