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
/** Probes whose loss is an input of its own. */
const STATED_LOSSES = [WORST, SHOCKED, SHOCKED + 1, SHOCKED + 2] as const;
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
    writeFeatures(probed, scratch, rows.subarray(row * width, (row + 1) * width));
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
  readonly costs: Float64Array;
  readonly losses: Float64Array;
}

function createScratch(): Scratch {
  const blank = (): Float64Array => new Float64Array(PROBES.length);
  return {
    moves: blank(),
    logForwards: blank(),
    forwards: blank(),
    impliedVols: blank(),
    values: blank(),
    costs: blank(),
    losses: blank(),
  };
}

function writeFeatures(probed: ProbedCase, scratch: Scratch, row: Float32Array): void {
  const { given, strata, hours } = probed;
  const { terms, strike, tenorYears, impliedVol } = given;
  const isCall = terms.kind === "call";
  setScenarios(probed, scratch);
  const { forwards, logForwards, impliedVols, values, costs, losses } = scratch;
  revalue({ kind: terms.kind, strike, forwards, logForwards, impliedVols, tenorYears, inCoin: isCall }, values);
  const { intrinsic, maxLoss } = payoffBounds({ kind: terms.kind, strike }, terms.spot);
  const room = maxLoss - intrinsic;
  const logShare = (loss: number): number => Math.log(Math.min(1, Math.max(0, loss - intrinsic) / room) + SHARE_FLOOR);
  const gap = isCall ? Math.log(strike / terms.spot) : Math.log(terms.spot / strike);
  const hedging = {
    given,
    gap,
    coins: isCall ? Math.min(1, strike / terms.spot) : 1,
    rootTenor: Math.sqrt(tenorYears),
  };
  for (let probe = 0; probe < PROBES.length; probe += 1) {
    const cost = costAt(hedging, scratch.moves[probe] ?? Number.NaN, impliedVols[probe] ?? Number.NaN);
    costs[probe] = cost;
    losses[probe] = Math.min(maxLoss, (values[probe] ?? Number.NaN) + cost);
  }
  for (let level = 0; level < QUADRATURE.length; level += 1) row[level] = logShare(quadrature(losses, level));
  let place = QUADRATURE.length;
  for (const probe of STATED_LOSSES) {
    row[place] = logShare(losses[probe] ?? Number.NaN);
    place += 1;
  }
  row[place] = logShare(intrinsicAfter(given, strata[WORST] ?? Number.NaN));
  row[place + 1] = logShare(intrinsicAfter(given, strata[TAIL] ?? Number.NaN));
  row[place + 2] = logShare(intrinsic + costAt(hedging, 0, impliedVol));
  row[place + 3] = logShare(intrinsic + (costs[TAIL] ?? Number.NaN));
  row[place + 4] = logShare(intrinsic + (costs[WORST] ?? Number.NaN));
  row[place + 5] = Math.log(strata[TAIL] ?? Number.NaN);
  row[place + 6] = Math.log(strata[WORST] ?? Number.NaN);
  row[place + 7] = Math.log(impliedVol * hedging.rootTenor);
  row[place + 8] = Math.log(hours);
  row[place + 9] = Number(isCall);
  row[place + 10] = Math.min(Math.max(gap, GAP_LIMITS[0]), GAP_LIMITS[1]);
  row[place + 11] = Math.log(tenorYears * HOURS_PER_YEAR);
}

function quadrature(losses: Float64Array, level: number): number {
  const weights = QUADRATURE[level] ?? [];
  let sum = 0;
  for (let probe = 0; probe < weights.length; probe += 1) sum += (weights[probe] ?? 0) * (losses[probe] ?? 0);
  return sum;
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

/** What the costs of one case share. */
interface Hedging {
  readonly given: CloseOutCase;
  /** Log distance to the strike. */
  readonly gap: number;
  /** Coins behind a contract in the money. */
  readonly coins: number;
  readonly rootTenor: number;
}

function costAt({ given, gap, coins, rootTenor }: Hedging, move: number, impliedVol: number): number {
  const hedge = coins * touchProbability(gap - move, impliedVol * rootTenor);
  return closeOutCost(given, hedge, depthLeft(move));
}

function intrinsicAfter({ terms, strike }: CloseOutCase, move: number): number {
  return terms.kind === "put"
    ? Math.max(0, strike - terms.spot * Math.exp(-move))
    : Math.max(0, 1 - (strike / terms.spot) * Math.exp(-move));
}
