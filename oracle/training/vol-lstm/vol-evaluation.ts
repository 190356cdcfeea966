/** Forecasts of the combination and of every baseline on one grid, and their scores. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import type { Rng } from "../../math/rng.ts";
import { mean, quantile } from "../../math/statistics.ts";
import {
  type CombinationSettings,
  combineForecasts,
  type LossRecord,
  qlikeLoss,
  VOL_MEMBERS,
} from "../../models/vol-lstm/combine-forecasts.ts";
import { type ForecastGrid, forecastGrid, harForecasts } from "../../models/vol-lstm/har-walk-forward.ts";
import { HOURS_PER_DAY } from "../../models/vol-lstm/hourly-variance.ts";
import { memberForecasts, ownForecasts } from "../../models/vol-lstm/member-forecasts.ts";
import { VOL_HORIZONS_HOURS } from "../../models/vol-lstm/vol-inputs.ts";
import type { VolManifest, VolScore } from "../../models/vol-lstm/vol-manifest.ts";
import { blockBootstrap } from "../evaluate/block-bootstrap.ts";
import { dieboldMariano } from "../evaluate/newey-west.ts";
import { garchForecasts } from "../volatility/garch-walk-forward.ts";
import { realisedVariances, type VolSeries } from "./vol-rows.ts";

/** Grids of the evaluation: days at midnight for 1, 7, 30 d, and every five hours (all phases of day and week) for 1, 4, 24 h. */
export const EVALUATION_GRIDS = [
  { everyHours: 24, horizonsHours: [24, 168, 720] },
  { everyHours: 5, horizonsHours: [1, 4, 24] },
] as const;

/** A model that forecasts from a time on; of several the newest that is not later than the forecast serves. */
export interface DatedModel {
  /** No label used in fitting ends later, seconds. */
  readonly untilSec: number;
  readonly models: Parameters<typeof memberForecasts>[2];
}

/** Losses of all policies at the same times. */
export interface LossTable {
  readonly seriesId: string;
  readonly everyHours: number;
  readonly horizonHours: number;
  /** The combination's record at the end of the grid. */
  readonly record: LossRecord;
  /** `[n]` */
  readonly atSec: Float64Array;
  /** Month's variance at each time, for terciles. `[n]` */
  readonly level: Float64Array;
  /** The combination's forecast and what came, mean variance per day, decimal². `[n]` */
  readonly combined: Float64Array;
  readonly realised: Float64Array;
  /** QLIKE by policy: `combined`, the members (of which `ownLogHar` and `ewma` are baselines too), `har`, `range`, `garchT`. `[n]` */
  readonly losses: ReadonlyMap<string, Float64Array>;
}

/** What is evaluated. */
export interface LossRequest {
  readonly models: readonly DatedModel[];
  /**
   * Series that the models were fitted on: there the combination's record starts only where the first model ends, because
   * losses on fitted rows flatter. On other series the first model also forecasts the past, which starts the record.
   */
  readonly trainedOn: readonly string[];
  readonly combination: CombinationSettings;
  /** Records to begin with; used where their newest loss is older than the first model. None by default. */
  readonly records?: VolManifest["combination"]["records"];
  /** Window of forecast times, seconds; combination and baselines use all of the past. */
  readonly fromSec: number;
  readonly toSec: number;
}

const BASELINES = ["har", "range"] as const;

/** Losses of one series on all grids and horizons, at times where every policy has a forecast and the label is there. */
export async function lossTables(series: VolSeries, request: LossRequest): Promise<readonly LossTable[]> {
  const tables: LossTable[] = [];
  for (const { everyHours, horizonsHours } of EVALUATION_GRIDS) {
    const grid = forecastGrid(series.windows, everyHours);
    const garch = everyHours === HOURS_PER_DAY ? garchColumns(series, grid, horizonsHours) : null;
    const members = await datedForecasts(series, grid, request);
    for (const [place, hours] of horizonsHours.entries()) {
      const start = startOf(request, { id: series.id, everyHours, hours });
      const combined = memberPolicies(series, { grid, members, hours, combination: request.combination, start });
      const policies = new Map<string, Float64Array>([
        ...combined.policies,
        ...BASELINES.map((kind) => [kind, harForecasts(series.windows, grid, { kind, hours })] as const),
        ...(garch === null ? [] : [["garchT", garch[place] ?? new Float64Array()] as const]),
      ]);
      tables.push(tableOf(series, { grid, everyHours, hours, policies, record: combined.record, request }));
    }
  }
  return tables;
}

function garchColumns(series: VolSeries, grid: ForecastGrid, hours: readonly number[]): readonly Float64Array[] {
  const spec = { variance: "garch", distribution: "t" } as const;
  const horizonDays = hours.map((entry) => entry / HOURS_PER_DAY);
  return garchForecasts(series.windows, grid, { spec, horizonDays }).forecasts;
}

/** Members' forecasts on the whole grid, NaN without inputs; each time served by the newest model that may serve it. */
async function datedForecasts(
  { id, windows }: VolSeries,
  grid: ForecastGrid,
  { models, trainedOn }: LossRequest,
): Promise<readonly (readonly Float64Array[])[]> {
  const own = ownForecasts(windows, grid);
  const sorted = [...models].sort((left, right) => left.untilSec - right.untilSec);
  const columns = VOL_HORIZONS_HOURS.map(() =>
    VOL_MEMBERS.map(() => new Float64Array(grid.indexes.length).fill(Number.NaN)),
  );
  for (const [order, { untilSec, models: fitted }] of sorted.entries()) {
    const nextSec = sorted[order + 1]?.untilSec ?? Number.POSITIVE_INFINITY;
    const isFromStart = order === 0 && !trainedOn.includes(id);
    const places = [...grid.atSec.keys()].filter((place) => {
      const atSec = grid.atSec[place] ?? 0;
      return (isFromStart || atSec >= untilSec) && atSec < nextSec;
    });
    const table = await memberForecasts(windows, { grid, places, own }, fitted);
    for (const [row, place] of table.places.entries()) copyRow(columns, table.forecasts, { place, row });
  }
  return columns;
}

function copyRow(
  columns: readonly (readonly Float64Array[])[],
  forecasts: readonly (readonly Float64Array[])[],
  { place, row }: { readonly place: number; readonly row: number },
): void {
  columns.forEach((members, horizon) => {
    members.forEach((column, member) => {
      column[place] = forecasts[horizon]?.[member]?.[row] ?? Number.NaN;
    });
  });
}

interface PolicyInput {
  readonly grid: ForecastGrid;
  readonly members: readonly (readonly Float64Array[])[];
  readonly hours: number;
  readonly combination: CombinationSettings;
  readonly start: LossRecord | undefined;
}

/** The record of a series, grid and horizon that ends before the first model begins to forecast. */
function startOf(
  { records = [], models }: LossRequest,
  { id, everyHours, hours }: { readonly id: string; readonly everyHours: number; readonly hours: number },
): LossRecord | undefined {
  const firstSec = Math.min(...models.map(({ untilSec }) => untilSec));
  return records.find((record) => {
    const isSame = record.series === id && record.everyHours === everyHours && record.horizonHours === hours;
    return isSame && record.lastSec !== null && record.lastSec + hours * SECONDS_PER_HOUR <= firstSec;
  });
}

function memberPolicies(
  { windows }: VolSeries,
  { grid, members, hours, combination, start }: PolicyInput,
): { readonly policies: readonly (readonly [string, Float64Array])[]; readonly record: LossRecord } {
  const horizon = VOL_HORIZONS_HOURS.findIndex((entry) => entry - hours === 0);
  const forecasts = members[horizon] ?? [];
  const realised = Float64Array.from(grid.indexes, (index) => realisedVariances(windows, index)[horizon] ?? Number.NaN);
  const horizonSec = hours * SECONDS_PER_HOUR;
  const input = { atSec: grid.atSec, forecasts, realised, horizonSec };
  const { forecast, record } = combineForecasts(input, combination, start);
  const policies = [
    ["realised", realised],
    ["combined", forecast],
    ...VOL_MEMBERS.map((name, member) => [name, forecasts[member] ?? new Float64Array()] as const),
  ] as const;
  return { policies, record };
}

interface TableInput {
  readonly grid: ForecastGrid;
  readonly everyHours: number;
  readonly hours: number;
  readonly policies: ReadonlyMap<string, Float64Array>;
  readonly record: LossRecord;
  readonly request: Pick<LossRequest, "fromSec" | "toSec">;
}

function tableOf(
  { id, windows }: VolSeries,
  { grid, everyHours, hours, policies, record, request }: TableInput,
): LossTable {
  const realised = policies.get("realised") ?? new Float64Array();
  const names = [...policies.keys()].filter((name) => name !== "realised");
  const all = names.map((name) => policies.get(name)?.map((value, time) => qlikeLoss(realised[time] ?? 0, value)));
  const kept = [...grid.atSec.keys()].filter((time) => {
    const atSec = grid.atSec[time] ?? Number.NaN;
    const isInside = atSec >= request.fromSec && atSec <= request.toSec;
    return isInside && all.every((losses) => Number.isFinite(losses?.[time] ?? Number.NaN));
  });
  const pick = (values: Float64Array | undefined): Float64Array =>
    Float64Array.from(kept, (time) => values?.[time] ?? Number.NaN);
  return {
    seriesId: id,
    everyHours,
    horizonHours: hours,
    record,
    atSec: pick(grid.atSec),
    combined: pick(policies.get("combined")),
    realised: pick(realised),
    level: Float64Array.from(kept, (time) => windows.trailing("range", grid.indexes[time] ?? -1, 720)),
    losses: new Map(names.map((name, place) => [name, pick(all[place])])),
  };
}

/** Draws and level of the bootstrap; blocks of at least ten days and of twice the horizon. */
const BOOTSTRAP = { draws: 500, level: 0.95 };
const MIN_BLOCK_DAYS = 10;

/** Score of one table; NaN means without any time. */
export function scoreOf(table: LossTable, rng: Rng): VolScore & { readonly terciles: readonly number[] } {
  const losses = (name: string): Float64Array => table.losses.get(name) ?? new Float64Array();
  const [combined, logHar] = [losses("combined"), losses("ownLogHar")];
  const stepSec = table.everyHours * SECONDS_PER_HOUR;
  const lags = Math.ceil((table.horizonHours * SECONDS_PER_HOUR) / stepSec);
  const blockSteps = Math.max(2 * lags, Math.ceil((MIN_BLOCK_DAYS * SECONDS_PER_DAY) / stepSec));
  const ratio = (steps: Iterable<number>): number => {
    let [own, theirs] = [0, 0];
    for (const step of steps) {
      own += combined[step] ?? 0;
      theirs += logHar[step] ?? 0;
    }
    return own / theirs;
  };
  const [low, high] = [1 / 3, 2 / 3].map((share) => quantile(table.level, share));
  const tercile = (from: number, to: number): number =>
    ratio([...table.level.keys()].filter((time) => (table.level[time] ?? 0) > from && (table.level[time] ?? 0) <= to));
  return {
    series: table.seriesId,
    horizonHours: table.horizonHours,
    everyHours: table.everyHours,
    count: combined.length,
    qlike: Object.fromEntries([...table.losses].map(([name, values]) => [name, mean(values)])),
    ratioToLogHar: ratio(combined.keys()),
    interval: [...blockBootstrap(combined.length, ratio, { ...BOOTSTRAP, blockSteps, rng })],
    dieboldMarianoP: dieboldMariano([combined, logHar], lags).pValue,
    terciles: [
      tercile(Number.NEGATIVE_INFINITY, low ?? 0),
      tercile(low ?? 0, high ?? 0),
      tercile(high ?? 0, Number.POSITIVE_INFINITY),
    ],
  };
}
