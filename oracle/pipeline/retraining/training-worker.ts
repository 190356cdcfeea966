/** Thread of one retraining: trains a challenger, compares it with the champion, says what came out. */
import { parentPort, workerData } from "node:worker_threads";
import { PlimsollError } from "../../domain/errors.ts";
import { FEATURE_SCHEMA } from "../../features/feature-schema.ts";
import { cardDiff } from "../../training/challenger/card-diff.ts";
import { retrainVol } from "./retrain-vol.ts";
import { readManifest, runShadow } from "./shadow-run.ts";
import { trainQuantile } from "./train-quantile.ts";
import { openTrainingData, splitForRetraining } from "./training-data.ts";
import type { TrainingNotice, TrainingOrder, TrainingOutcome } from "./training-order.ts";

/** Shares of the whole, as measured: collecting rows takes about as long as fitting the networks. */
const ROWS_SHARE = 0.5;
const FIT_SHARE = 0.49;

// The parent thread starts this one with an order of exactly this type; nothing else can.
const order: TrainingOrder = workerData;
const say = (notice: TrainingNotice): void => parentPort?.postMessage(notice);

const onProgress = (share: number): void => say({ kind: "progress", share });
const retrainers: Readonly<Record<string, () => Promise<TrainingOutcome>>> = {
  "quantile-net": () => retrainQuantile(order),
  "vol-lstm": () => retrainVol(order, { onProgress }),
};

try {
  const retrain = retrainers[order.model];
  if (retrain === undefined) throw new RangeError(`There is no retraining of ${order.model}.`);
  say({ kind: "done", outcome: await retrain() });
} catch (error) {
  const code = error instanceof PlimsollError ? error.code : "RETRAINING_FAILED";
  say({ kind: "failed", code, message: error instanceof Error ? error.message : String(error) });
}

async function retrainQuantile({
  data,
  seed,
  championDir,
  challengerDir,
  trainedAtSec,
}: TrainingOrder): Promise<TrainingOutcome> {
  const inUse = await readManifest(championDir);
  const split = splitForRetraining(await openTrainingData(data), inUse.training.span.stopToSec);
  const { samples } = await trainQuantile({
    data: split,
    seed,
    directory: challengerDir,
    trainedAtSec,
    onProgress: (phase, share) => onProgress(phase === "rows" ? ROWS_SHARE * share : ROWS_SHARE + FIT_SHARE * share),
  });
  const compared = await runShadow({ samples, championDir, challengerDir, everySec: split.everySec });
  const { decision, champion, challenger } = compared;
  const featureNames = FEATURE_SCHEMA.definitions.map(({ name }) => name);
  return {
    decision,
    champion: champion.sha256,
    challenger: challenger.sha256,
    cardDiff: cardDiff({ champion, challenger, decision, featureNames }),
  };
}
