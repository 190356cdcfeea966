/** Serves the pricing network: a verified artefact, or the reason why there is none. */
import type { Outcome } from "../../domain/errors.ts";
import type { FallbackReason, ModelIdentity } from "../../domain/prediction.ts";
import { type LoadedArtefact, loadArtefact } from "../session.ts";
import type { CubePricer } from "./calibrate.ts";
import {
  cubeParameters,
  PRICER_CELLS,
  PRICER_DAYS,
  PRICER_PARAMETERS,
  PRICER_STRIKES,
  readCells,
} from "./pricer-layout.ts";
import {
  type PricerManifest,
  type PricerVectors,
  pricerManifestSchema,
  pricerVectorsSchema,
} from "./pricer-manifest.ts";
import { runPricer } from "./run-pricer.ts";

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
  const { session, manifest } = loaded.value;
  const isLayout = isSame(manifest.days, PRICER_DAYS) && isSame(manifest.strikes, PRICER_STRIKES);
  if (!(isLayout && (await isGolden(loaded.value)))) {
    await session.release();
    return { ok: false, reason: isLayout ? "output-invalid" : "schema-mismatch" };
  }
  const price: CubePricer = async (cubes, places) => {
    const flat = new Float32Array(cubes.length * PRICER_PARAMETERS);
    cubes.forEach((cube, row) => {
      flat.set(cube, row * PRICER_PARAMETERS);
    });
    const cells = await runPricer(session, flat);
    return cubes.map((cube, row) =>
      readCells(cubeParameters(cube), cells.subarray(row * PRICER_CELLS, (row + 1) * PRICER_CELLS), places),
    );
  };
  const identity = { id: manifest.id, sha256: manifest.sha256 };
  return {
    ok: true,
    value: { price, identity, errorPoints: manifest.metrics.errorPoints, close: async () => await session.release() },
  };
}

function isSame(found: readonly number[], known: readonly number[]): boolean {
  return found.length === known.length && known.every((value, index) => found[index] === value);
}

async function isGolden({ session, vectors }: LoadedArtefact<PricerManifest, PricerVectors>): Promise<boolean> {
  const found = await runPricer(session, Float32Array.from(vectors.cube.flat()));
  const expected = vectors.cells.flat();
  return expected.every((value, place) => Math.abs(value - (found[place] ?? Number.NaN)) <= vectors.tolerance);
}
