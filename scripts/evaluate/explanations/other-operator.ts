/** A market as another honest operator sees it: every input a little off, each by its own draw. */
import type { Rng } from "../../../oracle/math/rng.ts";
import type { ScorableAsset } from "../../../oracle/scoring/explanation/reference-asset.ts";
import { scaledQuantiles } from "../../../oracle/scoring/explanation/reference-tails.ts";

/** Standard deviation of every factor: 0.1 %. */
const NOISE = 0.001;

/** The same asset with spot, forecast, learned moves, index, book and usual volatility each times its own factor. */
export function asSeenByAnother(asset: ScorableAsset, rng: Rng): ScorableAsset {
  const factor = (): number => Math.exp(NOISE * rng.normal());
  const { market, prediction, usualVol } = asset;
  const { volIndex, book } = market;
  const [sigma, depth] = [factor(), factor()];
  const scaled = (bands: NonNullable<typeof book>["bids"]) =>
    bands.map((band) => ({ ...band, notionalUsd: depth * band.notionalUsd }));
  return {
    ...asset,
    usualVol: usualVol === null ? null : factor() * usualVol,
    market: {
      ...market,
      spot: factor() * market.spot,
      volIndex: volIndex === null ? null : { ...volIndex, impliedVol: factor() * volIndex.impliedVol },
      book: book === null ? null : { ...book, bids: scaled(book.bids), asks: scaled(book.asks) },
    },
    prediction: {
      ...prediction,
      volatility: {
        ...prediction.volatility,
        sigmaPerStep: prediction.volatility.sigmaPerStep.map((step) => sigma * step),
      },
      quantiles: { ...prediction.quantiles, ...scaledQuantiles(prediction.quantiles, factor()) },
    },
  };
}
