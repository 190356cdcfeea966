/** Writes the four files of the learned feed guard: model, manifest, card, golden vectors. */
import type { FeatureSchema } from "../../domain/features.ts";
import type { Rng } from "../../math/rng.ts";
import {
  FEED_GUARD_FORMAT,
  type FeedGuardManifest,
  type FeedGuardVectors,
  feedGuardManifestSchema,
} from "../../models/feed-guard/feed-guard-manifest.ts";
import { feedGuardRows, runFeedGuard } from "../../models/feed-guard/run-feed-guard.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { sha256 } from "../../models/session.ts";
import { rowsOf, writeArtefactFiles } from "../artefact-files.ts";
import { GUARD_UNITS } from "./guard-network.ts";
import type { GuardTraining } from "./train-guard.ts";

const VECTOR_ROWS = 8;
const VECTOR_TOLERANCE = 1e-4;
const MISSING_SHARE = 0.2;
const PERCENT = 100;

/** Facts about a training that the numbers themselves do not hold. */
export interface GuardFacts extends Pick<FeedGuardManifest["training"], "seed" | "files" | "barSpanSec" | "span"> {
  readonly schema: FeatureSchema;
  readonly environment: FeedGuardManifest["environment"];
}

/** Writes the artefact and returns its manifest. Equal trainings write equal bytes. */
export async function writeGuard(
  training: GuardTraining,
  facts: GuardFacts,
  target: { readonly directory: string; readonly rng: Rng },
): Promise<FeedGuardManifest> {
  const vectors = `${JSON.stringify(await goldenVectors(training, facts.schema, target.rng))}\n`;
  const { seed, files, barSpanSec, span, environment } = facts;
  const { alarmsAWeek, noticed, exportParity } = training;
  const manifest = feedGuardManifestSchema.parse({
    format: FEED_GUARD_FORMAT,
    id: "feed-guard",
    inBundle: training.acts,
    sha256: sha256(training.model),
    vectorsSha256: sha256(vectors),
    featureSchemaHash: facts.schema.hash,
    threshold: training.threshold,
    acts: training.acts,
    training: { seed, units: [...GUARD_UNITS], files, barSpanSec, span, rows: training.rows },
    metrics: { alarmsAWeek, noticed, exportParity },
    environment,
  });
  await writeArtefactFiles(target.directory, { model: training.model, vectors, card: guardCard(manifest), manifest });
  return manifest;
}

/** Drawn rows inside the plausible ranges, with the scores of the exported model. No row of the data is copied. */
async function goldenVectors({ model }: GuardTraining, schema: FeatureSchema, rng: Rng): Promise<FeedGuardVectors> {
  const rows = Array.from({ length: VECTOR_ROWS }, () => {
    const missing = Uint8Array.from(schema.definitions, () => Number(rng.uniform() < MISSING_SHARE));
    const values = Float64Array.from(schema.definitions, ({ min, max }) => min + (max - min) * rng.uniform());
    return { values, missing };
  });
  const batch = feedGuardRows(rows);
  const session = await openSession(model);
  const score = await runFeedGuard(session, batch);
  await session.release();
  const width = schema.definitions.length;
  return {
    features: rowsOf(batch.features, width),
    missing: rowsOf(batch.missing, width),
    score: [...score],
    tolerance: VECTOR_TOLERANCE,
  };
}

/** Markdown text of the card; every number comes from the manifest. */
function guardCard({ training, metrics, threshold, acts, sha256: hash }: FeedGuardManifest): string {
  const { span } = training;
  const day = (timeSec: number): string => new Date(timeSec * 1_000).toISOString().slice(0, "2026-01-01".length);
  return [
    "# feed-guard: is this market like any that was fitted",
    "",
    "An autoencoder of the whole feature vector; the score is the log of the mean squared error of what it restores, in units of each feature's spread.",
    "",
    `- **For**: doubt about markets that every source shows alike. ${acts ? "An alarm puts the asset in doubt: ρ may only tighten." : "It is stated beside the rules and moves nothing."} **Not for**: saying which source lies.`,
    "- **Inputs**: the feature vector of `oracle/features`, missing features marked. **Output**: one score a row.",
    `- **Alarm** above ${threshold.toFixed(3)}. **Fallback**: without the artefact every asset is in doubt (\`guard-missing\`).`,
    `- **Model file** ${hash}`,
    "",
    "## Training",
    "",
    `- Seed ${training.seed}; ${training.files.map(({ name }) => name).join(", ")}`,
    `- ${training.rows.train} rows from ${day(span.fromSec)} to ${day(span.trainToSec)} fitted; ${training.rows.develop} to ${day(span.developToSec)} stopped the fit, set the threshold and decided whether it acts`,
    `- ${training.units.join(" × ")} units, tanh; mean squared error of the features that are there, in asinh of units of the spread`,
    `- On the development rows: ${metrics.alarmsAWeek.toFixed(2)} days with an alarm a week of one asset; noticed of markets that every source bends alike: ${Object.entries(
      metrics.noticed,
    )
      .map(([name, share]) => `${name} ${(PERCENT * share).toFixed(0)} %`)
      .join(", ")}`,
    `- Export differs from a plain float64 pass by ${metrics.exportParity.toExponential(1)} at most`,
    "",
    "## Known limits",
    "",
    "- A genuine crash is unlike what was fitted too: the alarm does not tell an attack from a market.",
    "- Books were in none of the fitted rows: depth is not judged by it.",
    "- It expires with the feature schema, whose hash it carries.",
    "",
  ].join("\n");
}
