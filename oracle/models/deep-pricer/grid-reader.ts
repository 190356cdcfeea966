/** Reads the pricing network's grid at fixed places: what depends on the places alone is worked out once. */
import { meanVariance, type SvcjParameters } from "../../math/svcj.ts";
import { PRICER_DAYS, PRICER_STRIKES, type PricerPlace } from "./pricer-layout.ts";

/** One row of the network's output with the parameters that it belongs to. */
export interface GridRow {
  readonly parameters: SvcjParameters;
  /** `[PRICER_CELLS]` */
  readonly cells: Float32Array;
}

/** Where places were read, kept for their slopes. */
export interface GridReading {
  /** Decimal a year. `[places]` */
  readonly vols: Float64Array;
  /**
   * Change of each volatility a unit along each axis, from rows moved by a step along one axis each.
   *
   * Exact but for the difference of the cells and of the mean variance: the interpolation is differentiated in closed form.
   *
   * @param moved one row for each axis. @param steps of the moves. @returns `[axes, places]`
   */
  slopes(moved: readonly GridRow[], steps: readonly number[]): Float64Array;
}

/** An expiry among the places. */
interface Expiry {
  readonly tenorYears: number;
  /** First cells of the grid's tenors around it, and how far it is from the first to the second. */
  readonly before: number;
  readonly after: number;
  readonly share: number;
}

/** Four nodes around a place share in its value. */
const SUPPORT = 4;
const WIDTH = PRICER_STRIKES.length;
const LAST = WIDTH - 1;
/** Outer nodes are repeated, so that every place has four. */
const PADDING = 2;
const STRIDE = WIDTH + 2 * PADDING;
const DAYS_PER_YEAR = 365;
const STRIKES = Float64Array.from(PRICER_STRIKES);
/** By the node above a strike: width of its interval, and that over the distance of the neighbours of its lower and of its upper node. */
const WIDTHS = STRIKES.map((_, next) => distance(next, -1, 0));
const LEFT_SHARES = WIDTHS.map((width, next) => width / distance(next, -2, 0));
const RIGHT_SHARES = WIDTHS.map((width, next) => width / distance(next, -1, 1));
const LOG_TENORS = Float64Array.from(PRICER_DAYS, (days) => Math.log(days / DAYS_PER_YEAR));

/**
 * Prepares places: cells are linear in the logarithm of time, cubic (Catmull-Rom) in the strike, times the exact root of the mean variance;
 * beyond the grid the last cell stands.
 */
export function gridReader(places: readonly PricerPlace[]): (row: GridRow) => GridReading {
  const tenors = [...new Set(places.map(({ tenorYears }) => tenorYears))];
  const expiries = tenors.map(expiryAt);
  const index = new Map(tenors.map((tenor, place) => [tenor, place]));
  const expiryOf = Int32Array.from(places, ({ tenorYears }) => index.get(tenorYears) ?? 0);
  const logMoneyness = Float64Array.from(places, (place) => place.logMoneyness);
  return (row) => readGrid({ expiries, expiryOf, logMoneyness }, row);
}

interface Prepared {
  readonly expiries: readonly Expiry[];
  /** `[places]` */
  readonly expiryOf: Int32Array;
  readonly logMoneyness: Float64Array;
}

function expiryAt(tenorYears: number): Expiry {
  const time = Math.log(tenorYears);
  const next = LOG_TENORS.findIndex((tenor) => tenor >= time);
  const after = next < 0 ? LOG_TENORS.length - 1 : next;
  const before = next <= 0 ? after : next - 1;
  const [from = Number.NaN, to = Number.NaN] = [LOG_TENORS[before], LOG_TENORS[after]];
  const share = before === after ? 0 : (time - from) / (to - from);
  return { tenorYears, before: before * WIDTH, after: after * WIDTH, share };
}

function readGrid(prepared: Prepared, row: GridRow): GridReading {
  const { expiries, expiryOf, logMoneyness } = prepared;
  const smiles = smilesOf(expiries, row);
  const count = logMoneyness.length;
  const [vols, tilts] = [new Float64Array(count), new Float64Array(count)];
  const firsts = new Int32Array(count);
  const bases = new Float64Array(count * SUPPORT);
  const basis = new Float64Array(2 * SUPPORT);
  let next = 0;
  for (let place = 0; place < count; place += 1) {
    const expiry = expiryOf[place] ?? 0;
    const strike = (logMoneyness[place] ?? Number.NaN) / (smiles.deviations[expiry] ?? Number.NaN);
    next = nodeAbove(strike, next);
    fillBasis(strike, next, basis);
    let value = 0;
    let tilt = 0;
    for (let term = 0; term < SUPPORT; term += 1) {
      const node = smiles.values[expiry * STRIDE + next + term] ?? Number.NaN;
      const share = basis[term] ?? 0;
      value += share * node;
      tilt += (basis[SUPPORT + term] ?? 0) * node;
      bases[place * SUPPORT + term] = share;
    }
    firsts[place] = expiry * STRIDE + next;
    tilts[place] = 1 - tilt * strike;
    vols[place] = (smiles.levels[expiry] ?? Number.NaN) * Math.exp(value);
  }
  const slopes = (moved: readonly GridRow[], steps: readonly number[]): Float64Array => {
    const changes = moved.map((there, axis) =>
      changeOf(expiries, { here: row, there, step: steps[axis] ?? Number.NaN }),
    );
    return slopesAt({ expiryOf, vols, firsts, bases, tilts }, changes);
  };
  return { vols, slopes };
}

/** Smiles of all expiries at one place of the cube. */
interface Smiles {
  /** Roots of the mean variance, a year; times the root of the tenor. `[expiries]` */
  readonly levels: Float64Array;
  readonly deviations: Float64Array;
  /** Logs of volatility over the level at each strike of the grid, the outer ones {@link PADDING} times more. `[expiries, STRIDE]` */
  readonly values: Float64Array;
}

function smilesOf(expiries: readonly Expiry[], { parameters, cells }: GridRow): Smiles {
  const levels = new Float64Array(expiries.length);
  const deviations = new Float64Array(expiries.length);
  const values = new Float64Array(expiries.length * STRIDE);
  for (const [expiry, { tenorYears, before, after, share }] of expiries.entries()) {
    const variance = meanVariance(parameters, tenorYears);
    levels[expiry] = Math.sqrt(variance);
    deviations[expiry] = Math.sqrt(variance * tenorYears);
    for (let column = 0; column < STRIDE; column += 1) {
      const strike = Math.min(LAST, Math.max(0, column - PADDING));
      const low = cells[before + strike] ?? Number.NaN;
      values[expiry * STRIDE + column] = low + share * ((cells[after + strike] ?? Number.NaN) - low);
    }
  }
  return { levels, deviations, values };
}

interface Move {
  readonly here: GridRow;
  readonly there: GridRow;
  readonly step: number;
}

/** Change of the log levels and of the values a unit along one axis; the deviation changes like the level. */
interface Change {
  readonly logLevels: Float64Array;
  readonly values: Float64Array;
}

function changeOf(expiries: readonly Expiry[], { here, there, step }: Move): Change {
  const logLevels = new Float64Array(expiries.length);
  const values = new Float64Array(expiries.length * STRIDE);
  const [from, to] = [here.cells, there.cells];
  for (const [expiry, { tenorYears, before, after, share }] of expiries.entries()) {
    const ratio = meanVariance(there.parameters, tenorYears) / meanVariance(here.parameters, tenorYears);
    logLevels[expiry] = Math.log(ratio) / (2 * step);
    const [near, far] = [(1 - share) / step, share / step];
    for (let column = 0; column < STRIDE; column += 1) {
      const strike = Math.min(LAST, Math.max(0, column - PADDING));
      const first = (to[before + strike] ?? Number.NaN) - (from[before + strike] ?? Number.NaN);
      const second = (to[after + strike] ?? Number.NaN) - (from[after + strike] ?? Number.NaN);
      values[expiry * STRIDE + column] = near * first + far * second;
    }
  }
  return { logLevels, values };
}

interface Read {
  readonly expiryOf: Int32Array;
  readonly vols: Float64Array;
  /** Where the four values of a place begin. */
  readonly firsts: Int32Array;
  readonly bases: Float64Array;
  /** One less the smile's slope in the strike times the strike: a higher level draws the strike to the middle. */
  readonly tilts: Float64Array;
}

function slopesAt({ expiryOf, vols, firsts, bases, tilts }: Read, changes: readonly Change[]): Float64Array {
  const count = vols.length;
  const slopes = new Float64Array(count * changes.length);
  for (const [axis, { logLevels, values }] of changes.entries()) {
    for (let place = 0; place < count; place += 1) {
      const first = firsts[place] ?? 0;
      const shape = supported(bases, place * SUPPORT, values, first);
      const change = shape + (tilts[place] ?? Number.NaN) * (logLevels[expiryOf[place] ?? 0] ?? Number.NaN);
      slopes[axis * count + place] = (vols[place] ?? Number.NaN) * change;
    }
  }
  return slopes;
}

/** Sum of four shares, from one place on, times four values, from another on. */
function supported(shares: Float64Array, share: number, values: Float64Array, first: number): number {
  return (
    (shares[share] ?? 0) * (values[first] ?? 0) +
    (shares[share + 1] ?? 0) * (values[first + 1] ?? 0) +
    (shares[share + 2] ?? 0) * (values[first + 2] ?? 0) +
    (shares[share + 3] ?? 0) * (values[first + 3] ?? 0)
  );
}

/** First node at or above a strike, one past the last where there is none, looked for from a guess. */
function nodeAbove(strike: number, guess: number): number {
  let next = guess;
  while (next > 0 && (STRIKES[next - 1] ?? 0) >= strike) next -= 1;
  while (next < WIDTH && (STRIKES[next] ?? 0) < strike) next += 1;
  return next;
}

/**
 * Shares of four nodes, from two below the one above on, in the value at a strike, then in its slope; slopes at the nodes are the rise between
 * their two neighbours.
 *
 * @param basis filled. `[2 · SUPPORT]`
 */
function fillBasis(strike: number, next: number, basis: Float64Array): void {
  if (!(next > 0 && next < WIDTH)) {
    basis.fill(0);
    basis[PADDING] = Number.isNaN(strike) ? Number.NaN : 1;
    return;
  }
  const width = WIDTHS[next] ?? Number.NaN;
  const t = (strike - (STRIKES[next - 1] ?? Number.NaN)) / width;
  const rest = 1 - t;
  const left = LEFT_SHARES[next] ?? Number.NaN;
  const right = RIGHT_SHARES[next] ?? Number.NaN;
  const rise = left * t * rest * rest;
  const fall = right * t * t * rest;
  const cross = t * t * (3 - 2 * t);
  basis[0] = -rise;
  basis[1] = 1 - cross + fall;
  basis[2] = cross + rise;
  basis[3] = -fall;
  const riseSlope = (left * rest * (1 - 3 * t)) / width;
  const fallSlope = (right * t * (2 - 3 * t)) / width;
  const crossSlope = (6 * t * rest) / width;
  basis[4] = -riseSlope;
  basis[5] = fallSlope - crossSlope;
  basis[6] = crossSlope + riseSlope;
  basis[7] = -fallSlope;
}

/** Distance of the nodes `next + from` and `next + to`, kept to the grid. */
function distance(next: number, from: number, to: number): number {
  const at = (offset: number): number => STRIKES[Math.min(LAST, Math.max(0, next + offset))] ?? Number.NaN;
  return at(to) - at(from);
}
