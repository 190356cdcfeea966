/** What the pricing network reads and says: nine parameters in a cube, volatilities on a grid of strikes and tenors. */
import type { SvcjParameters } from "../../math/svcj.ts";

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
