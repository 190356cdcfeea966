/** An asset with all its volatilities scaled: forecast, learned moves, volatility index and quoted surface. */
import type { QuotedSurface } from "../../domain/quoted-surface.ts";
import type { ScorableAsset } from "./reference-asset.ts";
import { scaledQuantiles } from "./reference-tails.ts";

/** The same asset at `share` times its volatility; ρ is non-decreasing in the share. */
export function calmerAsset(asset: ScorableAsset, share: number): ScorableAsset {
  const { market, prediction } = asset;
  const { volatility, quantiles, surface } = prediction;
  const { volIndex } = market;
  return {
    ...asset,
    market: {
      ...market,
      volIndex: volIndex === null ? null : { ...volIndex, impliedVol: share * volIndex.impliedVol },
    },
    prediction: {
      ...prediction,
      volatility: { ...volatility, sigmaPerStep: volatility.sigmaPerStep.map((sigma) => share * sigma) },
      quantiles: { ...quantiles, ...scaledQuantiles(quantiles, share) },
      ...(surface?.ok === true ? { surface: { ok: true, value: scaledSurface(surface.value, share) } } : {}),
    },
  };
}

/** Total variance `a + b(…)` scales with the square of volatility. */
function scaledSurface(surface: QuotedSurface, share: number): QuotedSurface {
  const square = share * share;
  const slices = surface.slices.map((slice) => {
    const { a, b } = slice.slice;
    return { ...slice, slice: { ...slice.slice, a: square * a, b: square * b } };
  });
  return { ...surface, slices };
}
