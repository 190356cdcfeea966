/**
 * Implied volatility of a series and how it answers to moves: off the surface of quoted options where there is one, by the rules of
 * `vol-surface.ts` otherwise.
 */
import type { VolSource } from "../domain/greeks.ts";
import { type OptionSeries, tenorYears } from "../domain/positions.ts";
import type { QuotedSurface } from "../domain/quoted-surface.ts";
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../domain/units.ts";
import { surfaceVariance } from "../math/svi-surface.ts";
import type { AssetContext } from "./asset-context.ts";
import { smileRatio, type VolResponse, volResponse } from "./vol-surface.ts";

/** Volatility of a series. */
export interface SeriesVol {
  /** Of this strike and tenor, decimal a year. */
  readonly impliedVol: number;
  readonly response: VolResponse;
  /** Forward of the expiry over the spot price, > 0; 1 without quotes. */
  readonly basis: number;
  readonly source: VolSource;
  /** Age of the quotes, seconds; `null` without. */
  readonly quotesAgeSec: number | null;
}

/**
 * The strike at which a series is valued under the spot price instead of its forward: Black-76 is homogeneous, so a coin call under the
 * forward F is one of the strike K · S/F under S, and so is a put in USD discounted by the same carry.
 */
export function carriedStrike({ strike }: Pick<OptionSeries, "strike">, { basis }: Pick<SeriesVol, "basis">): number {
  return strike / basis;
}

/** What is read of an asset. */
export type VolGround = Pick<AssetContext, "impliedVol" | "isModelVol" | "surface"> & {
  readonly market: Pick<AssetContext["market"], "spot">;
};

/** As for the volatility index: an older chain may lack a jump that the model has seen. */
export const FRESH_QUOTES_SEC = 2 * SECONDS_PER_HOUR;
/** Move over which the smile's slope is taken, log units: the middle one of what a horizon of 6 h brings. */
const SLOPE_MOVE = 0.05;
/**
 * How much of the smile's own slope is credited where it takes volatility off a strike that the price moves to. At a fixed strike, falls of more
 * than 2.5 % within 6 h raised it by less than the whole slope says in nine of ten cases only with half of it credited
 * (docs/models/surface.md, what a move does to the surface).
 */
const RELIEF_SHARE = 0.5;
/** Volatility of a strike over that at the money: beyond, wings are extrapolated. */
const WING_RATIO = { least: 0.6, greatest: 4 } as const;

/**
 * Volatility of a series now.
 *
 * Quotes up to two hours old stand; older ones may only raise what the rules say. Moves since the quotes shift the surface as the
 * scenarios do: the strike keeps its volatility, an adverse answer is added, a relief is not.
 */
export function seriesVol(
  series: Pick<OptionSeries, "strike" | "expirySec">,
  ground: VolGround,
  atSec: number,
): SeriesVol {
  const { surface, market } = ground;
  const tenor = tenorYears(series, atSec);
  const ruled: SeriesVol = {
    impliedVol: ground.impliedVol * smileRatio(series.strike, market.spot, tenor),
    response: volResponse(tenor),
    basis: 1,
    source: ground.isModelVol ? "model" : "volatility-index",
    quotesAgeSec: null,
  };
  const quoted = surface === null ? null : quotedVol(series, { surface, spot: market.spot, rule: ruled.response });
  if (surface === null || quoted === null) return ruled;
  const quotesAgeSec = atSec - surface.quotedAtSec;
  if (quotesAgeSec <= FRESH_QUOTES_SEC) return { ...quoted, source: "quotes", quotesAgeSec };
  return {
    impliedVol: Math.max(quoted.impliedVol, ruled.impliedVol),
    response: greaterResponse(quoted.response, ruled.response),
    basis: quoted.basis,
    source: "quotes-and-rules",
    quotesAgeSec,
  };
}

interface QuotedGround {
  readonly surface: QuotedSurface;
  readonly spot: number;
  readonly rule: VolResponse;
}

/** `null` where the surface has no number for the series. */
function quotedVol(
  { strike, expirySec }: Pick<OptionSeries, "strike" | "expirySec">,
  { surface, spot, rule }: QuotedGround,
): Pick<SeriesVol, "impliedVol" | "response" | "basis"> | null {
  const tenor = (expirySec - surface.quotedAtSec) / SECONDS_PER_YEAR;
  const carried = logBasis(surface, tenor);
  const logMoneyness = Math.log(strike / surface.index) - carried;
  const volAt = (place: number): number =>
    Math.sqrt(surfaceVariance(surface.slices, { tenorYears: tenor, logMoneyness: place }) / tenor);
  const level = volAt(0);
  const vol = Math.min(Math.max(volAt(logMoneyness), WING_RATIO.least * level), WING_RATIO.greatest * level);
  if (!(vol > 0 && Number.isFinite(vol))) return null;
  const slope = (move: number): number => Math.log(volAt(logMoneyness + move) / volAt(logMoneyness)) / SLOPE_MOVE;
  const response = {
    perFall: answer(rule.perFall, slope(SLOPE_MOVE)),
    perRise: answer(rule.perRise, slope(-SLOPE_MOVE)),
    perRootHour: rule.perRootHour,
  };
  const fall = Math.log(surface.index / spot);
  const shift = fall >= 0 ? response.perFall * fall : response.perRise * -fall;
  return { impliedVol: vol * (1 + shift), response, basis: Math.exp(carried) };
}

/** The rule for the level, and the smile that travels with the price: what it adds counts whole, what it takes off in part. */
function answer(rule: number, slope: number): number {
  return Math.max(0, rule + (slope > 0 ? slope : RELIEF_SHARE * slope));
}

/** Logarithm of forward over index: linear in time from 0, beyond the last expiry at its rate. */
function logBasis({ slices, index }: QuotedSurface, tenor: number): number {
  const next = slices.findIndex(({ tenorYears: end }) => end >= tenor);
  const after = next < 0 ? slices.at(-1) : slices[next];
  if (after === undefined) return Number.NaN;
  const before = next < 1 ? null : slices[next - 1];
  const [startTenor, start] = before == null ? [0, 0] : [before.tenorYears, Math.log(before.forward / index)];
  const end = Math.log(after.forward / index);
  return start + ((end - start) * (tenor - startTenor)) / (after.tenorYears - startTenor);
}

function greaterResponse(left: VolResponse, right: VolResponse): VolResponse {
  return {
    perFall: Math.max(left.perFall, right.perFall),
    perRise: Math.max(left.perRise, right.perRise),
    perRootHour: Math.max(left.perRootHour, right.perRootHour),
  };
}
