/** `npm run train -- --model cascade`: fits the hazards on liquidations, trains the surrogate on drawn books, writes the artefact. */
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import { sha256 } from "../../oracle/models/session.ts";
import { trainCascade } from "../../oracle/training/cascade/train-cascade.ts";
import { writeCascade } from "../../oracle/training/cascade/write-cascade.ts";
import { readLiquidations } from "../data/liquidations.ts";
import { readSpotBars } from "../data/spot-bars.ts";
import type { CvarDepthOptions } from "./train-cvar-depth.ts";

const ASSET = "ETH";
/** Files that the training reads. */
const READ = /^(?:ETHUSDT_1h(?:_[0-9_]+)?|aave_v2_liquidations)\.csv(?:\.gz)?$/;
const MS_PER_SECOND = 1_000;

/**
 * Trains, writes, and returns what the command prints.
 *
 * @throws PlimsollError `TRAINING_DATA_WANTED` without liquidations or bars, and those of `trainCascade` and the readers.
 */
export async function trainCascadeModel(options: CvarDepthOptions): Promise<Readonly<Record<string, unknown>>> {
  const { data, seed, environment, onProgress } = options;
  const startedMs = performance.now();
  const flow = data.length === 0 ? null : readLiquidations(data, "aave-v2");
  const bars = flow === null ? undefined : readSpotBars(data).get(ASSET);
  if (flow === null || bars === undefined) throw dataWanted(data);
  const training = await trainCascade({ bars, flow, seed, onProgress });
  const directory = join(resolve(options.out), "cascade");
  const files = listDataFiles(data)
    .filter((path) => READ.test(basename(path)))
    .map((path) => ({ name: basename(path), sha256: sha256(readFileSync(path)) }));
  const trainedAtSec = Math.floor(Date.now() / MS_PER_SECOND);
  const manifest = await writeCascade(training, { seed, files, trainedAtSec, environment }, directory);
  return {
    model: manifest.id,
    directory,
    sha256: manifest.sha256,
    hours: manifest.training.hours,
    metrics: manifest.metrics,
    bytes: training.surrogate.model.length,
    seconds: Math.round((performance.now() - startedMs) / MS_PER_SECOND),
  };
}

function dataWanted(data: readonly string[]): PlimsollError<"TRAINING_DATA_WANTED"> {
  return new PlimsollError({
    code: "TRAINING_DATA_WANTED",
    problem: `The model "cascade" is trained from liquidations of Aave v2 and hourly bars of ${ASSET}; they are not below "${data.join(" ")}".`,
    remedy: "Pass --data with the folders aave-v2-liquidations and spot-hourly (docs/operators.md, data files).",
    context: { data: data.join(",") },
  });
}
