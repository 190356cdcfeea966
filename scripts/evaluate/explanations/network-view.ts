/** The global view of the quantile network: which features and which sources move its tail, and how much the path leaves over. */
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import type { PathAttribution } from "../../../oracle/math/integrated-gradients.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";

/** Mean absolute share by feature (the greatest first) and by source, with the gap over the difference. */
export function networkView(attributions: readonly PathAttribution[]): Metrics {
  const meanShare = (places: readonly number[]): number =>
    mean(attributions.map(({ shares }) => Math.abs(places.reduce((sum, place) => sum + (shares[place] ?? 0), 0))));
  const features = FEATURE_SCHEMA.definitions
    .map(({ name }, place) => [name, meanShare([place])] as const)
    .filter(([, share]) => share > 0)
    .toSorted((left, right) => right[1] - left[1]);
  const sources = [...new Set(FEATURE_SCHEMA.definitions.map(({ source }) => source))].map((source) => {
    const places = FEATURE_SCHEMA.definitions.flatMap((one, place) => (one.source === source ? [place] : []));
    return [source, meanShare(places)] as const;
  });
  return {
    attributed: attributions.length,
    meanAbsoluteDifference: mean(attributions.map(({ difference }) => Math.abs(difference))),
    meanGap: mean(attributions.map(({ gap }) => gap)),
    greatestGap: Math.max(...attributions.map(({ gap }) => gap)),
    features: Object.fromEntries(features),
    sources: Object.fromEntries(sources),
  };
}
