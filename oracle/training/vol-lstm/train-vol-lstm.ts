/** Trains, judges and exports the volatility model: walk-forward folds first, then the model that ships. */

import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { createRng } from "../../math/rng.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import type { CombinationSettings, LossRecord } from "../../models/vol-lstm/combine-forecasts.ts";
import { runVolNetwork } from "../../models/vol-lstm/run-vol-network.ts";
import type { VolManifest } from "../../models/vol-lstm/vol-manifest.ts";
import { exportParity } from "../export-parity.ts";
import type { DailySignal } from "../volatility/daily-signal.ts";
import { exportVolNetworks } from "./export-vol.ts";
import { VOL_SETTINGS, type VolSettings } from "./fit-vol-ensemble.ts";
import { fitVolModel, type VolModel } from "./fit-vol-model.ts";
import { inputAblation } from "./input-ablation.ts";
import { plainVolForward } from "./plain-vol-forward.ts";
import { signalReport } from "./signal-report.ts";
import { type DatedModel, lossTables, scoreOf } from "./vol-evaluation.ts";
import { type VolRow, type VolSeries, volRows } from "./vol-rows.ts";

/** Hours between training rows: coprime to day and week, so that all phases of both occur. */
export const ROW_HOURS = 5;
/** Chosen among six on forecasts from 2022-07 to 2024-07 (trials 6 and 7 of docs/models/volatility.md). */
export const COMBINATION: CombinationSettings = {
  prior: [0.3, 0.3, 0.05, 0.1, 0.25],
  halfLifeDays: 180,
  priorDays: 30,
  power: 2,
};
const PARITY_ROWS = 128;
/** The series that the daily signals of the data folders belong to. */
export const SIGNAL_SERIES = "spot-BTC";

/** What is trained from. */
export interface VolTrainingRequest {
  readonly series: readonly VolSeries[];
  /** Ends of training of the folds, seconds; each fold is tested until the next one, the last until the end of the data. */
  readonly foldsSec: readonly number[];
  readonly seed: string;
  /** Series that one further fit leaves out and is judged on: what the model does for assets that it never saw. */
  readonly leftOut?: readonly string[];
  /** Signals beside prices, tested on {@link SIGNAL_SERIES}; they are no input of the network. */
  readonly signals?: readonly DailySignal[];
  readonly settings?: VolSettings;
  readonly threads?: number;
  /** Share of all networks that are done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Everything an artefact is written from. */
export interface VolTraining {
  readonly model: Uint8Array;
  readonly fitted: VolModel;
  readonly rows: readonly VolRow[];
  /** End of the newest label, seconds. */
  readonly untilSec: number;
  /** Records of the walk-forward's combinations at its end. */
  readonly records: Records;
  readonly metrics: VolManifest["metrics"];
}

type Records = VolManifest["combination"]["records"];

/**
 * Trains one model a fold and the final one on all rows.
 *
 * @throws PlimsollError `TRAINING_TOO_FEW_ROWS`, `ENSEMBLE_MEMBER_FAILED`, `EXPORT_PARITY`.
 */
export async function trainVolLstm(request: VolTrainingRequest): Promise<VolTraining> {
  const { series, foldsSec } = request;
  const untilSec = Math.max(...series.map(endOf));
  const plan = { fromSec: 0, toSec: untilSec, everyHours: ROW_HOURS };
  const rows = series.flatMap((entry) => volRows(entry, plan));
  const leftOut = request.leftOut ?? [];
  const known = rows.filter(({ seriesId }) => !leftOut.includes(seriesId));
  const plans = [
    ...foldsSec.map((endSec) => ({ rows, endSec })),
    ...(leftOut.length === 0 ? [] : [{ rows: known, endSec: foldsSec.at(-1) ?? untilSec }]),
    { rows, endSec: untilSec },
  ];
  const fits = await fitAll(request, plans);
  const fitted = fits.at(-1);
  if (fitted === undefined) throw new RangeError("there is always the final fit");
  const model = exportVolNetworks(fitted.networks, { "produced-by": "plimsoll training engine" });
  const parity = await parityOf(model, fitted, rows);
  const { records, ...judged } = await judgeFolds(request, fits.slice(0, foldsSec.length), untilSec);
  const stranger = fits.slice(foldsSec.length, -1);
  const unseenScores = await judgeLeftOut(request, stranger[0], untilSec);
  const ablation = { untilSec: foldsSec[0] ?? untilSec, rng: createRng(`${request.seed}/inputs`) };
  const metrics = {
    foldsSec: [...foldsSec],
    ...judged,
    unseenScores,
    inputAblation: inputAblation(rows, ablation),
    exportParity: parity,
  };
  return { model, fitted, rows, untilSec, records, metrics };
}

interface FitPlan {
  readonly rows: readonly VolRow[];
  readonly endSec: number;
}

async function fitAll(request: VolTrainingRequest, plans: readonly FitPlan[]): Promise<readonly VolModel[]> {
  const { seed, threads } = request;
  const settings = request.settings ?? VOL_SETTINGS;
  const fits: VolModel[] = [];
  for (const [order, { rows, endSec }] of plans.entries()) {
    const onProgress = createShare(settings, { order, folds: plans.length, onProgress: request.onProgress });
    const common = { rows, untilSec: endSec, settings, seed: `${seed}/${order}`, onProgress };
    fits.push(await fitVolModel({ ...common, ...(threads === undefined ? {} : { threads }) }));
  }
  return fits;
}

/** End of the last hour of a series, seconds. */
function endOf({ windows }: VolSeries): number {
  return windows.hours.firstEndSec + (windows.count - 1) * SECONDS_PER_HOUR;
}

interface ShareInput {
  readonly order: number;
  readonly folds: number;
  readonly onProgress: ((share: number) => void) | undefined;
}

/** Turns the members' epochs into a share of everything; early stopping jumps ahead. */
function createShare({ networks, maxEpochs }: VolSettings, { order, folds, onProgress }: ShareInput) {
  const done = new Map<number, number>();
  return (member: number, { done: epochs }: { readonly done: number }): void => {
    done.set(member, epochs);
    const epochsDone = [...done.values()].reduce((a, b) => a + b, 0);
    onProgress?.((order + epochsDone / (networks * maxEpochs)) / folds);
  };
}

async function judgeFolds(
  { series, foldsSec, seed, signals = [] }: VolTrainingRequest,
  fits: readonly VolModel[],
  toSec: number,
): Promise<Pick<VolManifest["metrics"], "scores" | "signals"> & { readonly records: Records }> {
  const models: DatedModel[] = [];
  for (const [order, fit] of fits.entries()) {
    const session = await openSession(exportVolNetworks(fit.networks, {}));
    models.push({ untilSec: foldsSec[order] ?? 0, models: { session, logHar: fit.logHar } });
  }
  const rng = createRng(`${seed}/bootstrap`);
  const scores: VolManifest["metrics"]["scores"] = [];
  const records: Records = [];
  let tests: VolManifest["metrics"]["signals"] = { ablation: [], precedence: [] };
  const trainedOn = series.map(({ id }) => id);
  for (const entry of series.filter((one) => endOf(one) > (foldsSec[0] ?? 0))) {
    const request = { models, trainedOn, combination: COMBINATION, fromSec: foldsSec[0] ?? 0, toSec };
    const tables = await lossTables(entry, request);
    for (const table of tables) {
      const { terciles: _terciles, ...score } = scoreOf(table, rng.fork(`${entry.id}/${scores.length}`));
      if (score.count > 0) scores.push(score);
      const { seriesId, everyHours, horizonHours, record } = table;
      records.push({ series: seriesId, everyHours, horizonHours, ...copyOf(record) });
    }
    if (entry.id === SIGNAL_SERIES && signals.length > 0)
      tests = signalReport(entry.windows, tables, { signals, rng: rng.fork("signals") });
  }
  await Promise.all(models.map(({ models: { session } }) => session.release()));
  return { scores, signals: tests, records };
}

function copyOf({ sums, masses, lastSec }: LossRecord): Pick<Records[number], "sums" | "masses" | "lastSec"> {
  return { sums: [...sums], masses: [...masses], lastSec };
}

/** Scores of the fit without the left-out series, on exactly those, over all of their time. */
async function judgeLeftOut(
  { series, seed, leftOut = [] }: VolTrainingRequest,
  fit: VolModel | undefined,
  toSec: number,
): Promise<VolManifest["metrics"]["scores"]> {
  if (fit === undefined) return [];
  const session = await openSession(exportVolNetworks(fit.networks, {}));
  const models = [{ untilSec: 0, models: { session, logHar: fit.logHar } }];
  const rng = createRng(`${seed}/left-out`);
  const scores: VolManifest["metrics"]["scores"] = [];
  for (const entry of series.filter(({ id }) => leftOut.includes(id))) {
    const request = { models, trainedOn: [], combination: COMBINATION, fromSec: 0, toSec };
    for (const table of await lossTables(entry, request)) {
      const { terciles: _terciles, ...score } = scoreOf(table, rng.fork(`${entry.id}/${scores.length}`));
      if (score.count > 0) scores.push(score);
    }
  }
  await session.release();
  return scores;
}

async function parityOf(model: Uint8Array, { networks }: VolModel, rows: readonly VolRow[]): Promise<number> {
  const checked = rows.slice(-PARITY_ROWS).map(({ input }) => input);
  const session = await openSession(model);
  const { logRatio } = await runVolNetwork(session, checked);
  await session.release();
  const plain = checked.flatMap((input) => [...plainVolForward(networks, input)]);
  return exportParity(logRatio, Float64Array.from(plain), "vol-network-graph.ts with plain-vol-forward.ts");
}
