/** The feature schema, its hash, and reference values from plain Python. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import { buildFeatures } from "../../../oracle/features/build-features.ts";
import { createFeatureSchema, FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { makeBars, makeMarket, makeSnapshot } from "./snapshot-fixtures.ts";

const VECTORS = z
  .object({ bars: z.number(), tolerance: z.number(), values: z.record(z.string(), z.number()) })
  .parse(JSON.parse(readFileSync(new URL("../../vectors/features/price-features.json", import.meta.url), "utf8")));

/** The closed formula of scripts/generate/feature-vectors.py. */
function formulaBars(phase: number) {
  const close = (index: number): number =>
    1_000 *
    Math.exp(
      0.02 * Math.sin(0.37 * index + phase) +
        0.01 * Math.cos(1.9 * index) +
        0.004 * Math.sin(5.3 * index * (1 + phase)),
    );
  return makeBars(VECTORS.bars, 3_600, (index) => {
    const [open, end] = [close(index - 1), close(index)];
    const [high, low] = [Math.max(open, end) * 1.002, Math.min(open, end) * 0.997];
    return { open, high, low, close: end, volume: 50 * (2 + Math.sin(0.11 * index)) };
  });
}

describe("FEATURE_SCHEMA", () => {
  it("default: 20 to 30 features with unique names and a hash of 32 bytes", () => {
    const names = FEATURE_SCHEMA.definitions.map((definition) => definition.name);
    assert.ok(names.length >= 20 && names.length <= 30);
    assert.equal(new Set(names).size, names.length);
    assert.match(FEATURE_SCHEMA.hash, /^0x[0-9a-f]{64}$/);
  });

  it("behavior: the hash depends on version, order and content, not on the order of keys", () => {
    const { version, definitions, hash } = FEATURE_SCHEMA;
    assert.equal(createFeatureSchema(version, definitions).hash, hash);
    assert.notEqual(createFeatureSchema(version + 1, definitions).hash, hash);
    assert.notEqual(createFeatureSchema(version, definitions.toReversed()).hash, hash);
    const shuffled = definitions.map(({ name, ...rest }) => ({ ...rest, name }));
    assert.equal(createFeatureSchema(version, shuffled).hash, hash);
  });

  it("behavior: volatility levels are monotone", () => {
    const monotone = FEATURE_SCHEMA.definitions.filter((definition) => definition.monotone === 1);
    assert.deepEqual(
      monotone.map((definition) => definition.name).filter((name) => name.startsWith("realised-vol-")).length,
      5,
    );
  });

  it("behavior: price features agree with plain Python to 1e-9", () => {
    const snapshot = makeSnapshot([makeMarket("BTC", formulaBars(0)), makeMarket("ETH", formulaBars(0.8))]);
    const outcome = buildFeatures(snapshot, "BTC");
    assert.ok(outcome.ok);
    for (const [name, expected] of Object.entries(VECTORS.values)) {
      const index = FEATURE_SCHEMA.definitions.findIndex((definition) => definition.name === name);
      const actual = outcome.value.values[index] ?? Number.NaN;
      assert.ok(Math.abs(actual - expected) <= VECTORS.tolerance, `${name}: ${actual} against ${expected}`);
    }
  });
});
