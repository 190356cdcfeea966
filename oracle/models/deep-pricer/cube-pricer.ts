/** What a calibration asks of whatever prices a chain: volatilities at fixed places, and how they change with the parameters. */
import type { PricerPlace } from "./pricer-layout.ts";

/** Volatilities at one place of the cube. */
export interface PricedPlaces {
  /** Decimal a year, NaN where there is none. `[places]` */
  readonly vols: Float64Array;
  /** Their change a unit along each axis of the cube, computed when asked for; the caller's to keep. `[9, places]` */
  slopes(): Float64Array;
}

/** Prices the same places at one place of the cube after the other. */
export type PlacedPricer = (cube: Float64Array) => Promise<PricedPlaces>;

/** Prepares places, which then can be priced often. */
export type CubePricer = (places: readonly PricerPlace[]) => PlacedPricer;

/** Step of differences in the cube: a float32 network is smooth at this size. */
const DIFFERENCE = 2e-3;

/** A pricer without slopes of its own: they are taken from one more pricing for each axis. @param price `[places]` */
export function pricerByDifferences(
  price: (cube: Float64Array, places: readonly PricerPlace[]) => Float64Array,
): CubePricer {
  return (places) => async (cube) => {
    const vols = price(cube, places);
    const slopes = (): Float64Array => {
      const found = new Float64Array(places.length * cube.length);
      movedCubes(cube).forEach(({ moved, step }, axis) => {
        price(moved, places).forEach((vol, place) => {
          found[axis * places.length + place] = (vol - (vols[place] ?? Number.NaN)) / step;
        });
      });
      return found;
    };
    return await Promise.resolve({ vols, slopes });
  };
}

/** The place moved along each axis in turn, towards the middle, so that it stays in the cube. */
export function movedCubes(cube: Float64Array): readonly { readonly moved: Float64Array; readonly step: number }[] {
  return Array.from(cube, (value, axis) => {
    const step = value > 0 ? -DIFFERENCE : DIFFERENCE;
    return { moved: cube.map((kept, other) => (other === axis ? kept + step : kept)), step };
  });
}
