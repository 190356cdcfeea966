/** Serving: every reason to fall back, and that nothing is thrown for any of them. */
import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import type { FeatureVector } from "../../../oracle/domain/features.ts";
import type { QuantilePrediction } from "../../../oracle/domain/prediction.ts";
import { createFeatureSchema, FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { type QuantileManifest, quantileManifestSchema } from "../../../oracle/models/manifest.ts";
import { listModels } from "../../../oracle/models/model-bundle.ts";
import { createQuantilePredictor, type QuantileInput } from "../../../oracle/models/quantile-net/quantile-predictor.ts";
import { sha256 } from "../../../oracle/models/session.ts";
import { flatForecast, plainFeatures, trainSmallArtefact } from "./synthetic.ts";

const SIGMA = 0.005;
const input = (features: FeatureVector = plainFeatures("row")): QuantileInput => ({
  features,
  volatility: flatForecast(SIGMA),
});
const realised = FEATURE_SCHEMA.definitions.findIndex(({ name }) => name === "realised-vol-24h");

/** The features with one value replaced. */
function withValue(index: number, value: number): FeatureVector {
  const features = plainFeatures("row");
  return { ...features, values: features.values.with(index, value) };
}

describe("createQuantilePredictor", () => {
  let trained: Awaited<ReturnType<typeof trainSmallArtefact>>;
  let copyRoot = "";
  before(async () => {
    trained = await trainSmallArtefact("predictor-test");
    await setManifest(trained.directory, { defaultChoice: "quantile-net" });
  });
  after(() => trained.remove());
  afterEach(async () => {
    if (copyRoot !== "") await rm(copyRoot, { recursive: true });
    copyRoot = "";
  });

  /** A copy of the artefact that a test may spoil. */
  async function copy(): Promise<string> {
    copyRoot = await mkdtemp(join(tmpdir(), "plimsoll-copy-"));
    await cp(trained.directory, copyRoot, { recursive: true });
    return copyRoot;
  }

  async function setManifest(directory: string, change: Partial<QuantileManifest>): Promise<void> {
    const path = join(directory, "manifest.json");
    const manifest = quantileManifestSchema.parse(JSON.parse(await readFile(path, "utf8")));
    await writeFile(path, JSON.stringify({ ...manifest, ...change }));
  }

  async function predictOne(
    directory: string,
    one: QuantileInput = input(),
  ): Promise<{ prediction: QuantilePrediction; identity: unknown }> {
    const predictor = await createQuantilePredictor({
      artifactDir: directory,
      schema: FEATURE_SCHEMA,
      rng: createRng("p"),
    });
    const [prediction] = await predictor.predict([one]);
    await predictor.close();
    assert.ok(prediction);
    return { prediction, identity: predictor.identity };
  }

  async function assertFallback(directory: string, reason: string, one?: QuantileInput): Promise<void> {
    const { prediction } = await predictOne(directory, one);
    assert.equal(prediction.modelId, "garch-quantile");
    assert.deepEqual(prediction.fallbacks, [reason]);
    assert.ok(prediction.fall.every((row) => row.every((value) => value >= 0 && value <= 1)));
  }

  it("behavior: artefact-missing", async () => {
    await assertFallback(join(trained.directory, "nowhere"), "artefact-missing");
  });

  it("behavior: artefact-hash for one more byte in the model, and identity is withheld", async () => {
    const directory = await copy();
    await appendFile(join(directory, "model.onnx"), Uint8Array.of(0));
    await assertFallback(directory, "artefact-hash");
    assert.equal((await predictOne(directory)).identity, null);
  });

  it("behavior: artefact-hash for changed golden vectors", async () => {
    const directory = await copy();
    await appendFile(join(directory, "vectors.json"), " ");
    await assertFallback(directory, "artefact-hash");
  });

  it("behavior: artefact-hash for a malformed manifest, and for a file that is no model under its own hash", async () => {
    const directory = await copy();
    await writeFile(join(directory, "model.onnx"), "not a model");
    await setManifest(directory, { sha256: sha256("not a model") });
    await assertFallback(directory, "artefact-hash");
    await writeFile(join(directory, "manifest.json"), "{");
    await assertFallback(directory, "artefact-hash");
  });

  it("behavior: output-invalid when the golden vectors do not come out", async () => {
    const directory = await copy();
    const path = join(directory, "vectors.json");
    const spoilt = (await readFile(path, "utf8")).replace(/"logMoves":\[\[[^,]+,/, '"logMoves":[[9,');
    await writeFile(path, spoilt);
    await setManifest(directory, { vectorsSha256: sha256(spoilt) });
    await assertFallback(directory, "output-invalid");
  });

  it("behavior: schema-mismatch for a node with another schema, and for a vector of another schema", async () => {
    const schema = createFeatureSchema(FEATURE_SCHEMA.version + 1, FEATURE_SCHEMA.definitions);
    const predictor = await createQuantilePredictor({ artifactDir: trained.directory, schema, rng: createRng("p") });
    const [prediction] = await predictor.predict([input()]);
    assert.deepEqual([prediction?.modelId, prediction?.fallbacks], ["garch-quantile", ["schema-mismatch"]]);
    await assertFallback(
      trained.directory,
      "schema-mismatch",
      input({ ...plainFeatures("row"), schemaHash: schema.hash }),
    );
  });

  it("behavior: inputs-missing when more than half of the used features are absent", async () => {
    const features = plainFeatures("row");
    const missing = features.missing.map(() => 1);
    await assertFallback(
      trained.directory,
      "inputs-missing",
      input({ ...features, missing, values: features.values.fill(Number.NaN) }),
    );
  });

  it("behavior: inputs-out-of-range for a value far outside of training and for NaN that is not marked missing", async () => {
    for (const value of [50, -50, Number.NaN, Number.POSITIVE_INFINITY]) {
      await assertFallback(trained.directory, "inputs-out-of-range", input(withValue(realised, value)));
    }
  });

  it("behavior: inputs-out-of-range for a volatility outside of training", async () => {
    for (const sigma of [1e-5, 0.5]) {
      await assertFallback(trained.directory, "inputs-out-of-range", { ...input(), volatility: flatForecast(sigma) });
    }
  });

  it("default: the network serves ordered quantiles and carries the forecast's own flags", async () => {
    const one = { ...input(), volatility: { ...flatForecast(SIGMA), fallbacks: ["short-history"] as const } };
    const { prediction, identity } = await predictOne(trained.directory, one);
    assert.equal(prediction.modelId, "quantile-net");
    assert.deepEqual(prediction.fallbacks, ["short-history"]);
    assert.ok(identity);
    for (const rows of [prediction.fall, prediction.rise]) {
      rows.forEach((row, horizon) => {
        row.forEach((value, level) => {
          assert.ok(value > (row[level - 1] ?? 0) && value > (rows[horizon - 1]?.[level] ?? 0));
        });
      });
    }
  });

  it("behavior: one bad row falls back alone, and neither order nor company changes a row", async () => {
    const predictor = await createQuantilePredictor({
      artifactDir: trained.directory,
      schema: FEATURE_SCHEMA,
      rng: createRng("p"),
    });
    const [good, bad] = [input(), { features: withValue(realised, 50), volatility: flatForecast(SIGMA, "ETH") }];
    const [a, b] = await predictor.predict([good, bad]);
    const [d, c] = await predictor.predict([bad, good]);
    assert.deepEqual([a?.modelId, b?.modelId], ["quantile-net", "garch-quantile"]);
    assert.deepEqual([a, b], [c, d]);
    assert.deepEqual(await predictor.predict([]), []);
    await predictor.close();
    assert.deepEqual((await predictor.predict([good]))[0]?.fallbacks, ["artefact-missing"]);
  });

  it("behavior: a manifest that names the GARCH quantile as better serves it without a flag", async () => {
    const directory = await copy();
    await setManifest(directory, { defaultChoice: "garch-quantile" });
    const { prediction } = await predictOne(directory);
    assert.deepEqual([prediction.modelId, prediction.fallbacks], ["garch-quantile", []]);
  });

  it("behavior: warns once with the reason when it cannot use the artefact", async () => {
    const warnings: unknown[] = [];
    const logger = { warn: (fields: Readonly<Record<string, unknown>>) => warnings.push(fields.reason) };
    const options = {
      artifactDir: join(trained.directory, "nowhere"),
      schema: FEATURE_SCHEMA,
      rng: createRng("p"),
      logger,
    };
    const predictor = await createQuantilePredictor(options);
    assert.deepEqual(warnings, ["artefact-missing"]);
    assert.deepEqual([predictor.status.serving, predictor.status.reason], ["garch-quantile", "artefact-missing"]);
  });

  it("behavior: listModels names the artefact while its hash fits, and the classical model always", async () => {
    const root = join(trained.directory, "..");
    assert.deepEqual(
      (await listModels(root)).map(({ id }) => id),
      ["garch", "quantile-net"],
    );
    assert.deepEqual(
      (await listModels(join(root, "nowhere"))).map(({ id }) => id),
      ["garch"],
    );
  });
});
