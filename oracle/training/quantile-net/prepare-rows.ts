/** From samples to arrays: scaling fitted on training rows, ranges for the guard, rows for the network. */
import type { FeatureSchema } from "../../domain/features.ts";
import { QUANTILE_HORIZONS_HOURS } from "../../domain/prediction.ts";
import { sortedQuantile } from "../../math/statistics.ts";
import type { QuantileManifest } from "../../models/manifest.ts";
import { type NetworkRows, networkRows } from "../../models/quantile-net/network-inputs.ts";
import type { QuantileSample } from "../dataset/quantile-samples.ts";
import type { NetworkLayout, NetworkScaling } from "./network-layout.ts";

/** A feature is used when at least this share of the training rows has it. */
const MIN_PRESENT_SHARE = 0.05;
/** Half the distance between these quantiles is the spread of a feature: robust against heavy tails. */
const SPREAD_QUANTILES = [0.15, 0.85] as const;
/** Spread of a feature that does not vary. */
const MIN_SPREAD = 1e-9;
/** Units of each hidden layer that monotone inputs may feed, and the others: 2 × 32 in all (research/ml-models.md §6.3). */
const HIDDEN_UNITS = { monotoneUnits: 16, freeUnits: 16 } as const;
/** Above this share of missing inputs a row is not the network's business. */
const MAX_MISSING_SHARE = 0.5;

/** Everything that is fitted on the training rows before the weights are. */
export interface PreparedLayout {
  readonly layout: NetworkLayout;
  readonly scaling: NetworkScaling;
  readonly guard: QuantileManifest["guard"];
}

/** Fits scaling, active features and guard ranges. */
export function prepareLayout(samples: readonly QuantileSample[], schema: FeatureSchema): PreparedLayout {
  const columns = schema.definitions.map((_, index) => presentValues(samples, index));
  const active = columns.map((values) => values.length > 0 && values.length >= MIN_PRESENT_SHARE * samples.length);
  const sigmas = QUANTILE_HORIZONS_HOURS.map((_, horizon) =>
    Float64Array.from(samples, ({ sigma }) => sigma[horizon] ?? 0).sort(),
  );
  const [low, high] = SPREAD_QUANTILES;
  return {
    layout: { monotone: schema.definitions.map(({ monotone }) => monotone === 1), active, ...HIDDEN_UNITS },
    scaling: {
      centre: Float64Array.from(columns, (values, index) => (active[index] ? sortedQuantile(values, 0.5) : 0)),
      spread: Float64Array.from(columns, (values, index) =>
        active[index] ? Math.max(MIN_SPREAD, (sortedQuantile(values, high) - sortedQuantile(values, low)) / 2) : 1,
      ),
      referenceSigma: Float64Array.from(sigmas, geometricMean),
    },
    guard: {
      features: columns.map((values, index) => (active[index] ? rangeOf(values) : null)),
      sigma: sigmas.map(rangeOf),
      maxMissingShare: MAX_MISSING_SHARE,
    },
  };
}

/** Rows of the network for samples, as serving fills them. */
export function rowsOf(samples: readonly QuantileSample[]): NetworkRows {
  return networkRows(samples.map(({ values, missing, sigma }) => ({ features: { values, missing }, sigma })));
}

/** Labels `[rows, direction, horizon]`, log moves. */
export function labelsOf(samples: readonly QuantileSample[]): Float32Array {
  return Float32Array.from(samples.flatMap(({ labels }) => [...labels.fall, ...labels.rise]));
}

function presentValues(samples: readonly QuantileSample[], index: number): Float64Array {
  return Float64Array.from(
    samples.flatMap(({ values, missing }) => (missing[index] === 1 ? [] : [values[index] ?? Number.NaN])),
  ).sort();
}

function rangeOf(sorted: Float64Array): { readonly min: number; readonly max: number } {
  return { min: sorted.at(0) ?? 0, max: sorted.at(-1) ?? 0 };
}

function geometricMean(values: Float64Array): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
