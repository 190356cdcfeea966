/** The catalogue: every feature with its computation, in vector order. */
import { BOOK_FEATURES } from "./book-features.ts";
import { CORRELATION_FEATURES } from "./correlation-features.ts";
import type { FeatureRecipe } from "./feature-recipe.ts";
import { FUNDING_FEATURES } from "./funding-features.ts";
import { IMPLIED_FEATURES } from "./implied-features.ts";
import { JUMP_FEATURES } from "./jump-features.ts";
import { REALISED_FEATURES } from "./realised-features.ts";
import { RETURN_FEATURES } from "./return-features.ts";
import { VOLUME_FEATURES } from "./volume-features.ts";

/** All features in the order of the vector. A change of order or meaning needs a new schema version. */
export const FEATURE_CATALOGUE: readonly FeatureRecipe[] = [
  ...RETURN_FEATURES,
  ...REALISED_FEATURES,
  ...JUMP_FEATURES,
  ...VOLUME_FEATURES,
  ...BOOK_FEATURES,
  ...FUNDING_FEATURES,
  ...CORRELATION_FEATURES,
  ...IMPLIED_FEATURES,
];
