/** The volatility network: gradients, export parity, reproducible bytes, the written artefact. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { openSession } from "../../../oracle/models/onnx-runtime.ts";
import { runVolNetwork } from "../../../oracle/models/vol-lstm/run-vol-network.ts";
import { VOL_HORIZONS_HOURS } from "../../../oracle/models/vol-lstm/vol-inputs.ts";
import { EXPORT_PARITY_LIMIT } from "../../../oracle/training/export-parity.ts";
import type { Feed } from "../../../oracle/training/tensor/evaluate-graph.ts";
import { fitVolEnsemble, linearStart } from "../../../oracle/training/vol-lstm/fit-vol-ensemble.ts";
import { packedInputs, packRows, trainingBatch } from "../../../oracle/training/vol-lstm/packed-rows.ts";
import { plainVolForward } from "../../../oracle/training/vol-lstm/plain-vol-forward.ts";
import { volProblem } from "../../../oracle/training/vol-lstm/vol-problem.ts";
import { labelledUntil, volRows } from "../../../oracle/training/vol-lstm/vol-rows.ts";
import { lossGradientError } from "../training/loss-gradient-error.ts";
import { SMALL_SETTINGS, smallSeries, smallTraining, writeSmallArtefact } from "./small-training.ts";

const rows = smallSeries().flatMap((series) => volRows(series, { fromSec: 0, toSec: 1e12, everyHours: 5 }));

describe("volRows", () => {
  it("behavior: no label of a fitted row reaches beyond the time", () => {
    const until = (rows.at(-1)?.atSec ?? 0) - 900 * 3_600;
    const kept = labelledUntil(rows, until);
    assert.ok(kept.length > 0 && kept.every(({ atSec }) => atSec + 720 * 3_600 <= until));
  });
});

describe("fitVolEnsemble", () => {
  it("error: TRAINING_TOO_FEW_ROWS", async () => {
    const request = { rows: rows.slice(0, 100), untilSec: 1e12, settings: SMALL_SETTINGS, seed: "few" };
    await assert.rejects(fitVolEnsemble(request), (error) => hasCode(error, "TRAINING_TOO_FEW_ROWS"));
  });
});

describe("vol-lstm training", () => {
  it("default: gradients of the shipped loss match central differences in float64 to 1e-6", async () => {
    const packed = packRows(labelledUntil(rows, 1e12).slice(0, 6));
    const rng = createRng("gradient");
    const batch = trainingBatch(packed, packedInputs(packed), {
      rows: Int32Array.from({ length: 6 }, (_, row) => row),
      rng,
    });
    const problem = volProblem({ batchRows: 6, type: "float64", skip: linearStart(packed) }, rng);
    const feeds: Feed[] = [
      ...problem.batchInputs.map((tensor) => ({ tensor, values: floats(batch[tensor.operation.name]) })),
      ...problem.parameters.map(({ tensor, initial }) => ({
        tensor,
        values: Float64Array.from(initial, (value) => 5 * value),
      })),
    ];
    assert.ok(
      (await lossGradientError(problem.loss, feeds, { parameters: problem.parameters.length, step: 1e-5 })) <= 1e-6,
    );
  });

  it("default: the export agrees with a plain float64 pass to 1e-5, and its linear output is the network without LSTMs", async () => {
    const { model, fitted } = await smallTraining();
    const inputs = rows.slice(0, 40).map(({ input }) => input);
    const session = await openSession(model);
    const found = await runVolNetwork(session, inputs);
    await session.release();
    const silent = fitted.networks.map(
      (parameters) => new Map([...parameters, ["head.weights", new Float32Array(160)]]),
    );
    inputs.forEach((input, row) => {
      const [plain, linear] = [plainVolForward(fitted.networks, input), plainVolForward(silent, input)];
      VOL_HORIZONS_HOURS.forEach((_, horizon) => {
        const place = row * VOL_HORIZONS_HOURS.length + horizon;
        assert.ok(Math.abs((plain[horizon] ?? 0) - (found.logRatio[place] ?? Number.NaN)) <= EXPORT_PARITY_LIMIT);
        assert.ok(Math.abs((linear[horizon] ?? 0) - (found.linear[place] ?? Number.NaN)) <= EXPORT_PARITY_LIMIT);
      });
    });
  });

  it("behavior: same seed and data give the same bytes on one and two threads, another seed others", async () => {
    const [one, two, other] = [await smallTraining("a", 1), await smallTraining("a", 2), await smallTraining("b", 2)];
    assert.deepEqual(two.model, one.model);
    assert.deepEqual(two.metrics, one.metrics);
    assert.notDeepEqual(other.model, one.model);
    const folders = [await writeSmallArtefact(one), await writeSmallArtefact(two)];
    for (const name of ["model.onnx", "manifest.json", "card.md", "vectors.json"]) {
      const [first, second] = folders.map(({ path }) => readFileSync(join(path, name), "utf8"));
      assert.equal(first, second, name);
    }
    for (const folder of folders) folder.remove();
  });
});

function floats(values: Float32Array | BigInt64Array | undefined): Float64Array {
  return values instanceof Float32Array ? Float64Array.from(values) : new Float64Array();
}
