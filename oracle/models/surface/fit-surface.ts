/** Fits the volatility surface of a chain: SVI slices that help each other, repaired until no static arbitrage is left. */
import { impliedVol } from "../../math/implied-vol.ts";
import type { SviSlice } from "../../math/svi.ts";
import type { TenorSlice } from "../../math/svi-surface.ts";
import type { SliceQuotes } from "./clean-chain.ts";
import { type Arbitrage, findArbitrage } from "./find-arbitrage.ts";
import { fitSlice, type SliceTask } from "./fit-slice.ts";
import { projectSsvi } from "./project-ssvi.ts";
import { SVI_POINT_SIZE, type SviPoint, sliceOf, USUAL_SMILE } from "./svi-point.ts";

/** A fitted slice. */
export interface SurfaceSlice extends TenorSlice {
  readonly expirySec: number;
  /** See {@link SliceQuotes}. */
  readonly forward: number;
  readonly forwardRatio: number;
  /** Quotes that it was fitted to. */
  readonly quoteCount: number;
  /** Least and greatest log moneyness among them. */
  readonly lowestQuoted: number;
  readonly highestQuoted: number;
}

/** A surface without static arbitrage on the grid of {@link findArbitrage}. */
export interface VolSurface {
  /** Ascending in tenor, at least one. */
  readonly slices: readonly SurfaceSlice[];
  /** How much work it took: `none` without any repair, `slices` by penalties, `ssvi` by projection. */
  readonly repair: "none" | "slices" | "ssvi";
}

/** A slice needs as many quotes as it has parameters. */
const LEAST_QUOTES = SVI_POINT_SIZE;
/** Strength of the usual smile in the free fit. */
export const FREE_STRENGTH = 0.02;
/** Strength of the neighbours' smile in the second. */
const NEIGHBOUR_STRENGTH = 0.3;
/** Expiries whose tenors differ by this factor are neighbours; e-folding of the weight in its square. */
const NEIGHBOUR_WIDTH = 0.7;
/** Weights of arbitrage in the rounds of repair. */
const PENALTIES = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7];
const USUAL_VOL = 0.5;
const LEAST_VOL = 0.05;

interface Draft {
  readonly quotes: SliceQuotes;
  readonly scale: number;
  readonly point: SviPoint;
}

/**
 * Fits all expiries with at least five usable quotes.
 *
 * Each slice is fitted alone, then once more drawn to the smile of its neighbours in tenor. Where the result can be arbitraged, slices
 * are fitted again under penalties that grow from round to round; if five rounds do not help, the slices are projected to SSVI.
 *
 * @param chain ascending in expiry, as {@link SliceQuotes} come from `cleanChain`.
 * @returns `null` where no expiry has enough quotes, and where even the projection is not free of arbitrage on the grid.
 */
export function fitSurface(chain: readonly SliceQuotes[]): VolSurface | null {
  const free = fitFreely(chain);
  if (free.length === 0) return null;
  let drafts = free.map((draft) => ({ ...draft, point: fitSlice(softTask(draft, free), draft.point) }));
  if (isClean(drafts)) return { slices: drafts.map(surfaceSlice), repair: "none" };
  for (const penalty of PENALTIES) {
    drafts = repaired(drafts, free, penalty);
    if (isClean(drafts)) return { slices: drafts.map(surfaceSlice), repair: "slices" };
  }
  const projected = projectSsvi(drafts.map(surfaceSlice));
  if (!hasNoArbitrage(projected)) return null;
  return {
    slices: drafts.map((draft, place) => ({ ...surfaceSlice(draft), ...projected[place] })),
    repair: "ssvi",
  };
}

/** Slices fitted alone, without a look at arbitrage: the baseline, and the start of {@link fitSurface}. */
export function fitRawSlices(chain: readonly SliceQuotes[]): readonly SurfaceSlice[] {
  return fitFreely(chain).map(surfaceSlice);
}

function fitFreely(chain: readonly SliceQuotes[]): readonly Draft[] {
  return chain.flatMap((quotes) => {
    if (quotes.points.length < LEAST_QUOTES) return [];
    const scale = scaleOf(quotes);
    const task = { quotes, scale, prior: USUAL_SMILE, strength: FREE_STRENGTH, below: null, above: null, penalty: 0 };
    return [{ quotes, scale, point: fitSlice(task, USUAL_SMILE) }];
  });
}

function scaleOf({ points, tenorYears }: SliceQuotes): number {
  const nearest = points.reduce((best, point) =>
    Math.abs(point.logMoneyness) < Math.abs(best.logMoneyness) ? point : best,
  );
  const { price, logMoneyness, isCall } = nearest;
  const kind = isCall ? "call" : "put";
  const found = impliedVol({ kind, forward: 1, strike: Math.exp(logMoneyness), price, tenorYears });
  const vol = found.ok && found.impliedVol > LEAST_VOL ? found.impliedVol : USUAL_VOL;
  return vol * Math.sqrt(tenorYears);
}

function softTask(draft: Draft, free: readonly Draft[]): SliceTask {
  const prior = neighbourSmile(draft, free);
  const { quotes, scale } = draft;
  const limits = { below: null, above: null, penalty: 0 };
  return prior === null
    ? { quotes, scale, prior: USUAL_SMILE, strength: FREE_STRENGTH, ...limits }
    : { quotes, scale, prior, strength: NEIGHBOUR_STRENGTH, ...limits };
}

/** Mean of the other slices' points, weighted by nearness in tenor and by quotes; `null` without any other. */
function neighbourSmile(draft: Draft, free: readonly Draft[]): SviPoint | null {
  const mean = new Float64Array(SVI_POINT_SIZE);
  let total = 0;
  for (const { quotes, point } of free) {
    if (quotes.expirySec === draft.quotes.expirySec) continue;
    const distance = Math.log(quotes.tenorYears / draft.quotes.tenorYears) / NEIGHBOUR_WIDTH;
    const weight = quotes.points.length * Math.exp(-(distance * distance) / 2);
    total += weight;
    for (let index = 0; index < SVI_POINT_SIZE; index += 1) {
      mean[index] = (mean[index] ?? 0) + weight * (point[index] ?? 0);
    }
  }
  return total > 1 ? mean.map((value) => value / total) : null;
}

/** One round: every slice in order of tenor, between the newest slices on its two sides. */
function repaired(drafts: readonly Draft[], free: readonly Draft[], penalty: number): Draft[] {
  const next = [...drafts];
  drafts.forEach((draft, place) => {
    const below = sliceAt(next[place - 1]);
    const above = sliceAt(next[place + 1]);
    const task = { ...softTask(draft, free), below, above, penalty };
    next[place] = { ...draft, point: fitSlice(task, draft.point) };
  });
  return next;
}

function sliceAt(draft: Draft | undefined): SviSlice | null {
  return draft === undefined ? null : sliceOf(draft.point, draft.scale);
}

function isClean(drafts: readonly Draft[]): boolean {
  return hasNoArbitrage(drafts.map(surfaceSlice));
}

function hasNoArbitrage(slices: readonly TenorSlice[]): boolean {
  const { butterfly, calendar }: Arbitrage = findArbitrage(slices);
  return butterfly + calendar === 0;
}

function surfaceSlice({ quotes, scale, point }: Draft): SurfaceSlice {
  return {
    expirySec: quotes.expirySec,
    tenorYears: quotes.tenorYears,
    forward: quotes.forward,
    forwardRatio: quotes.forwardRatio,
    quoteCount: quotes.points.length,
    lowestQuoted: quotes.points[0]?.logMoneyness ?? Number.NaN,
    highestQuoted: quotes.points.at(-1)?.logMoneyness ?? Number.NaN,
    slice: sliceOf(point, scale),
  };
}
