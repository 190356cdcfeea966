/** Trains the learned feed guard, sets its threshold on the development rows and decides there whether it acts. */
import { PlimsollError } from "../../domain/errors.ts";
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { createRng, type Rng } from "../../math/rng.ts";
import { sortedQuantile } from "../../math/statistics.ts";
import { FEED_GUARD_NAMES, feedGuardRows, runFeedGuard } from "../../models/feed-guard/run-feed-guard.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { exportParity } from "../export-parity.ts";
import { gatherValues, type ParameterValues, runFit, shuffledBatches } from "../tensor/fit-loop.ts";
import { reduceMean } from "../tensor/matrix-ops.ts";
import { input } from "../tensor/operation.ts";
import type { Batch, TrainableParameter, TrainingProblem } from "../tensor/trainer.ts";
import { BENT_MARKETS } from "./bent-markets.ts";
import {
  exportGuard,
  type GuardScaling,
  guardInputs,
  guardParameters,
  parameterOf,
  plainScore,
  rowErrors,
} from "./guard-network.ts";
import type { GuardRow, GuardRows } from "./guard-rows.ts";

/** Rows that are fitted, and rows that stop the fit, set the threshold and decide. */
export interface GuardBlocks {
  readonly train: readonly GuardRow[];
  readonly develop: GuardRows;
}

/** Everything an artefact is written from. */
export interface GuardTraining {
  readonly model: Uint8Array;
  readonly threshold: number;
  readonly acts: boolean;
  readonly alarmsAWeek: number;
  readonly noticed: Readonly<Record<string, number>>;
  readonly exportParity: number;
  readonly rows: { readonly train: number; readonly develop: number };
}

const SETTINGS = { batchRows: 256, maxEpochs: 40, patience: 8, learningRate: 3e-3 } as const;
/** Days with an alarm a week, of one asset, that the threshold allows on the development rows. */
const ALARMS_A_WEEK = 0.5;
/** Mean share of bent markets that must be noticed for the guard to act: rules that compare sources notice none of them. */
const LEAST_NOTICED = 0.5;
const LEAST_ROWS = 200;
const SPREAD_QUANTILES = [0.15, 0.85] as const;
const LEAST_SPREAD = 1e-9;
const LEAST_PRESENT_SHARE = 0.05;
const PARITY_ROWS = 128;
const WEEK_DAYS = 7;

/** @throws PlimsollError `TRAINING_TOO_FEW_ROWS`, `TRAINING_DIVERGED`, `EXPORT_PARITY`. */
export async function trainGuard(
  { train, develop }: GuardBlocks,
  seed: string,
  onProgress?: (share: number) => void,
): Promise<GuardTraining> {
  for (const [name, rows] of [
    ["fitted", train],
    ["development", develop.honest],
  ] as const)
    if (rows.length < LEAST_ROWS) throw tooFewRows(name, rows.length);
  const scaling = scalingOf(train);
  const rng = createRng(`${seed}/feed-guard`);
  const batchRows = Math.min(SETTINGS.batchRows, train.length);
  const { parameters } = await runFit({
    problem: guardProblem(scaling, batchRows, rng.fork("start")),
    settings: SETTINGS,
    rng: rng.fork("order"),
    batches: (order) => epochBatches(train, batchRows, order),
    stopLoss: (values) => meanScore(exportGuard(scaling, values), develop.honest),
    onEpoch: ({ progress }) => onProgress?.(progress.done / progress.total),
  });
  const model = exportGuard(scaling, parameters);
  return {
    model,
    ...(await judged(model, { scaling, parameters, develop })),
    rows: { train: train.length, develop: develop.honest.length },
  };
}

/** Scores of rows by the exported model: what is served is what is judged. */
export async function guardScores(model: Uint8Array, rows: readonly GuardRow[]): Promise<Float64Array> {
  const session = await openSession(model);
  try {
    return await runFeedGuard(session, feedGuardRows(rows));
  } finally {
    await session.release();
  }
}

/** Days with a score above the threshold, a week of one asset. */
export function alarmsAWeek(rows: readonly GuardRow[], scores: Float64Array, threshold: number): number {
  const dayOf = ({ asset, atSec }: GuardRow): string => `${asset}/${Math.floor(atSec / SECONDS_PER_DAY)}`;
  const days = new Set(rows.map(dayOf));
  const alarmed = new Set(rows.filter((_, place) => !((scores[place] ?? Number.NaN) <= threshold)).map(dayOf));
  return (WEEK_DAYS * alarmed.size) / days.size;
}

interface Judging {
  readonly scaling: GuardScaling;
  readonly parameters: ParameterValues;
  readonly develop: GuardRows;
}

async function judged(model: Uint8Array, { scaling, parameters, develop }: Judging) {
  const scores = await guardScores(model, develop.honest);
  const threshold = thresholdOf(develop.honest, scores);
  const noticed: Record<string, number> = {};
  for (const name of BENT_MARKETS) {
    const found = await guardScores(model, develop.bent[name]);
    noticed[name] = found.filter((score) => !(score <= threshold)).length / found.length;
  }
  const mean = Object.values(noticed).reduce((sum, share) => sum + share, 0) / BENT_MARKETS.length;
  const some = develop.honest.slice(0, PARITY_ROWS);
  const plain = Float64Array.from(some, (row) => plainScore(row, scaling, parameters));
  return {
    threshold,
    acts: mean >= LEAST_NOTICED,
    alarmsAWeek: alarmsAWeek(develop.honest, scores, threshold),
    noticed,
    exportParity: exportParity(
      scores.subarray(0, some.length),
      plain,
      "guard-network.ts, the graph with the plain pass",
    ),
  };
}

/** The highest score of each day, and of these the one that as many days exceed as may. */
function thresholdOf(rows: readonly GuardRow[], scores: Float64Array): number {
  const highest = new Map<string, number>();
  rows.forEach(({ asset, atSec }, place) => {
    const day = `${asset}/${Math.floor(atSec / SECONDS_PER_DAY)}`;
    highest.set(day, Math.max(highest.get(day) ?? Number.NEGATIVE_INFINITY, scores[place] ?? Number.NaN));
  });
  const sorted = [...highest.values()].toSorted((left, right) => right - left);
  return sorted[Math.floor((ALARMS_A_WEEK / WEEK_DAYS) * sorted.length)] ?? Number.NaN;
}

async function meanScore(model: Uint8Array, rows: readonly GuardRow[]): Promise<number> {
  const scores = await guardScores(model, rows);
  return scores.reduce((sum, score) => sum + score / scores.length, 0);
}

function* epochBatches(rows: readonly GuardRow[], batchRows: number, rng: Rng): Generator<Batch> {
  const { features, missing } = feedGuardRows(rows);
  const width = features.length / rows.length;
  for (const chosen of shuffledBatches(rows.length, batchRows, rng))
    yield {
      [FEED_GUARD_NAMES.features]: gatherValues(features, chosen, width),
      [FEED_GUARD_NAMES.missing]: gatherValues(missing, chosen, width),
    };
}

function guardProblem(scaling: GuardScaling, batchRows: number, rng: Rng): TrainingProblem {
  const width = scaling.centre.length;
  const parameters = guardParameters(width).map(({ name, shape }): TrainableParameter => {
    const [inputs = 1, outputs = 1] = shape;
    const initial =
      shape.length === 1
        ? new Float32Array(inputs)
        : Float32Array.from({ length: inputs * outputs }, () => rng.normal() / Math.sqrt(inputs));
    return { tensor: input(name, { shape, type: "float32" }), initial, decay: null };
  });
  const batch = guardInputs(width, batchRows);
  const loss = reduceMean(rowErrors(batch, scaling, parameterOf(parameters.map(({ tensor }) => tensor))));
  return { parameters, batchInputs: Object.values(batch), loss };
}

function scalingOf(rows: readonly GuardRow[]): GuardScaling {
  const width = rows[0]?.values.length ?? 0;
  const columns = Array.from({ length: width }, (_, place) =>
    Float64Array.from(
      rows.flatMap(({ values, missing }) => (missing[place] === 1 ? [] : [values[place] ?? Number.NaN])),
    ).sort(),
  );
  const active = columns.map((column) => column.length >= Math.max(1, LEAST_PRESENT_SHARE * rows.length));
  const [low, high] = SPREAD_QUANTILES;
  const spreadOf = (column: Float64Array): number =>
    Math.max(LEAST_SPREAD, (sortedQuantile(column, high) - sortedQuantile(column, low)) / 2);
  return {
    active,
    centre: Float64Array.from(columns, (column, place) => (active[place] ? sortedQuantile(column, 0.5) : 0)),
    spread: Float64Array.from(columns, (column, place) => (active[place] ? spreadOf(column) : 1)),
  };
}

function tooFewRows(block: string, rows: number): PlimsollError<"TRAINING_TOO_FEW_ROWS"> {
  return new PlimsollError({
    code: "TRAINING_TOO_FEW_ROWS",
    problem: `There are ${rows} ${block} rows; at least ${LEAST_ROWS} are needed.`,
    remedy: "Give hourly bars of BTC and ETH from 2021 to the middle of 2024 (docs/operators.md, data files).",
    context: { block, rows, limit: LEAST_ROWS },
  });
}
