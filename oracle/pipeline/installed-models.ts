/** The models of this installation under one bundle hash: what the DAO must allow before reports may be based on it. */
import type { ModelIdentity } from "../domain/prediction.ts";
import type { Hex } from "../domain/units.ts";
import { FEATURE_SCHEMA } from "../features/feature-schema.ts";
import { bundleHash, listModels } from "../models/model-bundle.ts";

/** Version of the scoring rules; raised with every change that can move a score. */
export const SCORING_VERSION = "5";

/** Models on disk with the hash that stands for all of them. */
export async function installedModels(
  artifactsDir: string,
): Promise<{ readonly models: readonly ModelIdentity[]; readonly bundleHash: Hex }> {
  const models = await listModels(artifactsDir);
  return { models, bundleHash: bundleHash(models, FEATURE_SCHEMA.hash, SCORING_VERSION) };
}
