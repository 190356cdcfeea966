/** A small training of the volatility network on simulated bars: two epochs are enough for everything but quality. */
import { createRng } from "../../../oracle/math/rng.ts";
import { VOL_SETTINGS, type VolSettings } from "../../../oracle/training/vol-lstm/fit-vol-ensemble.ts";
import { trainVolLstm, type VolTraining } from "../../../oracle/training/vol-lstm/train-vol-lstm.ts";
import type { VolSeries } from "../../../oracle/training/vol-lstm/vol-rows.ts";
import { writeVolArtefact } from "../../../oracle/training/vol-lstm/write-vol-artefact.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { HOUR_SEC, START_SEC, simulatedWindows } from "./simulated-bars.ts";

const HOURS = 8_000;
/** End of training of the only fold: 8 000 hours leave 60 days of test after 250 days of baselines. */
const FOLD_SEC = START_SEC + 6_500 * HOUR_SEC;

export const SMALL_SETTINGS: VolSettings = { ...VOL_SETTINGS, networks: 2, maxEpochs: 1, batchRows: 64, stopDays: 60 };

/** Three assets. */
export function smallSeries(): readonly VolSeries[] {
  return ["a", "b", "c"].map((seed) => ({
    id: `spot-${seed}`,
    asset: seed,
    windows: simulatedWindows(HOURS, `small-${seed}`),
  }));
}

/** Trains with one fold. */
export function smallTraining(seed = "a", threads = 2): Promise<VolTraining> {
  return trainVolLstm({
    series: smallSeries(),
    foldsSec: [FOLD_SEC],
    leftOut: ["spot-c"],
    seed,
    settings: SMALL_SETTINGS,
    threads,
  });
}

/** Writes the artefact of a training into a fresh folder. */
export async function writeSmallArtefact(training: VolTraining): Promise<TemporaryFolder> {
  const folder = temporaryFolder();
  const environment = { node: "test", onnxruntime: "test", platform: "test" };
  const facts = { seed: "test", trainedAtSec: FOLD_SEC, files: [], environment };
  await writeVolArtefact(training, facts, { directory: folder.path, rng: createRng("vectors") });
  return folder;
}
