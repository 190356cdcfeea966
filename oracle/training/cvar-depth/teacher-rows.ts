/** Rows that the student learns from: features of random positions and the teacher's expected shortfalls. */
import { createRng, type Rng } from "../../math/rng.ts";
import type { AdversePaths } from "../../scoring/adverse-paths.ts";
import { closeOutFeatures, moveStrata, type ProbedCase } from "../../scoring/close-out-probes.ts";
import { closeOutShortfall } from "../../scoring/close-out-shortfall.ts";
import { type DrawnMarket, drawCase, drawMarket, LONGEST_HORIZON } from "./draw-cases.ts";
import { scaledPaths, type UnitPaths } from "./unit-paths.ts";

/** What is drawn. */
export interface TeacherPlan {
  readonly markets: number;
  readonly casesPerMarket: number;
  readonly seed: string;
  /** Called after each market. */
  readonly onMarket?: () => void;
}

/** Rows with labels. */
export interface TeacherRows {
  readonly rows: number;
  /** `[rows, CLOSE_OUT_FEATURES.length]` */
  readonly features: Float32Array;
  /** Log of (ES − I)/(L − I) by level. `[rows, SHORTFALL_LEVELS.length]` */
  readonly logShares: Float32Array;
  /** Factor from a relative error of the share to one of the whole shortfall: 1 − I/ES. `[rows, level]` */
  readonly leverage: Float32Array;
}

/** Shortfalls below a basis point of L − I are nothing to the chain, which rounds up to one; they are not taught. */
export const LEAST_SHARE = 1e-4;

/** Stratum whose mean move scales the strikes. */
const TAIL = 2;

/**
 * Draws positions and prices them on the paths of a pool chosen at random for each market.
 *
 * @param pools unit paths of at least {@link LONGEST_HORIZON} steps.
 */
export function teacherRows(pools: readonly UnitPaths[], plan: TeacherPlan): TeacherRows {
  const root = createRng(plan.seed);
  const cases: PricedCase[] = [];
  for (let place = 0; place < plan.markets; place += 1) {
    const rng = root.fork(`market-${place}`);
    const pool = pools[rng.integer(pools.length)];
    if (pool === undefined) continue;
    const market = drawMarket(rng.uniform() < 0.5 ? "put" : "call", rng);
    const { kind, spot } = market.terms;
    const paths = scaledPaths(pool, { kind, spot, hourlySigma: market.hourlySigma, steps: LONGEST_HORIZON });
    cases.push(...pricedCases(paths, market, { count: plan.casesPerMarket, rng }));
    plan.onMarket?.();
  }
  return collectRows(cases);
}

/** A position with the teacher's answer. */
export interface PricedCase {
  readonly probed: ProbedCase;
  /** (ES − I)/(L − I) by level. */
  readonly shares: readonly number[];
  /** 1 − I/ES by level. */
  readonly factors: readonly number[];
}

/** Draws positions in a market and prices them; those whose shortfall is nothing to the chain are left out. */
export function pricedCases(
  paths: AdversePaths,
  market: DrawnMarket,
  { count, rng }: { readonly count: number; readonly rng: Rng },
): readonly PricedCase[] {
  const known = new Map<number, Float64Array>();
  const strataAt = (steps: number): Float64Array => {
    const strata = known.get(steps) ?? moveStrata(paths, steps);
    known.set(steps, strata);
    return strata;
  };
  const rows: PricedCase[] = [];
  for (let index = 0; index < count; index += 1) {
    const given = drawCase(market, (steps) => strataAt(steps)[TAIL] ?? Number.NaN, rng);
    const { bounds, shortfalls } = closeOutShortfall(given, paths);
    const shares = shortfalls.map((value) => (value - bounds.intrinsic) / (bounds.maxLoss - bounds.intrinsic));
    if (!((shares[0] ?? 0) >= LEAST_SHARE)) continue;
    const factors = shortfalls.map((value) => 1 - bounds.intrinsic / value);
    const hours = given.steps * paths.stepHours;
    rows.push({ probed: { given, strata: strataAt(given.steps), hours }, shares, factors });
  }
  return rows;
}

/** Lays priced positions out as rows. */
export function collectRows(cases: readonly PricedCase[]): TeacherRows {
  return {
    rows: cases.length,
    features: closeOutFeatures(cases.map(({ probed }) => probed)),
    logShares: Float32Array.from(cases.flatMap(({ shares }) => shares.map(Math.log))),
    leverage: Float32Array.from(cases.flatMap(({ factors }) => factors)),
  };
}
