/** The surrogate in plain float64 JavaScript, written apart from the graph: the reference for export parity. */
import { CASCADE_FEATURES } from "../../domain/cascade-features.ts";
import {
  actingValues,
  HIDDEN_LAYERS,
  SKIP,
  surrogateParameters,
  type TrainedSurrogate,
  unitRanges,
} from "./surrogate-graph.ts";

/** Further fall of rows. `[rows]` */
export function plainSurrogate({ scaling, values }: TrainedSurrogate, features: Float32Array): Float64Array {
  const width = CASCADE_FEATURES.length;
  const acting = new Map(surrogateParameters().map((entry) => [entry.name, actingValues(values, entry)]));
  const { low, high } = unitRanges();
  return Float64Array.from({ length: features.length / width }, (_, row) => {
    const scaled = Float64Array.from({ length: width }, (_column, place) => {
      const value = features[row * width + place] ?? Number.NaN;
      return (value - (scaling.centre[place] ?? 0)) / (scaling.spread[place] ?? 1);
    });
    let hidden = scaled;
    for (let layer = 0; layer < HIDDEN_LAYERS; layer += 1)
      hidden = affine(hidden, acting, layer).map((value, unit) =>
        Math.min(Math.max(value, low[unit] ?? 0), high[unit] ?? 0),
      );
    const skip = acting.get(SKIP) ?? new Float32Array();
    const skipped = scaled.reduce((sum, value, place) => sum + value * (skip[place] ?? 0), 0);
    return Math.max(0, (affine(hidden, acting, HIDDEN_LAYERS)[0] ?? Number.NaN) + skipped);
  });
}

function affine(x: Float64Array, acting: ReadonlyMap<string, Float32Array>, layer: number): Float64Array {
  const [weights, bias] = [acting.get(`weights${layer}`), acting.get(`bias${layer}`) ?? new Float32Array()];
  return Float64Array.from(bias, (start, output) =>
    x.reduce((sum, value, place) => sum + value * (weights?.[place * bias.length + output] ?? 0), start),
  );
}
