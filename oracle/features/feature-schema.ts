/** The versioned feature schema and its hash, which every observation is signed with. */
import { keccak256, stringToBytes } from "viem/utils";
import { canonicalJson } from "../domain/canonical-json.ts";
import type { FeatureDefinition, FeatureSchema } from "../domain/features.ts";
import { FEATURE_CATALOGUE } from "./feature-catalogue.ts";

/** Rises with every change of order, meaning or range of a feature. */
const SCHEMA_VERSION = 1;

/** Schema of the vectors of `buildFeatures`; index in `definitions` = index in the vector. */
export const FEATURE_SCHEMA: FeatureSchema = createFeatureSchema(
  SCHEMA_VERSION,
  FEATURE_CATALOGUE.map((recipe) => recipe.definition),
);

/**
 * Schema with its hash: keccak256 of the UTF-8 JSON of `{ definitions, version }`, keys sorted, no spaces.
 *
 * @param version whole number ≥ 1.
 * @param definitions in vector order.
 */
export function createFeatureSchema(version: number, definitions: readonly FeatureDefinition[]): FeatureSchema {
  const hash = keccak256(stringToBytes(canonicalJson({ version, definitions })));
  return { version, definitions, hash };
}
