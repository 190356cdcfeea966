/** `npm run train -- --model deep-pricer`: prices drawn parameters with the teacher, trains the network, writes its artefact. */
import { join, resolve } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { PricerManifest } from "../../oracle/models/deep-pricer/pricer-manifest.ts";
import { trainPricer } from "../../oracle/training/deep-pricer/train-pricer.ts";
import { writePricer } from "../../oracle/training/deep-pricer/write-pricer.ts";

/** What the command hands over. */
export interface DeepPricerOptions {
  readonly data: readonly string[];
  readonly out: string;
  readonly seed: string;
  readonly environment: PricerManifest["environment"];
  readonly onProgress: (share: number) => void;
}

const MS_PER_SECOND = 1_000;

/**
 * Trains, writes, and returns what the command prints.
 *
 * @throws PlimsollError `TRAINING_DATA_UNUSED` when data are given, and those of `trainPricer`.
 */
export async function trainDeepPricer(options: DeepPricerOptions): Promise<Readonly<Record<string, unknown>>> {
  const { data, seed, environment, onProgress } = options;
  if (data.length > 0) throw dataUnused(data);
  const startedMs = performance.now();
  const training = await trainPricer({ seed, onProgress });
  const directory = join(resolve(options.out), "deep-pricer");
  const trainedAtSec = Math.floor(Date.now() / MS_PER_SECOND);
  const manifest = await writePricer(training, { seed, trainedAtSec, environment }, directory);
  return {
    model: manifest.id,
    directory,
    sha256: manifest.sha256,
    rows: manifest.training.rows,
    ...manifest.metrics,
    bytes: training.model.length,
    seconds: Math.round((performance.now() - startedMs) / MS_PER_SECOND),
  };
}

function dataUnused(data: readonly string[]): PlimsollError<"TRAINING_DATA_UNUSED"> {
  return new PlimsollError({
    code: "TRAINING_DATA_UNUSED",
    problem: `The model "deep-pricer" learns from drawn parameters alone; --data ${data.join(" ")} would change nothing.`,
    remedy: "Leave --data out. Recorded chains judge it: npm run evaluate -- --model deep-pricer --data DIR.",
    context: { data: data.join(",") },
  });
}
