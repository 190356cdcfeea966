/** Trains a challenger of the volatility model on everything but the newest half-year, and compares both on that. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { PlimsollError } from "../../domain/errors.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { createRng } from "../../math/rng.ts";
import { type LoadedArtefact, loadArtefact, sha256 } from "../../models/session.ts";
import { type VolManifest, volManifestSchema, volVectorsSchema } from "../../models/vol-lstm/vol-manifest.ts";
import { decidePromotion } from "../../training/challenger/promotion-decision.ts";
import { volCardDiff } from "../../training/challenger/vol-card-diff.ts";
import { VOL_SHADOW_HORIZON_HOURS, volShadowLosses } from "../../training/challenger/vol-shadow-losses.ts";
import { VOL_SETTINGS, type VolSettings } from "../../training/vol-lstm/fit-vol-ensemble.ts";
import { trainVolLstm } from "../../training/vol-lstm/train-vol-lstm.ts";
import { type LossTable, lossTables } from "../../training/vol-lstm/vol-evaluation.ts";
import type { VolSeries } from "../../training/vol-lstm/vol-rows.ts";
import { writeVolArtefact } from "../../training/vol-lstm/write-vol-artefact.ts";
import { hourlyFiles, readHourlySeries } from "./hourly-series.ts";
import { trainingEnvironment } from "./train-quantile.ts";
import type { TrainingOrder, TrainingOutcome } from "./training-order.ts";

/** How a challenger is trained; without settings as the model that ships. */
export interface VolRetrainingOptions {
  readonly settings?: VolSettings;
  /** Length of the one walk-forward fold that starts the combination's record, days. */
  readonly foldDays?: number;
  /** Share that is done, 0…1. */
  readonly onProgress?: (share: number) => void;
}

/** Times kept for the comparison, at least (ten weeks of seven-day labels, and a margin) and at most. */
const MIN_SHADOW_SEC = 84 * SECONDS_PER_DAY;
const SHADOW_SEC = 180 * SECONDS_PER_DAY;
const FOLD_DAYS = 365;

/**
 * A whole retraining. The challenger reads no bar of the compared times.
 *
 * @throws PlimsollError `TRAINING_DATA_WANTED`, `RETRAINING_DATA_OLD` when less than twelve weeks follow what the model in use
 *   has seen, `ARTEFACT_REFUSED`, those of the training (`TRAINING_…`) and of the readers (`DATA_…`).
 */
export async function retrainVol(order: TrainingOrder, options: VolRetrainingOptions = {}): Promise<TrainingOutcome> {
  if (order.data.length === 0) throw dataWanted();
  const champion = await openVolArtefact(order.championDir);
  try {
    const series = readHourlySeries(order.data);
    const cutSec = cutOf(series, champion.manifest.training.span.untilSec);
    await trainVolUntil(order, cutSec, options);
    const challenger = await openVolArtefact(order.challengerDir);
    const tables = async (artefact: VolArtefact): Promise<readonly LossTable[]> =>
      (await Promise.all(series.map((entry) => tablesOf(entry, artefact, cutSec)))).flat();
    const losses = volShadowLosses(await tables(champion), await tables(challenger));
    await challenger.session.release();
    const horizonSec = VOL_SHADOW_HORIZON_HOURS * SECONDS_PER_HOUR;
    const decision = decidePromotion(losses, { everySec: SECONDS_PER_DAY, horizonSec });
    return {
      decision,
      champion: champion.manifest.sha256,
      challenger: challenger.manifest.sha256,
      cardDiff: volCardDiff({ champion: champion.manifest, challenger: challenger.manifest, decision }),
    };
  } finally {
    await champion.session.release();
  }
}

/** Trains on bars up to a time and writes the artefact into the order's folder. Errors as {@link retrainVol}. */
export async function trainVolUntil(
  { data, seed, challengerDir, trainedAtSec }: Omit<TrainingOrder, "model" | "championDir">,
  cutSec: number,
  { settings = VOL_SETTINGS, foldDays = FOLD_DAYS, onProgress }: VolRetrainingOptions,
): Promise<VolManifest> {
  const training = await trainVolLstm({
    series: readHourlySeries(data, cutSec),
    foldsSec: [cutSec - foldDays * SECONDS_PER_DAY],
    seed,
    settings,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const files = hourlyFiles(data).map((path) => ({ name: basename(path), sha256: sha256(readFileSync(path)) }));
  const facts = {
    seed,
    trainedAtSec,
    files: files.sort((left, right) => (left.name < right.name ? -1 : 1)),
    environment: trainingEnvironment(),
  };
  const target = { directory: challengerDir, rng: createRng(`${seed}/vectors`) };
  return await writeVolArtefact(training, facts, target);
}

type VolArtefact = LoadedArtefact<VolManifest, unknown>;

async function openVolArtefact(directory: string): Promise<VolArtefact> {
  const loaded = await loadArtefact(directory, { manifest: volManifestSchema, vectors: volVectorsSchema });
  if (loaded.ok) return loaded.value;
  const reason = `${loaded.reason} ${loaded.detail ?? ""}`;
  throw new PlimsollError({
    code: "ARTEFACT_REFUSED",
    problem: `The artefact ${directory} cannot be compared: ${reason}.`,
    remedy: "Restore the models, or train the model in use again.",
    context: { directory, reason },
  });
}

/** Start of the compared times: neither model has seen a label that ends later. */
function cutOf(series: readonly VolSeries[], championUntilSec: number): number {
  const ends = series.map(({ windows }) => windows.hours.firstEndSec + (windows.count - 1) * SECONDS_PER_HOUR);
  const newestSec = Math.max(...ends);
  if (newestSec < championUntilSec + MIN_SHADOW_SEC) throw dataOld(newestSec, championUntilSec);
  return Math.max(championUntilSec, newestSec - SHADOW_SEC);
}

async function tablesOf(
  entry: VolSeries,
  { manifest, session }: VolArtefact,
  cutSec: number,
): Promise<readonly LossTable[]> {
  return await lossTables(entry, {
    models: [{ untilSec: cutSec, models: { session, logHar: manifest.logHar } }],
    trainedOn: manifest.training.series,
    combination: manifest.combination,
    records: manifest.combination.records,
    fromSec: cutSec,
    toSec: Number.POSITIVE_INFINITY,
  });
}

function dataWanted(): PlimsollError<"TRAINING_DATA_WANTED"> {
  return new PlimsollError({
    code: "TRAINING_DATA_WANTED",
    problem: "The volatility model is trained from data files; none were given.",
    remedy: "Pass --data with the folder that holds hourly bars (docs/operators.md, data files).",
  });
}

function dataOld(newestSec: number, championUntilSec: number): PlimsollError<"RETRAINING_DATA_OLD"> {
  const context = { newestSec, championUntilSec, limit: championUntilSec + MIN_SHADOW_SEC };
  return new PlimsollError({
    code: "RETRAINING_DATA_OLD",
    problem: `The newest bar is of ${newestSec}; the model in use has seen labels up to ${championUntilSec}, twelve weeks must follow.`,
    remedy: "Give newer data: without times that neither model has seen there is nothing to compare them on.",
    context,
  });
}
