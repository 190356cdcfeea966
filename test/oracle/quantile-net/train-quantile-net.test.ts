/** Training: reproducible bytes, export parity, gradients of the shipped network, input faults. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { moveLabels } from "../../../oracle/training/dataset/move-labels.ts";
import { EXPORT_PARITY_LIMIT } from "../../../oracle/training/export-parity.ts";
import { ewmaNormalMoves, pinball, policyMetrics } from "../../../oracle/training/quantile-net/policy-metrics.ts";
import { labelsOf, prepareLayout, rowsOf } from "../../../oracle/training/quantile-net/prepare-rows.ts";
import { splitSamples, trainQuantileNet } from "../../../oracle/training/quantile-net/train-quantile-net.ts";
import { trainingProblem } from "../../../oracle/training/quantile-net/trainable-network.ts";
import type { Feed } from "../../../oracle/training/tensor/evaluate-graph.ts";
import { lossGradientError } from "../training/loss-gradient-error.ts";
import { HOUR_SEC, SPLIT, syntheticSamples, trainSmallArtefact } from "./synthetic.ts";

describe("trainQuantileNet", () => {
  it("error: TRAINING_TOO_FEW_ROWS when the data do not reach into a block", async () => {
    const request = { samples: syntheticSamples(), schema: FEATURE_SCHEMA, rng: createRng(1) };
    const split = { trainToSec: SPLIT.trainToSec, stopToSec: 1_790 * HOUR_SEC };
    await assert.rejects(trainQuantileNet({ ...request, split }), (error) => hasCode(error, "TRAINING_TOO_FEW_ROWS"));
  });

  it("behavior: no label of one block reaches into the next", () => {
    const { train, stop } = splitSamples(syntheticSamples(), SPLIT);
    assert.ok(train.every(({ atSec }) => atSec + 72 * HOUR_SEC <= SPLIT.trainToSec));
    assert.ok(stop.every(({ atSec }) => atSec >= SPLIT.trainToSec && atSec + 72 * HOUR_SEC <= SPLIT.stopToSec));
  });

  it("default: the export agrees with a plain float64 pass to 1e-5, and the network learns the normal moves", async () => {
    const rng = createRng("train");
    const { metrics, model } = await trainQuantileNet({
      samples: syntheticSamples(),
      split: SPLIT,
      schema: FEATURE_SCHEMA,
      rng,
      maxEpochs: 3,
    });
    assert.ok(metrics.exportParity <= EXPORT_PARITY_LIMIT);
    assert.ok(model.length < 1_000_000);
    // The synthetic moves are half-normal, which is the EWMA-normal baseline itself: it cannot be beaten by much.
    assert.ok(metrics.network.meanRatioToGarch < 1.1 * metrics.ewmaNormal.meanRatioToGarch);
  });

  it("behavior: same seed and data give the same bytes, another seed others", async () => {
    const artefacts = [await trainSmallArtefact("a"), await trainSmallArtefact("a"), await trainSmallArtefact("b")];
    const read = (name: string) =>
      Promise.all(artefacts.map(({ directory }) => readFile(join(directory, name), "utf8")));
    for (const name of ["model.onnx", "manifest.json", "card.md", "vectors.json"]) {
      const [first, second, other] = await read(name);
      assert.equal(first, second, name);
      assert.notEqual(first, other, name);
    }
    await Promise.all(artefacts.map(({ remove }) => remove()));
  });

  it("behavior: gradients of the shipped loss match central differences in float64 to 1e-6", async () => {
    assert.ok((await networkGradientError()) <= 1e-6);
  });
});

/** Largest relative gradient error of the real training problem over a sample of weights of every parameter. */
async function networkGradientError(): Promise<number> {
  const samples = syntheticSamples().slice(0, 40);
  const { layout, scaling } = prepareLayout(samples, FEATURE_SCHEMA);
  const rows = rowsOf(samples);
  const problem = trainingProblem({ layout, scaling, batchRows: rows.rows, type: "float64" }, createRng("gradient"));
  const data = [rows.features, rows.missing, rows.sigma, labelsOf(samples)];
  const batch = problem.batchInputs.map((tensor, index): Feed => ({ tensor, values: data[index] ?? [] }));
  const parameters = problem.parameters.map(
    ({ tensor, initial }): Feed => ({ tensor, values: Float64Array.from(initial) }),
  );
  return await lossGradientError(problem.loss, [...batch, ...parameters], {
    parameters: parameters.length,
    step: 1e-6,
  });
}

describe("moveLabels", () => {
  const hours = 80;
  const column = (map: (hour: number) => number): Float64Array =>
    Float64Array.from({ length: hours }, (_, hour) => map(hour));
  const flat = column(() => 100);
  const bars = {
    spanSec: HOUR_SEC,
    endSec: column((hour) => (hour + 1) * HOUR_SEC),
    open: flat,
    close: flat,
    volume: flat,
  };
  const highs = column((hour) => (hour === 10 ? 120 : 101));
  const lows = column((hour) => (hour === 3 ? 90 : 99));

  it("behavior: null while the longest horizon is not over, and when bars are lost", () => {
    assert.equal(moveLabels({ ...bars, high: highs, low: lows }, 100, 20 * HOUR_SEC), null);
    const holes = {
      ...bars,
      high: highs,
      low: lows,
      endSec: bars.endSec.map((end) => (end > 40 * HOUR_SEC ? end + 500 * HOUR_SEC : end)),
    };
    assert.equal(moveLabels(holes, 100, HOUR_SEC), null);
  });

  it("default: extremes after the time only, in logs, never negative", () => {
    const labels = moveLabels({ ...bars, high: highs, low: lows }, 100, HOUR_SEC);
    assert.ok(labels);
    const expected = { fall: [100 / 99, 100 / 90, 100 / 90, 100 / 90], rise: [1.01, 1.01, 1.2, 1.2] };
    for (const direction of ["fall", "rise"] as const) {
      const error = labels[direction].map((value, index) =>
        Math.abs(value - Math.log(expected[direction][index] ?? 0)),
      );
      assert.ok(Math.max(...error) < 1e-12);
    }
    const above = moveLabels({ ...bars, high: highs, low: lows }, 50, HOUR_SEC);
    assert.deepEqual([...(above?.fall ?? [])], [0, 0, 0, 0]);
  });
});

describe("policyMetrics", () => {
  it("default: pinball loss by hand, and breach rates near one minus the level for the true law", () => {
    assert.equal(pinball(3, 1, 0.75), 1.5);
    assert.equal(pinball(1, 3, 0.75), 0.5);
    const samples = syntheticSamples();
    const moves = samples.map(({ baselines }) => ewmaNormalMoves(baselines?.ewmaSigmaPerHour ?? 0));
    const { breach } = policyMetrics(samples, moves);
    assert.ok(Math.abs((breach.fall[0]?.[2] ?? 0) - 0.1) < 0.03, `${breach.fall[0]?.[2]}`);
  });
});
