/** Writes the four files of an artefact: model, manifest, card, golden vectors. */
import type { FeatureSchema } from "../../domain/features.ts";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import type { Rng } from "../../math/rng.ts";
import {
  MANIFEST_FORMAT,
  type QuantileManifest,
  type QuantileVectors,
  quantileManifestSchema,
} from "../../models/manifest.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { type NetworkRow, networkRows } from "../../models/quantile-net/network-inputs.ts";
import { OUTPUTS_PER_ROW, runNetwork } from "../../models/quantile-net/run-network.ts";
import { sha256 } from "../../models/session.ts";
import { writeArtefactFiles } from "../artefact-files.ts";
import { quantileCard } from "./quantile-card.ts";
import { NETWORK_COUNT, type QuantileTraining } from "./train-quantile-net.ts";

/** Golden rows of an artefact. */
const VECTOR_ROWS = 16;
/** Tolerance of the golden rows, log move: other CPUs round float32 differently, a wrong model is off by more. */
const VECTOR_TOLERANCE = 1e-5;
/** Share of inputs missing in the golden rows. */
const VECTOR_MISSING_SHARE = 0.2;

/** Facts about a training that the numbers themselves do not hold. */
export interface ArtefactFacts {
  readonly schema: FeatureSchema;
  readonly seed: string;
  /** Time of the training, seconds; appears in the card only. */
  readonly trainedAtSec: number;
  readonly dataSource: string;
  readonly files: QuantileManifest["training"]["files"];
  readonly split: { readonly trainToSec: number; readonly stopToSec: number };
  readonly environment: QuantileManifest["environment"];
}

/**
 * Writes an artefact. All files are written beside their places first, then renamed, the manifest last: a reader never
 * accepts a half-written artefact, since its hashes would not fit.
 *
 * @returns the manifest.
 */
export async function writeArtefact(
  training: QuantileTraining,
  facts: ArtefactFacts,
  target: { readonly directory: string; readonly rng: Rng },
): Promise<QuantileManifest> {
  const vectors = `${JSON.stringify(await goldenVectors(training, target.rng))}\n`;
  const manifest = quantileManifestSchema.parse(describe(training, facts, vectors));
  await writeArtefactFiles(target.directory, {
    model: training.model,
    vectors,
    card: quantileCard(manifest, facts),
    manifest,
  });
  return manifest;
}

/** Random rows inside the guard's ranges, with the outputs of the exported model. No row of the data is copied. */
async function goldenVectors({ prepared, model }: QuantileTraining, rng: Rng): Promise<QuantileVectors> {
  const rows = Array.from({ length: VECTOR_ROWS }, () => randomRow(prepared.guard, rng));
  const batch = networkRows(rows);
  const session = await openSession(model);
  const logMoves = await runNetwork(session, batch);
  await session.release();
  const cut = (values: ArrayLike<number>): number[][] => {
    const width = values.length / VECTOR_ROWS;
    return rows.map((_, row) => Array.from({ length: width }, (_unused, index) => values[row * width + index] ?? 0));
  };
  const found = cut(logMoves);
  return {
    features: cut(batch.features),
    missing: cut(batch.missing),
    sigma: cut(batch.sigma),
    logMoves: found.map((row) => row.slice(0, OUTPUTS_PER_ROW)),
    tolerance: VECTOR_TOLERANCE,
  };
}

function randomRow(guard: QuantileManifest["guard"], rng: Rng): NetworkRow {
  const missing = Uint8Array.from(guard.features, (range) =>
    Number(range === null || rng.uniform() < VECTOR_MISSING_SHARE),
  );
  const values = Float64Array.from(guard.features, (range, index) =>
    range === null || missing[index] === 1 ? Number.NaN : range.min + (range.max - range.min) * rng.uniform(),
  );
  const level = rng.uniform();
  return {
    features: { values, missing },
    sigma: Float64Array.from(guard.sigma, ({ min, max }) => min + (max - min) * level),
  };
}

function describe(training: QuantileTraining, facts: ArtefactFacts, vectors: string): QuantileManifest {
  const { blocks, prepared, metrics } = training;
  const { layout } = prepared;
  const width = layout.monotoneUnits + layout.freeUnits;
  const times = [...blocks.train, ...blocks.report].map(({ atSec }) => atSec);
  return {
    format: MANIFEST_FORMAT,
    id: "quantile-net",
    sha256: sha256(training.model),
    vectorsSha256: sha256(vectors),
    featureSchemaHash: facts.schema.hash,
    featureSchemaVersion: facts.schema.version,
    horizonsHours: [...QUANTILE_HORIZONS_HOURS],
    levels: [...QUANTILE_LEVELS],
    defaultChoice: metrics.network.meanRatioToGarch < 1 ? "quantile-net" : "garch-quantile",
    guard: prepared.guard,
    training: {
      seed: facts.seed,
      networks: NETWORK_COUNT,
      hiddenUnits: [width, width],
      dataSource: facts.dataSource,
      assets: [...new Set(blocks.train.map(({ asset }) => asset))].sort(),
      files: facts.files,
      span: {
        fromSec: times.reduce((a, b) => Math.min(a, b)),
        ...facts.split,
        reportToSec: times.reduce((a, b) => Math.max(a, b)),
      },
      rows: { train: blocks.train.length, stop: blocks.stop.length, report: blocks.report.length },
    },
    metrics,
    environment: facts.environment,
  };
}
