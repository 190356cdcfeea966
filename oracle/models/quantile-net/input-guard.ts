/** Decides whether the network may be asked about a row, or whether the row is outside of what it has learned. */
import type { FeatureVector } from "../../domain/features.ts";
import type { QuantileManifest } from "../manifest.ts";

/** Share of the training range by which an input may lie outside of it on either side. */
const RANGE_MARGIN = 0.5;
/** Factor by which a volatility may leave the training range on either side. */
const SIGMA_FACTOR = 2;

/** Why a row is refused. */
export type InputFault = "schema-mismatch" | "inputs-missing" | "inputs-out-of-range";

/**
 * Checks one row.
 *
 * @param sigma standard deviation over each horizon, decimal. `[horizon]`
 * @returns `null` when the network may be used.
 */
export function guardInputs(
  features: FeatureVector,
  sigma: Float64Array,
  manifest: Pick<QuantileManifest, "guard" | "featureSchemaHash">,
): InputFault | null {
  const { guard } = manifest;
  if (features.schemaHash !== manifest.featureSchemaHash || features.values.length !== guard.features.length) {
    return "schema-mismatch";
  }
  if (missingShare(features, guard) > guard.maxMissingShare) return "inputs-missing";
  const isInside = guard.features.every((range, index) => {
    return range === null || features.missing[index] === 1 || isWithin(features.values[index] ?? Number.NaN, range);
  });
  const isSigmaInside = guard.sigma.every(({ min, max }, horizon) => {
    const value = sigma[horizon] ?? Number.NaN;
    return value >= min / SIGMA_FACTOR && value <= max * SIGMA_FACTOR;
  });
  return isInside && isSigmaInside ? null : "inputs-out-of-range";
}

function missingShare(features: FeatureVector, guard: QuantileManifest["guard"]): number {
  const used = guard.features.flatMap((range, index) => (range === null ? [] : [index]));
  const absent = used.filter((index) => features.missing[index] === 1).length;
  return used.length === 0 ? 0 : absent / used.length;
}

/** False for NaN: comparisons with it are false. */
function isWithin(value: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  const margin = RANGE_MARGIN * (max - min);
  return value >= min - margin && value <= max + margin;
}
