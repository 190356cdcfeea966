/** Puts the surfaces of quoted options where scoring reads them, and where people do. */
import type { AssetSymbol } from "../../domain/market.ts";
import type { AssetPrediction } from "../../domain/prediction.ts";
import type { SurfaceReading, SurfaceState } from "../../domain/quoted-surface.ts";

/** The predictions with the surfaces of their assets. */
export function withSurfaces(
  predictions: ReadonlyMap<AssetSymbol, AssetPrediction>,
  readings: ReadonlyMap<AssetSymbol, SurfaceReading>,
): ReadonlyMap<AssetSymbol, AssetPrediction> {
  const entries = [...predictions].map(([asset, prediction]) => {
    const surface = readings.get(asset);
    return [asset, surface === undefined ? prediction : { ...prediction, surface }] as const;
  });
  return new Map(entries);
}

/** One state an asset, in their order. */
export function surfaceStates(
  readings: ReadonlyMap<AssetSymbol, SurfaceReading>,
  atSec: number,
): readonly SurfaceState[] {
  return [...readings].map(([asset, reading]) => ({ asset, atSec, reading }));
}
