/** Does the student ever say less for more risk? Random pairs of positions that differ in one or all risk-increasing ways. */
import type { InferenceSession } from "onnxruntime-node";
import { LEAST_TENOR_IN_HORIZONS, SHORTFALL_LEVELS } from "../../domain/close-out-features.ts";
import type { OptionKind } from "../../domain/positions.ts";
import { createRng, type Rng } from "../../math/rng.ts";
import { runCloseOutNetwork } from "../../models/cvar-depth/run-close-out-network.ts";
import { closeOutFeatures, moveStrata, type ProbedCase } from "../../scoring/close-out-probes.ts";
import type { DepthCurve } from "../../scoring/depth-curve.ts";
import { drawCase, drawMarket, LONGEST_HORIZON } from "./draw-cases.ts";
import type { UnitPaths } from "./unit-paths.ts";

/** What may be raised. */
export const RAISED = ["volatility", "impliedVol", "size", "horizon", "lostDepth", "spread", "all"] as const;
/** One of {@link RAISED}. */
export type Raised = (typeof RAISED)[number];

/** What was found. */
export interface MonotoneCount {
  readonly pairs: number;
  /** Pairs with a lower shortfall at any level for more risk. */
  readonly violations: Readonly<Record<Raised, number>>;
}

/** What is drawn. */
export interface MonotonePlan {
  readonly pools: readonly UnitPaths[];
  readonly pairs: number;
  readonly seed: string;
}

/** Factors are log-uniform up to this, so that close and distant pairs both occur. */
const GREATEST_FACTOR = 3;
const LEAST_FACTOR = 1.000_1;
const CHUNK = 8_192;
const HOURS_PER_YEAR = 8_760;

/** Counts violations, exactly and without any tolerance. Both members lie inside of the student's tenor limit. */
export async function monotoneViolations(session: InferenceSession, plan: MonotonePlan): Promise<MonotoneCount> {
  const violations = Object.fromEntries(RAISED.map((name) => [name, 0])) as Record<Raised, number>;
  const rng = createRng(plan.seed);
  const tables = plan.pools.map(strataTable);
  for (let done = 0; done < plan.pairs; done += CHUNK) {
    const pairs = Array.from({ length: Math.min(CHUNK, plan.pairs - done) }, () => drawPair(tables, rng));
    const low = await runCloseOutNetwork(session, closeOutFeatures(pairs.map((pair) => pair.low)));
    const high = await runCloseOutNetwork(session, closeOutFeatures(pairs.map((pair) => pair.high)));
    pairs.forEach(({ raised }, row) => {
      if (!isOrdered(low, high, row)) violations[raised] += 1;
    });
  }
  return { pairs: plan.pairs, violations };
}

/** Mean moves of the strata at unit volatility. `[step][stratum]` by kind */
type StrataTable = Readonly<Record<OptionKind, readonly Float64Array[]>>;

function strataTable({ fall, rise }: UnitPaths): StrataTable {
  const of = (move: readonly Float64Array[]): readonly Float64Array[] =>
    move.map((_, step) => moveStrata({ move }, step + 1));
  return { put: of(fall), call: of(rise) };
}

function isOrdered(low: Float32Array, high: Float32Array, row: number): boolean {
  return SHORTFALL_LEVELS.every((_, level) => {
    const place = row * SHORTFALL_LEVELS.length + level;
    return (high[place] ?? Number.NaN) >= (low[place] ?? Number.NaN);
  });
}

interface Pair {
  readonly raised: Raised;
  readonly low: ProbedCase;
  readonly high: ProbedCase;
}

function drawPair(tables: readonly StrataTable[], rng: Rng): Pair {
  const table = tables[rng.integer(tables.length)] ?? { put: [], call: [] };
  const market = drawMarket(rng.uniform() < 0.5 ? "put" : "call", rng);
  const { kind } = market.terms;
  const unit = (steps: number): Float64Array => table[kind][steps - 1] ?? new Float64Array();
  const given = drawCase(market, (steps) => market.hourlySigma * (unit(steps)[2] ?? Number.NaN), rng);
  const raised = RAISED[rng.integer(RAISED.length)] ?? "all";
  const isRaised = (name: Raised): boolean => raised === name || raised === "all";
  const factor = (name: Raised): number =>
    isRaised(name) ? LEAST_FACTOR * (GREATEST_FACTOR / LEAST_FACTOR) ** (rng.uniform() ** 2) : 1;
  const volatility = factor("volatility");
  const longest = Math.min(LONGEST_HORIZON, Math.floor((given.tenorYears * HOURS_PER_YEAR) / LEAST_TENOR_IN_HORIZONS));
  const room = Math.max(0, longest - given.steps);
  const steps = given.steps + (isRaised("horizon") && room > 0 ? 1 + rng.integer(room) : 0);
  const terms = {
    ...given.terms,
    priceRisk: given.terms.priceRisk * volatility,
    curve: shallower(given.terms.curve, { depth: factor("lostDepth"), spread: factor("spread") }),
  };
  const impliedVol = given.impliedVol * factor("impliedVol");
  const high = { ...given, terms, impliedVol, size: given.size * factor("size"), steps };
  const strata = (at: number, sigma: number): Float64Array => unit(at).map((move) => move * sigma);
  return {
    raised,
    low: { given, strata: strata(given.steps, market.hourlySigma), hours: given.steps },
    high: { given: high, strata: strata(steps, market.hourlySigma * volatility), hours: steps },
  };
}

function shallower(
  curve: DepthCurve,
  { depth, spread }: { readonly depth: number; readonly spread: number },
): DepthCurve {
  return {
    ...curve,
    notionals: curve.notionals.map((notional) => notional / depth),
    costs: curve.costs.map((cost) => cost / depth),
    halfSpread: curve.halfSpread * spread,
  };
}
