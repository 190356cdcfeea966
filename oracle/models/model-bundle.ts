/** The model bundle: everything that decides a score, under one hash that the chain's registry must allow. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { keccak256, stringToBytes } from "viem/utils";
import { z } from "zod";
import type { ModelIdentity } from "../domain/prediction.ts";
import type { Hex } from "../domain/units.ts";
import { ARTEFACT_FILES, sha256 } from "./session.ts";
import { DEFAULT_FORECASTER_OPTIONS, type VolatilityForecasterOptions } from "./volatility/volatility-forecaster.ts";

/** The part of every manifest that identifies the model. */
const identitySchema = z.object({
  id: z.string().min(1),
  /** False for artefacts that decide no score, such as a student for what-ifs. */
  inBundle: z.boolean().default(true),
  sha256: z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value)),
});

/**
 * Hash of the bundle manifest: keccak256 of the UTF-8 JSON
 * `{"featureSchemaHash":…,"models":[{"id":…,"sha256":…}],"scoringVersion":…}`, models sorted by id, no spaces.
 *
 * @param identities models in use; their order does not matter.
 * @param scoringVersion version text of the scoring rules.
 */
export function bundleHash(identities: readonly ModelIdentity[], featureSchemaHash: Hex, scoringVersion: string): Hex {
  const models = identities
    .map(({ id, sha256: hash }) => ({ id, sha256: hash }))
    .sort((left, right) => (left.id < right.id ? -1 : 1));
  return keccak256(stringToBytes(JSON.stringify({ featureSchemaHash, models, scoringVersion })));
}

/**
 * Models that this node can use: the classical volatility model (identified by its settings) and every artefact on disk
 * whose model file has the hash in its manifest, unless the manifest says that it is no part of the bundle. Sorted by id.
 *
 * @param artifactsDir folder that holds one folder for each artefact; a missing folder holds none.
 */
export async function listModels(
  artifactsDir: string,
  forecaster: VolatilityForecasterOptions = DEFAULT_FORECASTER_OPTIONS,
): Promise<readonly ModelIdentity[]> {
  const names = await readdir(artifactsDir).catch((): string[] => []);
  const found = await Promise.all(names.map((name) => readIdentity(join(artifactsDir, name))));
  const classical = { id: "garch", sha256: sha256(JSON.stringify(Object.entries(forecaster).sort())) };
  return [classical, ...found.filter((identity) => identity !== null)].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function readIdentity(directory: string): Promise<ModelIdentity | null> {
  try {
    const text = await readFile(join(directory, ARTEFACT_FILES.manifest), "utf8");
    const identity = identitySchema.parse(JSON.parse(text));
    const model = await readFile(join(directory, ARTEFACT_FILES.model));
    return identity.inBundle && sha256(model) === identity.sha256 ? { id: identity.id, sha256: identity.sha256 } : null;
  } catch {
    // No manifest, or one that cannot be trusted: not a model of this node.
    return null;
  }
}
