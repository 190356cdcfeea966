/** Writes the four files of the pricing network's artefact: model, manifest, card, golden vectors. */
import {
  PRICER_CELLS,
  PRICER_DAYS,
  PRICER_PARAMETERS,
  PRICER_STRIKES,
} from "../../models/deep-pricer/pricer-layout.ts";
import {
  PRICER_MANIFEST_FORMAT,
  type PricerManifest,
  type PricerVectors,
  pricerManifestSchema,
} from "../../models/deep-pricer/pricer-manifest.ts";
import { pricerRunner } from "../../models/deep-pricer/run-pricer.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { sha256 } from "../../models/session.ts";
import { rowsOf, writeArtefactFiles } from "../artefact-files.ts";
import type { PricerTraining } from "./train-pricer.ts";

/** Golden rows of an artefact, and their tolerance in log ratio: a wrong model is off by more. */
const VECTOR_ROWS = 4;
const VECTOR_TOLERANCE = 1e-4;
const MS_PER_SECOND = 1_000;

/** Facts about a training that the numbers themselves do not hold. */
export interface PricerFacts {
  readonly seed: string;
  /** Time of the training, seconds; appears in the card only. */
  readonly trainedAtSec: number;
  readonly environment: PricerManifest["environment"];
}

/** Writes the artefact and returns its manifest. */
export async function writePricer(
  training: PricerTraining,
  facts: PricerFacts,
  directory: string,
): Promise<PricerManifest> {
  const vectors = `${JSON.stringify(await goldenVectors(training))}\n`;
  const { settings, model, metrics } = training;
  const manifest = pricerManifestSchema.parse({
    format: PRICER_MANIFEST_FORMAT,
    id: "deep-pricer",
    inBundle: false,
    sha256: sha256(model),
    vectorsSha256: sha256(vectors),
    days: [...PRICER_DAYS],
    strikes: [...PRICER_STRIKES],
    training: { seed: facts.seed, units: [...settings.units], rows: { ...settings.rows } },
    metrics,
    environment: facts.environment,
  });
  await writeArtefactFiles(directory, { model, vectors, card: pricerCard(manifest, facts), manifest });
  return manifest;
}

async function goldenVectors({ model, train }: PricerTraining): Promise<PricerVectors> {
  const cube = train.cube.slice(0, VECTOR_ROWS * PRICER_PARAMETERS);
  const session = await openSession(model);
  const found = await (await pricerRunner(session))(cube);
  await session.release();
  return { cube: rowsOf(cube, PRICER_PARAMETERS), cells: rowsOf(found, PRICER_CELLS), tolerance: VECTOR_TOLERANCE };
}

/** Markdown text of the card; every number comes from the manifest. */
function pricerCard({ training, metrics, ...manifest }: PricerManifest, { trainedAtSec }: PricerFacts): string {
  const day = new Date(trainedAtSec * MS_PER_SECOND).toISOString().slice(0, "2026-01-01".length);
  const { median, p95, p99 } = metrics.errorPoints;
  return [
    "# deep-pricer: implied volatility under jump-diffusion",
    "",
    "From nine parameters of stochastic volatility with jumps in price and variance (SVCJ, jumps uncorrelated) to implied volatilities on a grid of",
    `${manifest.days.length} tenors (${manifest.days.join(", ")} days) and ${manifest.strikes.length} strikes (${manifest.strikes.join(", ")} standard deviations of the mean variance).`,
    "",
    "- **For**: calibrating the model to a chain in milliseconds, scenarios of whole surfaces. **Not for**: scores; nothing that is signed reads it.",
    "- **Inputs**: the cube [−1, 1]⁹ of `oracle/models/deep-pricer/pricer-layout.ts`, which names every parameter's bounds. **Outputs**: ln of volatility",
    "  over the root of the mean variance to the tenor.",
    "- **Teacher and fallback**: the exact cosine expansion (`oracle/math/svcj.ts`); the surface (`surface`) for a chain's own smile.",
    `- **Model file** ${manifest.sha256}`,
    "",
    "## Training",
    "",
    `- ${day}, seed ${training.seed}, no data: parameters are drawn uniformly where jumps add at most 0.6 to the annual variance`,
    `- ${training.rows.train} rows fitted, ${training.rows.stop} stopped the training, ${training.rows.report} judge it; ${training.units.join(" × ")} units, tanh, loss √(e² + 0.002²)`,
    `- Against the teacher, volatility points: median ${median.toFixed(3)}, 95 % ${p95.toFixed(2)}, 99 % ${p99.toFixed(2)}`,
    `- Export differs from a plain float64 pass by ${metrics.exportParity.toExponential(1)} at most, log ratio`,
    "- It knows no market and so does not expire",
    "",
    "## Known limits",
    "",
    "- Worst at the far strikes of the shortest tenors and where reversion is slow and the volatility of variance great.",
    "- Beyond the grid the last volatility stands; between tenors total variance is linear.",
    "- Nine parameters cannot follow every smile of a chain: compare its left-out quotes with the surface's before use.",
    "",
  ].join("\n");
}
