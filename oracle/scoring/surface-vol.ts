/** What a surface of quoted options says of one series: volatility, answer to moves, forward, and whether it was quoted there at all. */
import type { OptionSeries } from "../domain/positions.ts";
import type { QuotedSlice, QuotedSurface } from "../domain/quoted-surface.ts";
import { SECONDS_PER_YEAR } from "../domain/units.ts";
import { surfaceVariance } from "../math/svi-surface.ts";
import type { VolResponse } from "./vol-surface.ts";

/** A series off the surface. */
export interface SurfaceVol {
  /** Of this strike and tenor, decimal a year, > 0. */
  readonly impliedVol: number;
  readonly response: VolResponse;
  /** Forward of the expiry over the price of the asset, > 0. */
  readonly basis: number;
  /** Whether the series lies between the expiries and among the strikes that were quoted. */
  readonly isCovered: boolean;
}

/** What is read beside the series. */
export interface SurfaceGround {
  readonly surface: QuotedSurface;
  /** Price of the asset now, USD. */
  readonly spot: number;
  /** Answer of the level at the money. */
  readonly rule: VolResponse;
}

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

/** Reads a series; `null` where the surface has no number for it. */
export function surfaceVol(
  { strike, expirySec }: Pick<OptionSeries, "strike" | "expirySec">,
  { surface, spot, rule }: SurfaceGround,
): SurfaceVol | null {
  const tenor = (expirySec - surface.quotedAtSec) / SECONDS_PER_YEAR;
  const around = neighbours(surface, expirySec);
  const carried = logBasis(surface, around, tenor);
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
  const isCovered = isQuoted(around, logMoneyness / Math.sqrt(tenor));
  return { impliedVol: vol * (1 + shift), response, basis: Math.exp(carried), isCovered };
}

/** The rule for the level, and the smile that travels with the price: what it adds counts whole, what it takes off in part. */
function answer(rule: number, slope: number): number {
  return Math.max(0, rule + (slope > 0 ? slope : RELIEF_SHARE * slope));
}

/** Quoted expiries on both sides of one, the same one twice where it is quoted itself. */
interface Neighbours {
  readonly before: QuotedSlice | null;
  readonly after: QuotedSlice | null;
}

function neighbours({ slices }: QuotedSurface, expirySec: number): Neighbours {
  return {
    before: slices.findLast((slice) => slice.expirySec <= expirySec) ?? null,
    after: slices.find((slice) => slice.expirySec >= expirySec) ?? null,
  };
}

/** Between two expiries a strike is as far out as its log moneyness over the root of the tenor says. */
function isQuoted({ before, after }: Neighbours, place: number): boolean {
  return [before, after].every((slice) => {
    if (slice === null) return false;
    const root = Math.sqrt(slice.tenorYears);
    return place >= slice.lowestQuoted / root && place <= slice.highestQuoted / root;
  });
}

/** Logarithm of forward over index: linear in time from 0 between the expiries; beyond the last it stays, for nobody quoted a rate there. */
function logBasis({ index }: Pick<QuotedSurface, "index">, { before, after }: Neighbours, tenor: number): number {
  const [startTenor, start] = before === null ? [0, 0] : [before.tenorYears, Math.log(before.forward / index)];
  if (after === null || after === before) return start;
  const end = Math.log(after.forward / index);
  return start + ((end - start) * (tenor - startTenor)) / (after.tenorYears - startTenor);
}
