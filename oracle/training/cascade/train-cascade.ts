/** Trains the cascade artefact: hazards of both horizons from liquidations and bars, the surrogate from drawn books. */
import { PlimsollError } from "../../domain/errors.ts";
import type { BarSeries } from "../../domain/market.ts";
import type { HawkesProcess } from "../../math/hawkes.ts";
import type { HazardModel } from "../../models/cascade/hazard.ts";
import { rankScores } from "../evaluate/rank-scores.ts";
import { HAZARD_TARGETS, type HazardTarget, isEvent } from "./fit-hazard.ts";
import { fitSurrogate, type SurrogateSettings, type SurrogateTraining } from "./fit-surrogate.ts";
import { fitHazardAt, fitPlain, hazardFitter } from "./hazard-fitters.ts";
import { type HazardRow, hazardRows, type LiquidationFlow } from "./hazard-rows.ts";
import { type HazardForecast, type KnownHazards, knownAt, walkHazard } from "./hazard-walk.ts";

/** What is trained from. */
export interface CascadeRequest {
  readonly bars: BarSeries;
  readonly flow: LiquidationFlow;
  readonly seed: string;
  readonly settings?: SurrogateSettings;
  /** Share done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Hazard of one horizon with what its walk came to. */
export interface TrainedHazard {
  readonly withArrivals: HazardModel;
  readonly withoutArrivals: HazardModel;
  readonly frequency: number;
  readonly auc: number;
  readonly averagePrecision: number;
  readonly plainAuc: number;
}

/** Everything an artefact is written from. */
export interface CascadeTraining {
  readonly hazards: readonly TrainedHazard[];
  readonly arrivals: HawkesProcess;
  readonly span: { readonly fromSec: number; readonly untilSec: number };
  readonly hours: number;
  readonly surrogate: SurrogateTraining;
}

/** Fewer hours leave no walk to calibrate on. */
const LEAST_HOURS = 3_000;
/** The hazards take a small part of the time. */
const HAZARD_SHARE = 0.2;

/**
 * Trains on everything that is known; the same seed and data give the same numbers.
 *
 * @throws PlimsollError `TRAINING_TOO_FEW_ROWS` below 3 000 hours with outcomes, or where an event never followed;
 * `TRAINING_ONE_OUTCOME` where an event followed all forecasts of a walk or none; those of `fitSurrogate`.
 */
export async function trainCascade(request: CascadeRequest): Promise<CascadeTraining> {
  const { bars, flow, seed, onProgress } = request;
  const rows = hazardRows(bars, flow);
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined || rows.length < LEAST_HOURS) throw tooFewRows(rows.length);
  const fitted = HAZARD_TARGETS.map((target, place) => {
    const found = trainHazard(rows, target, flow);
    onProgress?.((HAZARD_SHARE * (place + 1)) / HAZARD_TARGETS.length);
    return found;
  });
  const [arrivals] = fitted.flatMap((found) => found.arrivals ?? []);
  if (arrivals === undefined) throw tooFewRows(rows.length);
  const surrogate = await fitSurrogate(seed, request.settings, (share) =>
    onProgress?.(HAZARD_SHARE + (1 - HAZARD_SHARE) * share),
  );
  const span = { fromSec: first.atSec, untilSec: last.atSec };
  return { hazards: fitted.map(({ trained }) => trained), arrivals, span, hours: rows.length, surrogate };
}

function trainHazard(rows: readonly HazardRow[], target: HazardTarget, flow: LiquidationFlow) {
  const forecasts = walkHazard(rows, target, hazardFitter(flow, true));
  const withoutArrivals = walkHazard(rows, target, hazardFitter(flow, false));
  const known = (past: readonly HazardForecast[]): KnownHazards =>
    knownAt(flow.toSec, target, { rows, forecasts: past });
  const [full, bare] = [fitHazardAt(known(forecasts), flow, true), fitHazardAt(known(withoutArrivals), flow, false)];
  if (full === null || bare === null) throw tooFewRows(rows.length);
  const scores = ranksOf(forecasts);
  const plainAuc = ranksOf(walkHazard(rows, target, fitPlain)).auc;
  const isJudged = [scores.auc, scores.averagePrecision, plainAuc].every(Number.isFinite);
  if (!isJudged) throw oneOutcome(target, forecasts);
  return {
    arrivals: full.arrivals,
    trained: {
      withArrivals: full.model,
      withoutArrivals: bare.model,
      frequency: rows.filter((row) => isEvent(row, target)).length / rows.length,
      ...scores,
      plainAuc,
    },
  };
}

function ranksOf(forecasts: readonly HazardForecast[]) {
  return rankScores(
    forecasts.map(({ probability }) => probability),
    forecasts.map(({ isHit }) => Number(isHit)),
  );
}

function oneOutcome(
  { horizonHours }: HazardTarget,
  forecasts: readonly HazardForecast[],
): PlimsollError<"TRAINING_ONE_OUTCOME"> {
  const events = forecasts.filter(({ isHit }) => isHit).length;
  return new PlimsollError({
    code: "TRAINING_ONE_OUTCOME",
    problem: `An event followed ${events} of ${forecasts.length} forecasts within ${horizonHours} h: a ranking needs some with and some without.`,
    remedy: "Give a longer span of bars and liquidations: forecasts begin after the first 100 days.",
    context: { horizonHours, events, forecasts: forecasts.length },
  });
}

function tooFewRows(rows: number): PlimsollError<"TRAINING_TOO_FEW_ROWS"> {
  return new PlimsollError({
    code: "TRAINING_TOO_FEW_ROWS",
    problem: `${rows} hours have bars, a week of history and a known outcome with events; at least ${LEAST_HOURS} are needed.`,
    remedy: "Give --data the folders of hourly bars of ETH and of Aave v2's liquidations of the same time.",
    context: { rows, limit: LEAST_HOURS },
  });
}
