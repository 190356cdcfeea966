/** The committed artefact: loads with its golden vectors, is monotone and non-crossing on 100 000 random pairs. */
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "mocha";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../../oracle/domain/prediction.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import {
  type QuantileManifest,
  quantileManifestSchema,
  quantileVectorsSchema,
} from "../../../oracle/models/manifest.ts";
import { type NetworkRow, networkRows } from "../../../oracle/models/quantile-net/network-inputs.ts";
import { createQuantilePredictor } from "../../../oracle/models/quantile-net/quantile-predictor.ts";
import { readMoves } from "../../../oracle/models/quantile-net/read-moves.ts";
import { OUTPUTS_PER_ROW, runNetwork } from "../../../oracle/models/quantile-net/run-network.ts";
import { loadArtefact } from "../../../oracle/models/session.ts";

const DIRECTORY = fileURLToPath(new URL("../../../oracle/models/artifacts/quantile-net", import.meta.url));
const PAIRS = 100_000;
const BATCH = 10_000;
/** Standard deviation of a day's log return that no crypto asset of the training set ever came near. */
const MAX_DAILY_SIGMA = 1;
/** Float32 sums of non-negative terms may round down by a few units in the last place (2⁻²⁴ each). */
const ROUNDING = 2e-6;

/** A random row reaching twice as far as the training ranges, with random features missing. */
function randomRow(guard: QuantileManifest["guard"], rng: Rng): NetworkRow {
  const missing = Uint8Array.from(guard.features, (range) => Number(range === null || rng.uniform() < 0.2));
  const values = Float64Array.from(guard.features, (range, index) => {
    if (range === null || missing[index] === 1) return Number.NaN;
    return range.min + (range.max - range.min) * (2 * rng.uniform() - 0.5);
  });
  const level = Math.exp(3 * (rng.uniform() - 0.5));
  const sigma = Float64Array.from(guard.sigma, ({ min, max }) => Math.sqrt(min * max) * level);
  return { features: { values, missing }, sigma };
}

/** The row with every constrained input raised by a random amount, or left alone. */
function raised({ features, sigma }: NetworkRow, guard: QuantileManifest["guard"], rng: Rng): NetworkRow {
  const rises = (): number => (rng.uniform() < 0.5 ? 0 : rng.uniform());
  const values = features.values.map((value, index) => {
    const range = guard.features[index];
    return FEATURE_SCHEMA.definitions[index]?.monotone === 1 && range
      ? value + (range.max - range.min) * rises()
      : value;
  });
  return { features: { values, missing: features.missing }, sigma: sigma.map((value) => value * (1 + rises())) };
}

type Outputs = Awaited<ReturnType<typeof runNetwork>>;

/** Fails for a row whose moves cross in level or horizon. */
function assertOrdered(logMoves: Outputs, firstRow: number): void {
  for (let row = 0; row < BATCH; row += 1) {
    const moves = readMoves(logMoves.subarray(row * OUTPUTS_PER_ROW, (row + 1) * OUTPUTS_PER_ROW));
    if (moves === null) assert.fail(`row ${firstRow + row} crosses`);
  }
}

/** Number of outputs that rose; fails for one that fell. */
function countRaised(low: Outputs, high: Outputs): number {
  let count = 0;
  low.forEach((before, index) => {
    const after = high[index] ?? Number.NaN;
    if (!(after >= before * (1 - ROUNDING))) assert.fail(`output ${index}: ${before} fell to ${after}`);
    if (after > before * (1 + ROUNDING)) count += 1;
  });
  return count;
}

describe("quantile-net artefact", () => {
  type Loaded = Extract<Awaited<ReturnType<typeof load>>, { readonly ok: true }>["value"];
  const load = () => loadArtefact(DIRECTORY, { manifest: quantileManifestSchema, vectors: quantileVectorsSchema });
  let artefact: Loaded;
  before(async () => {
    const loaded = await load();
    assert.ok(loaded.ok, loaded.ok ? "" : loaded.detail);
    artefact = loaded.value;
  });
  after(() => artefact.session.release());

  it("behavior: belongs to this feature schema, is below 1 MB, and its golden vectors come out", async () => {
    const predictor = await createQuantilePredictor({
      artifactDir: DIRECTORY,
      schema: FEATURE_SCHEMA,
      rng: createRng("x"),
    });
    assert.equal(predictor.status.reason, null);
    assert.equal(predictor.identity?.sha256, artefact.manifest.sha256);
    await predictor.close();
    assert.ok((await stat(`${DIRECTORY}/model.onnx`)).size < 1_000_000);
  });

  it("behavior: horizons and levels are those of the domain", () => {
    assert.deepEqual(artefact.manifest.horizonsHours, [...QUANTILE_HORIZONS_HOURS]);
    assert.deepEqual(artefact.manifest.levels, [...QUANTILE_LEVELS]);
  });

  it("behavior: its training rows held no exploding volatility, so the guard's upper limits mean something", () => {
    const { sigma } = artefact.manifest.guard;
    sigma.forEach(({ max }, horizon) => {
      const days = (QUANTILE_HORIZONS_HOURS[horizon] ?? Number.NaN) / 24;
      assert.ok(max < MAX_DAILY_SIGMA * Math.max(1, Math.sqrt(days)), `${horizon}: ${max}`);
      assert.ok(max >= (sigma[horizon - 1]?.max ?? 0));
    });
  });

  it(`behavior: on ${PAIRS} random pairs nothing crosses, and raising constrained inputs lowers no quantile`, async () => {
    const rng = createRng("pairs");
    const { guard } = artefact.manifest;
    let raisedSomewhere = 0;
    for (let done = 0; done < PAIRS; done += BATCH) {
      const rows = Array.from({ length: BATCH }, () => randomRow(guard, rng));
      const low = await runNetwork(artefact.session, networkRows(rows));
      const high = await runNetwork(artefact.session, networkRows(rows.map((row) => raised(row, guard, rng))));
      assertOrdered(low, done);
      raisedSomewhere += countRaised(low, high);
    }
    assert.ok(raisedSomewhere > PAIRS * OUTPUTS_PER_ROW * 0.5);
  });
});
