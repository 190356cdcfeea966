/** Fits one SVI slice to the quotes of an expiry: errors in half spreads, tempered, with penalties for arbitrage. */
import { fastNormalCdf } from "../../math/black76-kernel.ts";
import { levenbergMarquardt, type ResidualSink } from "../../math/levenberg-marquardt.ts";
import { normalPdf } from "../../math/special-functions.ts";
import { type SviSlice, sviDensitySign, sviVariance } from "../../math/svi.ts";
import type { SliceQuotes } from "./clean-chain.ts";
import { pointVariance, SVI_POINT_SIZE, type SviPoint, sliceOf } from "./svi-point.ts";

/** What a slice is fitted to. */
export interface SliceTask {
  readonly quotes: SliceQuotes;
  /** Standard deviation to the expiry at the money: the unit of the point. */
  readonly scale: number;
  /** Where the slice is drawn to, as strongly as `strength` quotes that are half a spread off a unit away. */
  readonly prior: SviPoint;
  readonly strength: number;
  /** Slices that this one may not cross, `null` for none; the one that expires before and the one after. */
  readonly below: SviSlice | null;
  readonly above: SviSlice | null;
  /** Weight of a unit of arbitrage, 0 for none. */
  readonly penalty: number;
}

/** Chosen on the development span before its last fifth (docs/models/log.md, the surface). */
export const FIT_SETTINGS = {
  /** Errors count in half spreads of at least this, coins. */
  halfSpreadFloor: 1e-4,
  /** Half spreads beyond which an error is doubted: c of Cauchy's loss. */
  temper: 3,
  /** The level of variance is drawn to its prior with this share of the strength, the shape with all of it. */
  levelShare: 0.1,
} as const;
/** Below this the loss is a square to double precision. */
const SMALLEST_SQUARE = 1e-14;
const LIMITS = { maxIterations: 60, tolerance: 1e-5 };
/** Room that the penalties ask for beyond the limit itself, so that the search ends inside. */
const DENSITY_ROOM = 0.02;
const CALENDAR_ROOM = 0.01;
const DIFFERENCE = 1e-5;
/** Places at which the search watches for arbitrage: every quarter of a scale up to six, then wider and wider up to a factor of e². */
const PLACES_PER_SCALE = 4;
const NEAR_SCALES = 6;
const WIDENING = 1.12;
const FARTHEST = 2;
/** Lee's moment formula allows wings that rise by 2. */
const STEEPEST_WING = 1.98;
const SIDES = [-1, 1] as const;

/** The point of least tempered error from `start`. */
export function fitSlice(task: SliceTask, start: SviPoint): SviPoint {
  const slopes = new Float64Array(SVI_POINT_SIZE);
  const places = task.penalty > 0 ? watchedPlaces(task.scale) : [];
  const residuals = (point: SviPoint, sink: ResidualSink): void => {
    priceResiduals(task, point, { slopes, sink });
    priorResiduals(task, point, { slopes, sink });
    for (const place of places) densityResidual({ task, place }, point, { slopes, sink });
    for (const place of places) calendarResidual({ task, place }, point, { slopes, sink });
    if (task.penalty > 0) for (const side of SIDES) wingResidual(task, point, { slopes, sink, side });
  };
  return levenbergMarquardt(residuals, start, LIMITS).point;
}

interface Receiver {
  readonly slopes: Float64Array;
  readonly sink: ResidualSink;
}

/** Errors over the half spread with Cauchy's loss: a quote far outside is doubted, not followed. */
function priceResiduals({ quotes, scale }: SliceTask, point: SviPoint, { slopes, sink }: Receiver): void {
  for (const { logMoneyness, price, halfSpread, isCall } of quotes.points) {
    const deviation = Math.sqrt(pointVariance(point, { logMoneyness, scale }, slopes));
    const upper = -logMoneyness / deviation + deviation / 2;
    const unit = Math.max(halfSpread, FIT_SETTINGS.halfSpreadFloor);
    const error = (outOfTheMoneyPrice({ logMoneyness, deviation, isCall }) - price) / unit;
    const { residual, slope } = tempered(error);
    const chained = (slope * normalPdf(upper)) / (2 * deviation * unit);
    for (let index = 0; index < SVI_POINT_SIZE; index += 1) slopes[index] = (slopes[index] ?? 0) * chained;
    sink(residual, slopes, 1);
  }
}

/** The residual whose half square is Cauchy's loss c²/2 · ln(1 + (e/c)²), and its slope by the error. */
function tempered(error: number): { readonly residual: number; readonly slope: number } {
  const square = (error / FIT_SETTINGS.temper) ** 2;
  if (square < SMALLEST_SQUARE) return { residual: error, slope: 1 };
  const residual = Math.sign(error) * FIT_SETTINGS.temper * Math.sqrt(Math.log1p(square));
  return { residual, slope: error / (residual * (1 + square)) };
}

/** Coin price of a call at or above the forward, of a put below it. */
export function outOfTheMoneyPrice(at: {
  readonly logMoneyness: number;
  /** Root of the total variance. */
  readonly deviation: number;
  readonly isCall: boolean;
}): number {
  const upper = -at.logMoneyness / at.deviation + at.deviation / 2;
  const strike = Math.exp(at.logMoneyness);
  return at.isCall
    ? fastNormalCdf(upper) - strike * fastNormalCdf(upper - at.deviation)
    : strike * fastNormalCdf(at.deviation - upper) - fastNormalCdf(-upper);
}

function priorResiduals({ prior, strength }: SliceTask, point: SviPoint, { slopes, sink }: Receiver): void {
  for (let index = 0; index < SVI_POINT_SIZE; index += 1) {
    slopes.fill(0);
    slopes[index] = 1;
    sink(
      (point[index] ?? 0) - (prior[index] ?? 0),
      slopes,
      index === 0 ? FIT_SETTINGS.levelShare * strength : strength,
    );
  }
}

function watchedPlaces(scale: number): readonly number[] {
  const near = Array.from(
    { length: PLACES_PER_SCALE * NEAR_SCALES },
    (_, place) => ((place + 1) * scale) / PLACES_PER_SCALE,
  );
  const far: number[] = [];
  for (let place = WIDENING * NEAR_SCALES * scale; place < FARTHEST; place *= WIDENING) far.push(place);
  const positive = [...near.filter((place) => place < FARTHEST), ...far, FARTHEST];
  return [0, ...positive.flatMap((place) => [-place, place])];
}

interface Watched {
  readonly task: SliceTask;
  readonly place: number;
}

function densityResidual({ task, place }: Watched, point: SviPoint, { slopes, sink }: Receiver): void {
  const shortfall = (at: SviPoint): number =>
    Math.min(0, sviDensitySign(sliceOf(at, task.scale), place) - DENSITY_ROOM);
  const here = shortfall(point);
  slopes.fill(0);
  if (here < 0) {
    for (let index = 0; index < SVI_POINT_SIZE; index += 1) {
      const moved = point.map((value, other) => (other === index ? value + DIFFERENCE : value));
      slopes[index] = (shortfall(moved) - here) / DIFFERENCE;
    }
  }
  sink(here, slopes, task.penalty);
}

function calendarResidual({ task, place }: Watched, point: SviPoint, { slopes, sink }: Receiver): void {
  const { scale, below, above, penalty } = task;
  const variance = pointVariance(point, { logMoneyness: place, scale }, slopes);
  const floor = below === null ? 0 : sviVariance(below, place) * (1 + CALENDAR_ROOM);
  const ceiling = above === null ? Number.POSITIVE_INFINITY : sviVariance(above, place) * (1 - CALENDAR_ROOM);
  betweenResidual({ value: variance, floor, ceiling }, { slopes, sink }, penalty);
}

/** Beyond all grids total variance is straight: no later slice may have a flatter wing. */
function wingResidual(
  { scale, below, above, penalty }: SliceTask,
  point: SviPoint,
  { slopes, sink, side }: Receiver & { readonly side: -1 | 1 },
): void {
  const { b, rho } = sliceOf(point, scale);
  const value = b * (1 + side * rho);
  slopes.fill(0);
  slopes[1] = value;
  slopes[2] = side * b * (1 - rho * rho);
  const wing = (slice: SviSlice): number => slice.b * (1 + side * slice.rho);
  const floor = below === null ? 0 : wing(below) * (1 + CALENDAR_ROOM);
  const ceiling = Math.min(STEEPEST_WING, above === null ? STEEPEST_WING : wing(above) * (1 - CALENDAR_ROOM));
  betweenResidual({ value, floor, ceiling }, { slopes, sink }, penalty);
}

interface Between {
  readonly value: number;
  readonly floor: number;
  readonly ceiling: number;
}

/** How far a value is outside of its bounds, as a share of the bound that it breaks. */
function betweenResidual({ value, floor, ceiling }: Between, { slopes, sink }: Receiver, penalty: number): void {
  const broken = value < floor ? floor : value > ceiling ? ceiling : 0;
  const unit = broken === 0 ? Number.POSITIVE_INFINITY : broken;
  for (let index = 0; index < SVI_POINT_SIZE; index += 1) slopes[index] = (slopes[index] ?? 0) / unit;
  sink(broken === 0 ? 0 : value / broken - 1, slopes, penalty);
}
