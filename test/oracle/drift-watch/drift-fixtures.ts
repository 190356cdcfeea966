/** Watched steps with moves of a chosen size, and the quantiles of a model that fits moves of size 1. */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../../oracle/domain/prediction.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import { WATCH_STEP_SEC, type WatchedStep } from "../../../oracle/models/drift-watch/watched-step.ts";

/** Start of every sequence, seconds; a multiple of the watch's step. */
export const FIRST_SEC = 1_700_006_400;
/** Scale that makes the mean loss of an exponential move about the usual one. */
const SCALE = 0.65;

/** Steps whose moves are exponential with the mean that `sizeAt` gives, 1 being what the quantiles are made for. */
export function stepsOf(count: number, sizeAt: (place: number) => number, seed = 1): readonly WatchedStep[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, (_, place) => stepAt(place, sizeAt(place), rng));
}

/** One step; `size` may be NaN for outcomes that are not known. */
function stepAt(place: number, size: number, rng: Rng): WatchedStep {
  const quantiles = QUANTILE_HORIZONS_HOURS.map(() =>
    Float64Array.from(QUANTILE_LEVELS, (level) => -SCALE * Math.log(1 - level)),
  );
  const moves = () => Float64Array.from(QUANTILE_HORIZONS_HOURS, () => SCALE * size * rng.exponential());
  return {
    atSec: FIRST_SEC + place * WATCH_STEP_SEC,
    stated: { fall: quantiles, rise: quantiles },
    realised: { fall: moves(), rise: moves() },
  };
}
