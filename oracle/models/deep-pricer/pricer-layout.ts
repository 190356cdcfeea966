/** What the pricing network reads and says: nine parameters in a cube, volatilities on a grid of strikes and tenors. */
import { meanVariance, type SvcjParameters } from "../../math/svcj.ts";

/** Tenors of the grid, days. */
export const PRICER_DAYS = [1, 2.5, 6, 14, 30, 60, 120, 240, 400] as const;
/** Strikes of the grid: ln(K/F) over the root of the mean variance to the tenor. */
export const PRICER_STRIKES = [-3.5, -2.5, -1.8, -1.2, -0.7, -0.3, 0, 0.3, 0.7, 1.2, 1.8, 2.5, 3.5] as const;
/** Outputs of the network: ln(volatility / root of the mean variance), tenors outside, strikes inside. */
export const PRICER_CELLS = PRICER_DAYS.length * PRICER_STRIKES.length;

/** Bounds of one parameter; between them the cube is linear in the value or in its logarithm. */
interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly isLogarithmic: boolean;
}

// Wider than what the chains of 2026 need: levels of 15 to 150 % volatility, reversion in days to years.
const BOUNDS: Readonly<Record<keyof SvcjParameters, Bounds>> = {
  variance: { low: 0.15 ** 2, high: 1.5 ** 2, isLogarithmic: true },
  longVariance: { low: 0.2 ** 2, high: 1.2 ** 2, isLogarithmic: true },
  reversion: { low: 0.4, high: 20, isLogarithmic: true },
  volOfVol: { low: 0.2, high: 6, isLogarithmic: true },
  correlation: { low: -0.9, high: 0.6, isLogarithmic: false },
  jumpRate: { low: 0.2, high: 60, isLogarithmic: true },
  jumpMean: { low: -0.15, high: 0.1, isLogarithmic: false },
  jumpDeviation: { low: 0.01, high: 0.2, isLogarithmic: true },
  varianceJump: { low: 0.001, high: 0.4, isLogarithmic: true },
};

/** Parameters of a place in the cube [−1, 1]⁹, in the order of {@link SvcjParameters}. */
export function cubeParameters(cube: ArrayLike<number>): SvcjParameters {
  const at = (name: keyof SvcjParameters, place: number): number => {
    const { low, high, isLogarithmic } = BOUNDS[name];
    const share = (1 + (cube[place] ?? Number.NaN)) / 2;
    return isLogarithmic ? low * (high / low) ** share : low + (high - low) * share;
  };
  return {
    variance: at("variance", 0),
    longVariance: at("longVariance", 1),
    reversion: at("reversion", 2),
    volOfVol: at("volOfVol", 3),
    correlation: at("correlation", 4),
    jumpRate: at("jumpRate", 5),
    jumpMean: at("jumpMean", 6),
    jumpDeviation: at("jumpDeviation", 7),
    varianceJump: at("varianceJump", 8),
  };
}

/** Dimensions of the cube. */
export const PRICER_PARAMETERS = 9;

/** A place on the surface that a volatility is wanted for. */
export interface PricerPlace {
  readonly tenorYears: number;
  /** ln(K/F). */
  readonly logMoneyness: number;
}

const DAYS_PER_YEAR = 365;
const STRIKES = Float64Array.from(PRICER_STRIKES);
const LOG_TENORS = Float64Array.from(PRICER_DAYS, (days) => Math.log(days / DAYS_PER_YEAR));
const NOWHERE: PricerPlace = { tenorYears: Number.NaN, logMoneyness: Number.NaN };
const LAST_STRIKE = PRICER_STRIKES.length - 1;

/**
 * Volatilities at places from the network's cells: cells linear in the logarithm of time, cubic (Catmull-Rom) in the strike, times the exact
 * root of the mean variance; beyond the grid the last cell stands. Places of one expiry that follow each other share most of the work.
 *
 * @param cells of one row. `[PRICER_CELLS]`
 */
export function readCells(
  parameters: SvcjParameters,
  cells: Float32Array,
  places: readonly PricerPlace[],
): Float64Array {
  const vols = new Float64Array(places.length);
  let smile = smileAt(parameters, cells, Number.NaN);
  for (let index = 0; index < places.length; index += 1) {
    const { tenorYears, logMoneyness } = places[index] ?? NOWHERE;
    if (tenorYears !== smile.tenorYears) smile = smileAt(parameters, cells, tenorYears);
    vols[index] = smile.level * Math.exp(interpolated(smile, logMoneyness / smile.deviation));
  }
  return vols;
}

/** Cells of one expiry. */
interface Smile {
  readonly tenorYears: number;
  /** Root of the mean variance, a year and to the tenor. */
  readonly level: number;
  readonly deviation: number;
  /** Logs of volatility over the level at each strike, and their slopes. */
  readonly values: Float64Array;
  readonly slopes: Float64Array;
}

function smileAt(parameters: SvcjParameters, cells: Float32Array, tenorYears: number): Smile {
  const time = Math.log(tenorYears);
  const next = LOG_TENORS.findIndex((tenor) => tenor >= time);
  const after = next < 0 ? LOG_TENORS.length - 1 : next;
  const before = next <= 0 ? after : next - 1;
  const [from = Number.NaN, to = Number.NaN] = [LOG_TENORS[before], LOG_TENORS[after]];
  const share = before === after ? 0 : (time - from) / (to - from);
  const width = PRICER_STRIKES.length;
  const values = new Float64Array(width);
  for (let column = 0; column < width; column += 1) {
    const low = cells[before * width + column] ?? Number.NaN;
    values[column] = low + share * ((cells[after * width + column] ?? Number.NaN) - low);
  }
  const level = Math.sqrt(meanVariance(parameters, tenorYears));
  return { tenorYears, level, deviation: level * Math.sqrt(tenorYears), values, slopes: slopesOf(values) };
}

/** Slopes at the nodes: rise between the two neighbours. */
function slopesOf(values: Float64Array): Float64Array {
  return values.map((_, column) => {
    const [left, right] = [Math.max(0, column - 1), Math.min(LAST_STRIKE, column + 1)];
    const rise = (values[right] ?? Number.NaN) - (values[left] ?? Number.NaN);
    return rise / ((STRIKES[right] ?? Number.NaN) - (STRIKES[left] ?? Number.NaN));
  });
}

/** Cubic between the two nodes around a strike, constant beyond the last. */
function interpolated({ values, slopes }: Smile, strike: number): number {
  let next = 0;
  while (next <= LAST_STRIKE && (STRIKES[next] ?? 0) < strike) next += 1;
  if (next === 0) return values[0] ?? Number.NaN;
  if (next > LAST_STRIKE) return values[LAST_STRIKE] ?? Number.NaN;
  const from = STRIKES[next - 1] ?? Number.NaN;
  const width = (STRIKES[next] ?? Number.NaN) - from;
  const t = (strike - from) / width;
  const rest = 1 - t;
  const straight = rest * rest * (1 + 2 * t) * (values[next - 1] ?? 0) + t * t * (3 - 2 * t) * (values[next] ?? 0);
  return straight + width * t * rest * (rest * (slopes[next - 1] ?? 0) - t * (slopes[next] ?? 0));
}
