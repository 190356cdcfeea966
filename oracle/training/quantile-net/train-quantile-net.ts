/** Trains, judges and exports the quantile network from samples in time order. */

import { PlimsollError } from "../../domain/errors.ts";
import type { FeatureSchema } from "../../domain/features.ts";
import { QUANTILE_HORIZONS_HOURS } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import type { Rng } from "../../math/rng.ts";
import type { QuantileManifest } from "../../models/manifest.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { type AdverseMoves, readMoves } from "../../models/quantile-net/read-moves.ts";
import { OUTPUTS_PER_ROW, runNetwork } from "../../models/quantile-net/run-network.ts";
import type { QuantileSample } from "../dataset/quantile-samples.ts";
import { exportParity } from "../export-parity.ts";
import { exportNetworks, type NetworkParameters, type TrainedNetworks } from "./export-network.ts";
import { FIT_DEFAULTS, fitNetwork, type LabelledRows } from "./fit-network.ts";
import { plainForward } from "./plain-forward.ts";
import { ewmaNormalMoves, meanPinballRatio, type PolicyMetrics, policyMetrics } from "./policy-metrics.ts";
import { labelsOf, type PreparedLayout, prepareLayout, rowsOf } from "./prepare-rows.ts";

/** Seeds whose networks are averaged. */
export const NETWORK_COUNT = 3;
/** Rows of the report block on which the parity is checked. */
const PARITY_ROWS = 256;
/** Fewer rows than this in a block mean that the data do not reach into it. */
const MIN_BLOCK_ROWS = 200;

/** Times that part the rows, seconds: fit before `trainToSec`, stop before `stopToSec`, report after. */
export interface TimeSplit {
  readonly trainToSec: number;
  readonly stopToSec: number;
}

/** Rows of the three blocks; a purge of the longest horizon lies between them. */
export interface SampleBlocks {
  readonly train: readonly QuantileSample[];
  readonly stop: readonly QuantileSample[];
  readonly report: readonly QuantileSample[];
}

/** Everything an artefact is written from. */
export interface QuantileTraining {
  readonly trained: TrainedNetworks;
  readonly prepared: PreparedLayout;
  readonly model: Uint8Array;
  readonly blocks: SampleBlocks;
  readonly metrics: QuantileManifest["metrics"];
}

/** What is trained from. */
export interface TrainingRequest {
  readonly samples: readonly QuantileSample[];
  readonly split: TimeSplit;
  readonly schema: FeatureSchema;
  readonly rng: Rng;
  readonly onEpoch?: (network: number, epoch: number, stopLoss: number) => void;
  readonly maxEpochs?: number;
}

/**
 * Trains the networks, exports them as one model, checks the export and measures it on the report block.
 *
 * @throws PlimsollError `TRAINING_TOO_FEW_ROWS`, `TRAINING_DIVERGED`, `EXPORT_PARITY`, `EXPORT_UNORDERED`.
 */
export async function trainQuantileNet(request: TrainingRequest): Promise<QuantileTraining> {
  const blocks = splitSamples(request.samples, request.split);
  const prepared = prepareLayout(blocks.train, request.schema);
  const networks = await fitAll(request, prepared, blocks);
  const trained = { ...prepared, networks };
  const model = exportNetworks(trained, { schema: request.schema.hash, "produced-by": "plimsoll training engine" });
  const session = await openSession(model);
  try {
    const rows = rowsOf(blocks.report);
    const logMoves = await runNetwork(session, rows);
    const plain = plainForward(trained, rowsOf(blocks.report.slice(0, PARITY_ROWS)));
    const parity = exportParity(logMoves, plain, "network-graph.ts with plain-forward.ts");
    const metrics = { ...measure(blocks.report, movesOf(logMoves)), exportParity: parity };
    return { trained, prepared, model, blocks, metrics };
  } finally {
    await session.release();
  }
}

/**
 * Parts samples by time; rows whose label reaches into the next block are dropped.
 *
 * @throws PlimsollError `TRAINING_TOO_FEW_ROWS` when a block has fewer than 200 rows.
 */
export function splitSamples(samples: readonly QuantileSample[], split: TimeSplit): SampleBlocks {
  const purgeSec = Math.max(...QUANTILE_HORIZONS_HOURS) * SECONDS_PER_HOUR;
  const between = (fromSec: number, toSec: number): readonly QuantileSample[] =>
    samples.filter(({ atSec }) => atSec >= fromSec && atSec + purgeSec <= toSec);
  const blocks = {
    train: between(Number.NEGATIVE_INFINITY, split.trainToSec),
    stop: between(split.trainToSec, split.stopToSec),
    report: between(split.stopToSec, Number.POSITIVE_INFINITY).filter(({ baselines }) => baselines !== null),
  };
  for (const [name, rows] of Object.entries(blocks)) {
    if (rows.length < MIN_BLOCK_ROWS) throw tooFewRows(name, rows.length);
  }
  return blocks;
}

async function fitAll(
  request: TrainingRequest,
  prepared: PreparedLayout,
  blocks: SampleBlocks,
): Promise<readonly NetworkParameters[]> {
  const labelled = (samples: readonly QuantileSample[]): LabelledRows => ({
    rows: rowsOf(samples),
    labels: labelsOf(samples),
  });
  const { train, stop } = { train: labelled(blocks.train), stop: labelled(blocks.stop) };
  const settings = { ...FIT_DEFAULTS, maxEpochs: request.maxEpochs ?? FIT_DEFAULTS.maxEpochs };
  const networks: NetworkParameters[] = [];
  for (let network = 0; network < NETWORK_COUNT; network += 1) {
    const onEpoch = (epoch: number, loss: number): void => request.onEpoch?.(network, epoch, loss);
    const rng = request.rng.fork(`network-${network}`);
    networks.push(await fitNetwork({ prepared, schema: request.schema, train, stop, settings, rng, onEpoch }));
  }
  return networks;
}

function movesOf(logMoves: Float32Array | Float64Array): readonly AdverseMoves[] {
  return Array.from({ length: logMoves.length / OUTPUTS_PER_ROW }, (_, row) => {
    const moves = readMoves(logMoves.subarray(row * OUTPUTS_PER_ROW, (row + 1) * OUTPUTS_PER_ROW));
    if (moves !== null) return moves;
    throw new PlimsollError({
      code: "EXPORT_UNORDERED",
      problem: `Row ${row} of the report block has moves that are not finite or not ordered.`,
      remedy: "Do not ship it: the construction of network-graph.ts orders them.",
      context: { row },
    });
  });
}

function measure(
  samples: readonly QuantileSample[],
  moves: readonly AdverseMoves[],
): Omit<QuantileManifest["metrics"], "exportParity"> {
  const baselines = samples.flatMap((sample) => (sample.baselines === null ? [] : [sample.baselines]));
  const garch = policyMetrics(
    samples,
    baselines.map((baseline) => baseline.garch),
  );
  const named = (metrics: PolicyMetrics): QuantileManifest["metrics"]["network"] => ({
    ...metrics,
    meanRatioToGarch: meanPinballRatio(metrics, garch),
  });
  return {
    network: named(policyMetrics(samples, moves)),
    garch: named(garch),
    ewmaNormal: named(
      policyMetrics(
        samples,
        baselines.map(({ ewmaSigmaPerHour }) => ewmaNormalMoves(ewmaSigmaPerHour)),
      ),
    ),
  };
}

function tooFewRows(block: string, rows: number): PlimsollError<"TRAINING_TOO_FEW_ROWS"> {
  return new PlimsollError({
    code: "TRAINING_TOO_FEW_ROWS",
    problem: `The ${block} block has ${rows} rows; at least ${MIN_BLOCK_ROWS} are needed.`,
    remedy: "Give --data that reaches over all three blocks, or leave it out to train on the simulator.",
    context: { block, rows, limit: MIN_BLOCK_ROWS },
  });
}
