/** Inputs of the close-out student: values and costs of a position at a few moves that sum up the tail of its paths. */
import { CLOSE_OUT_FEATURES, MOVE_STRATA, SHORTFALL_LEVELS } from "../domain/close-out-features.ts";
import { payoffBounds } from "../domain/positions.ts";
import { revalue } from "../math/black76-kernel.ts";
import type { AdversePaths } from "./adverse-paths.ts";
import { closeOutCost } from "./close-out-cost.ts";
import { type CloseOutCase, requireCase } from "./close-out-shortfall.ts";
import { depthLeft } from "./depth-curve.ts";
import { touchProbability } from "./loss-distribution.ts";
import { volResponse } from "./vol-surface.ts";

/** A case with the tail of the paths of its asset, direction and horizon. */
export interface ProbedCase {
  readonly given: CloseOutCase;
  /** Of {@link moveStrata}. */
  readonly strata: Float64Array;
  /** Length of the horizon. */
  readonly hours: number;
}

/** Mean of a standard normal law beyond its 97.5 % quantile: the shock of implied volatility alone. */
const TAIL_SHOCK = 2.338;
/** Stratum of the move (−1 for none) and shock of implied volatility, standard deviations, of each probe. */
const PROBES = [
  [0, 0],
  [1, 0],
  [2, 0],
  [3, 0],
  [4, 0],
  [2, 1],
  [3, 1],
  [-1, TAIL_SHOCK],
] as const;
/** Share of each stratum in the tail beyond each level. */
const QUADRATURE = SHORTFALL_LEVELS.map((level) =>
  MOVE_STRATA.slice(1).map((end, stratum) => {
    const begin = MOVE_STRATA[stratum] ?? 0;
    const mass = 1 - level;
    return Math.max(0, Math.min(end, mass) - begin) / mass;
  }),
);
/** The stratum beyond 0.1 %, and that of 0.4 to 1 %, the middle of the tail. */
const WORST = 0;
const TAIL = 2;
/** First probe with a shock of implied volatility. */
const SHOCKED = 5;
/** Losses below this share of L − I are one to the student: a basis point is what the chain rounds to. */
const SHARE_FLOOR = 1e-5;
/** Gaps are taken between these: beyond, the option is its intrinsic value or nothing over any horizon at hand. */
const GAP_LIMITS = [-1, 1] as const;
const HOURS_PER_YEAR = 8_760;

/**
 * Mean worst log move of each stratum of the paths up to a step, largest first; non-decreasing in steps and volatility.
 *
 * @returns `[MOVE_STRATA.length − 1]`
 */
export function moveStrata(paths: Pick<AdversePaths, "move">, steps: number): Float64Array {
  const ascending = (paths.move[steps - 1] ?? new Float64Array()).slice().sort();
  const count = ascending.length;
  return Float64Array.from({ length: MOVE_STRATA.length - 1 }, (_, stratum) => {
    const begin = Math.round((MOVE_STRATA[stratum] ?? 0) * count);
    const end = Math.max(begin + 1, Math.round((MOVE_STRATA[stratum + 1] ?? 0) * count));
    return ascending.subarray(count - end, count - begin).reduce((sum, move) => sum + move, 0) / (end - begin);
  });
}

/**
 * Feature rows of cases.
 *
 * @returns row-major `[cases, CLOSE_OUT_FEATURES.length]`
 * @throws PlimsollError `CLOSE_OUT_CASE`.
 */
export function closeOutFeatures(cases: readonly ProbedCase[]): Float32Array {
  const width = CLOSE_OUT_FEATURES.length;
  const rows = new Float32Array(cases.length * width);
  const scratch = createScratch();
  cases.forEach((probed, row) => {
    requireCase(probed.given);
    rows.set(featuresOf(probed, scratch), row * width);
  });
  return rows;
}

/** Arrays that every row overwrites. `[PROBES.length]` each */
interface Scratch {
  readonly moves: Float64Array;
  readonly logForwards: Float64Array;
  readonly forwards: Float64Array;
  readonly impliedVols: Float64Array;
  readonly values: Float64Array;
}

function createScratch(): Scratch {
  const blank = (): Float64Array => new Float64Array(PROBES.length);
  return { moves: blank(), logForwards: blank(), forwards: blank(), impliedVols: blank(), values: blank() };
}

function featuresOf(probed: ProbedCase, scratch: Scratch): readonly number[] {
  const { given, strata, hours } = probed;
  const { terms, strike, tenorYears, impliedVol } = given;
  const isCall = terms.kind === "call";
  setScenarios(probed, scratch);
  revalue(
    {
      kind: terms.kind,
      strike,
      forwards: scratch.forwards,
      logForwards: scratch.logForwards,
      impliedVols: scratch.impliedVols,
      tenorYears,
      inCoin: isCall,
    },
    scratch.values,
  );
  const { intrinsic, maxLoss } = payoffBounds({ kind: terms.kind, strike }, terms.spot);
  const room = maxLoss - intrinsic;
  const logShare = (loss: number): number => Math.log(Math.min(1, Math.max(0, loss - intrinsic) / room) + SHARE_FLOOR);
  const costs = scratch.moves.map((move, probe) => costAt(given, move, scratch.impliedVols[probe] ?? Number.NaN));
  const losses = scratch.values.map((value, probe) => Math.min(maxLoss, value + (costs[probe] ?? Number.NaN)));
  const gap = isCall ? Math.log(strike / terms.spot) : Math.log(terms.spot / strike);
  return [
    ...QUADRATURE.map((weights) =>
      logShare(weights.reduce((sum, weight, probe) => sum + weight * (losses[probe] ?? 0), 0)),
    ),
    logShare(losses[WORST] ?? Number.NaN),
    logShare(losses[SHOCKED] ?? Number.NaN),
    logShare(losses[SHOCKED + 1] ?? Number.NaN),
    logShare(losses[SHOCKED + 2] ?? Number.NaN),
    logShare(intrinsicAfter(given, strata[WORST] ?? Number.NaN)),
    logShare(intrinsicAfter(given, strata[TAIL] ?? Number.NaN)),
    logShare(intrinsic + costAt(given, 0, impliedVol)),
    logShare(intrinsic + (costs[TAIL] ?? Number.NaN)),
    logShare(intrinsic + (costs[WORST] ?? Number.NaN)),
    Math.log(strata[TAIL] ?? Number.NaN),
    Math.log(strata[WORST] ?? Number.NaN),
    Math.log(impliedVol * Math.sqrt(tenorYears)),
    Math.log(hours),
    Number(isCall),
    Math.min(Math.max(gap, GAP_LIMITS[0]), GAP_LIMITS[1]),
    Math.log(tenorYears * HOURS_PER_YEAR),
  ];
}

/** Implied volatility answers as on the paths of scoring: nothing lowers it. */
function setScenarios({ given, strata, hours }: ProbedCase, scratch: Scratch): void {
  const { terms, tenorYears, impliedVol } = given;
  const response = volResponse(tenorYears);
  const perMove = terms.kind === "put" ? response.perFall : response.perRise;
  const perShock = response.perRootHour * Math.sqrt(hours);
  const sign = terms.kind === "put" ? -1 : 1;
  const logSpot = Math.log(terms.spot);
  PROBES.forEach(([stratum, shock], probe) => {
    const move = stratum === -1 ? 0 : (strata[stratum] ?? Number.NaN);
    const logForward = logSpot + sign * move;
    scratch.moves[probe] = move;
    scratch.logForwards[probe] = logForward;
    scratch.forwards[probe] = Math.exp(logForward);
    scratch.impliedVols[probe] = impliedVol * (1 + perMove * move + perShock * shock);
  });
}

function costAt(given: CloseOutCase, move: number, impliedVol: number): number {
  const { terms, strike, tenorYears, size } = given;
  const gap = terms.kind === "put" ? Math.log(terms.spot / strike) : Math.log(strike / terms.spot);
  const coins = terms.kind === "put" ? 1 : Math.min(1, strike / terms.spot);
  const hedge = coins * touchProbability(gap - move, impliedVol * Math.sqrt(tenorYears));
  return closeOutCost({ terms, size }, hedge, depthLeft(move));
}

function intrinsicAfter({ terms, strike }: CloseOutCase, move: number): number {
  return terms.kind === "put"
    ? Math.max(0, strike - terms.spot * Math.exp(-move))
    : Math.max(0, 1 - (strike / terms.spot) * Math.exp(-move));
}
