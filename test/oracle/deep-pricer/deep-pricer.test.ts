/** Tests of the pricing network: its teacher against Fourier integrals, its grid, its calibration, its artefact and commands. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";
import { z } from "zod";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { black76 } from "../../../oracle/math/black76.ts";
import { meanVariance, svcjPrices } from "../../../oracle/math/svcj.ts";
import { boxedStep } from "../../../oracle/models/deep-pricer/boxed-step.ts";
import { calibrate } from "../../../oracle/models/deep-pricer/calibrate.ts";
import { type CubePricer, pricerByDifferences } from "../../../oracle/models/deep-pricer/cube-pricer.ts";
import { gridReader } from "../../../oracle/models/deep-pricer/grid-reader.ts";
import {
  cubeParameters,
  PRICER_CELLS,
  PRICER_DAYS,
  PRICER_STRIKES,
} from "../../../oracle/models/deep-pricer/pricer-layout.ts";
import { createPricerPredictor } from "../../../oracle/models/deep-pricer/pricer-predictor.ts";
import { ARTEFACT_FILES } from "../../../oracle/models/session.ts";
import { cleanChain } from "../../../oracle/models/surface/clean-chain.ts";
import { drawPricerRows, teacherSurface } from "../../../oracle/training/deep-pricer/teacher-cells.ts";
import { PRICER_SETTINGS, trainPricer } from "../../../oracle/training/deep-pricer/train-pricer.ts";
import { drawnErrors } from "../../../scripts/evaluate/deep-pricer/drawn-errors.ts";
import { evaluateDeepPricer } from "../../../scripts/evaluate/evaluate-deep-pricer.ts";
import { trainDeepPricer } from "../../../scripts/train/train-deep-pricer.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { chainFile } from "../surface/chain-file.ts";
import { CHAIN_AT_SEC, quotedChain } from "../surface/quoted-chain.ts";

const SHIPPED = fileURLToPath(new URL("../../../oracle/models/artifacts/deep-pricer", import.meta.url));
const MIDDLE = cubeParameters(new Float64Array(9));
const parameters = z.object({
  variance: z.number(),
  longVariance: z.number(),
  reversion: z.number(),
  volOfVol: z.number(),
  correlation: z.number(),
  jumpRate: z.number(),
  jumpMean: z.number(),
  jumpDeviation: z.number(),
  varianceJump: z.number(),
});
const vectors = z
  .array(z.object({ parameters, tenorYears: z.number(), logMoneyness: z.number(), price: z.number() }))
  .parse(JSON.parse(readFileSync(new URL("../../vectors/svcj.json", import.meta.url), "utf8")));

describe("SVCJ prices", () => {
  it("default: values are those of Gil-Pelaez integrals over numerically solved Riccati equations", () => {
    for (const { parameters: given, tenorYears, logMoneyness, price } of vectors) {
      const [found = Number.NaN] = svcjPrices(given, tenorYears, [logMoneyness]);
      assert.ok(Math.abs(found - price) < 2e-6, `${tenorYears} ${logMoneyness}: ${found} ${price}`);
    }
  });

  it("behavior: without jumps and with steady variance they are those of Black", () => {
    const calm = { ...MIDDLE, variance: 0.25, longVariance: 0.25, volOfVol: 1e-3, jumpRate: 0 };
    for (const logMoneyness of [-0.4, 0, 0.3]) {
      const [found = Number.NaN] = svcjPrices(calm, 0.2, [logMoneyness]);
      const kind = logMoneyness >= 0 ? "call" : "put";
      const { price } = black76({ kind, forward: 1, strike: Math.exp(logMoneyness), tenorYears: 0.2, impliedVol: 0.5 });
      assert.ok(Math.abs(found - price) < 5e-6);
    }
  });
});

describe("the grid of the pricing network", () => {
  it("behavior: flat cells give the root of the mean variance, beyond the grid too", () => {
    const places = [0.001, 30 / 365, 3].map((tenorYears) => ({ tenorYears, logMoneyness: 0.01 }));
    const calm = { ...MIDDLE, variance: 0.4, longVariance: 0.4, varianceJump: 0 };
    const { vols } = gridReader(places)({ parameters: calm, cells: new Float32Array(PRICER_CELLS) });
    const expected = Math.sqrt(0.4 + MIDDLE.jumpRate * (MIDDLE.jumpMean ** 2 + MIDDLE.jumpDeviation ** 2));
    assert.ok(vols.every((vol) => Math.abs(vol - expected) < 1e-12));
  });

  it("default: at its nodes it gives the cells back", () => {
    const { cube, cells } = drawPricerRows(1, "nodes");
    const found = cubeParameters(cube);
    PRICER_DAYS.forEach((days, row) => {
      const unit = Math.sqrt(meanVariance(found, days / 365));
      PRICER_STRIKES.forEach((strike, column) => {
        const place = { tenorYears: days / 365, logMoneyness: strike * unit * Math.sqrt(days / 365) };
        const [vol = 0] = gridReader([place])({ parameters: found, cells }).vols;
        assert.ok(Math.abs(Math.log(vol / unit) - (cells[row * PRICER_STRIKES.length + column] ?? 0)) < 1e-6);
      });
    });
  });
});

describe("a step within the cube", () => {
  const model = { gradient: Float64Array.of(-4, 1), matrix: Float64Array.of(2, 0, 1, 2) };

  it("error: a matrix without a Cholesky factor gives none", () => {
    assert.equal(boxedStep({ ...model, matrix: Float64Array.of(1, 0, 2, 1) }, new Float64Array(2), 0), null);
    assert.equal(boxedStep({ ...model, matrix: Float64Array.of(Number.NaN, 0, 0, 1) }, new Float64Array(2), 0), null);
  });

  it("default: with room it is the whole step of Gauss and Newton, damping shortens it", () => {
    const near = { ...model, gradient: Float64Array.of(-0.6, 0.3) };
    const [whole, damped] = [boxedStep(near, new Float64Array(2), 0), boxedStep(near, new Float64Array(2), 1)];
    assert.ok(whole !== null && damped !== null);
    // A⁻¹(−g) with A = [[2, 1], [1, 2]].
    assert.ok(Math.abs((whole[0] ?? 0) - 0.5) < 1e-12 && Math.abs((whole[1] ?? 0) + 0.4) < 1e-12);
    assert.ok(Math.hypot(...damped) < Math.hypot(...whole));
  });

  it("behavior: an axis stops at the border, and the others take what is best given that", () => {
    const found = boxedStep(model, new Float64Array(2), 0);
    // On the border s₁ = 1 the cost falls in s₂ to −(g₂ + A₂₁ s₁)/A₂₂ = −1.
    assert.deepEqual([...(found ?? [])], [1, -1]);
  });
});

describe("calibration", () => {
  const chain = cleanChain(quotedChain({ seed: "calibration" }), CHAIN_AT_SEC);
  const smile = pricerByDifferences(([level = 0, tilt = 0, bend = 0], places) =>
    Float64Array.from(places, ({ tenorYears, logMoneyness }) => {
      const at = logMoneyness / Math.sqrt(tenorYears);
      return 0.5 * Math.exp(level + tilt * at + bend * at * at);
    }),
  );

  it("behavior: without a quote there is none, a pricer without numbers leaves the start", async () => {
    assert.equal(await calibrate(smile, []), null);
    const blind = pricerByDifferences((_, places) => new Float64Array(places.length).fill(Number.NaN));
    assert.deepEqual([...((await calibrate(blind, chain))?.cube ?? [])], Array(9).fill(0));
  });

  it("default: it finds the level of a known smile and stays in the cube", async () => {
    const found = await calibrate(smile, chain);
    assert.ok(found !== null && found.iterations < 40);
    // The usual smile has 0.7 of the variance of its scale at the money: ln √0.7 = −0.18.
    assert.ok(Math.abs((found.cube[0] ?? 1) + 0.18) < 0.05 && (found.cube[2] ?? 0) > 0);
    assert.ok(found.cube.every((value) => Math.abs(value) <= 1));
  });
});

describe("the pricing network", () => {
  it("error: an artefact that is missing or altered is no predictor", async () => {
    const folder = temporaryFolder();
    try {
      const missing = await createPricerPredictor(folder.path);
      assert.deepEqual(missing, { ok: false, reason: "artefact-missing", detail: missing.ok ? "" : missing.detail });
      for (const name of Object.values(ARTEFACT_FILES)) copyFileSync(join(SHIPPED, name), join(folder.path, name));
      writeFileSync(join(folder.path, ARTEFACT_FILES.vectors), "{}");
      const altered = await createPricerPredictor(folder.path);
      assert.equal(altered.ok ? "" : altered.reason, "artefact-hash");
    } finally {
      folder.remove();
    }
  });

  it("default: the shipped network agrees with its teacher at the middle of the cube", async () => {
    const opened = await createPricerPredictor(SHIPPED);
    assert.ok(opened.ok);
    const places = [3, 20, 100].flatMap((days) =>
      [-0.1, 0, 0.1].map((logMoneyness) => ({ tenorYears: days / 365, logMoneyness })),
    );
    const { vols } = await opened.value.price(places)(new Float64Array(9));
    await opened.value.close();
    teacherSurface(MIDDLE, places).forEach((vol, place) => {
      assert.ok(Math.abs(vol - (vols[place] ?? 0)) < 0.01, `${place}: ${vol} ${vols[place]}`);
    });
  });

  it("default: its slopes are those of differences, from before the grid's first strike to beyond its last", async () => {
    const opened = await createPricerPredictor(SHIPPED);
    assert.ok(opened.ok);
    const places = [0.5, 3, 20, 100, 500].flatMap((days) =>
      [-0.9, -0.2, -0.03, 0, 0.04, 0.3, 1].map((logMoneyness) => ({ tenorYears: days / 365, logMoneyness })),
    );
    const priceAt = opened.value.price(places);
    const cube = Float64Array.of(0.1, -0.2, 0.3, -1, 1, 0.2, -0.4, 0.6, 0);
    const slopes = (await priceAt(cube)).slopes();
    for (let axis = 0; axis < cube.length; axis += 1) {
      const step = (cube[axis] ?? 0) > 0 ? -0.01 : 0.01;
      const [{ vols: here }, { vols: there }] = [
        await priceAt(cube),
        await priceAt(cube.map((value, other) => (other === axis ? value + step : value))),
      ];
      for (const [place, vol] of here.entries()) {
        const difference = ((there[place] ?? Number.NaN) - vol) / step;
        const slope = slopes[axis * places.length + place] ?? Number.NaN;
        assert.ok(Math.abs(slope - difference) < 0.01, `${axis} ${place}: ${slope} ${difference}`);
      }
    }
    await opened.value.close();
  });

  it("behavior: the same seed gives the same bytes", async () => {
    const settings = {
      ...PRICER_SETTINGS,
      units: [16],
      rows: { train: 40, stop: 10, report: 10 },
      batchRows: 20,
      maxEpochs: 3,
    };
    const [first, second] = [await trainPricer({ seed: "s", settings }), await trainPricer({ seed: "s", settings })];
    assert.deepEqual(first.model, second.model);
    assert.ok(first.metrics.exportParity < 1e-5 && first.metrics.errorPoints.median > 0);
  });

  it("behavior: the error of an evaluation is measured, on parameters of its own", async () => {
    const off = (points: number): CubePricer =>
      pricerByDifferences((cube, places) =>
        teacherSurface(cubeParameters(cube), places).map((vol) => vol + points / 100),
      );
    const [none, one] = [await drawnErrors(off(0), 2), await drawnErrors(off(1), 2)];
    assert.ok(none.p99 < 1e-3 && Math.abs(one.median - 1) < 1e-3, JSON.stringify([none, one]));
  });

  it("error: TRAINING_DATA_UNUSED, EVALUATE_NO_WINDOW; default: an evaluation of recorded chains", async () => {
    const environment = { node: "", onnxruntime: "", platform: "" };
    const training = trainDeepPricer({ data: ["x"], out: ".", seed: "s", environment, onProgress: () => {} });
    await assert.rejects(training, (error) => hasCode(error, "TRAINING_DATA_UNUSED"));
    const folder = temporaryFolder();
    try {
      mkdirSync(join(folder.path, "deribit-options"));
      writeFileSync(join(folder.path, "deribit-options", "SOL_2026-02.csv"), chainFile(2));
      const late = evaluateDeepPricer({ paths: [folder.path], fromSec: 2e9 });
      await assert.rejects(late, (error) => hasCode(error, "EVALUATE_NO_WINDOW"));
      const { targets } = await evaluateDeepPricer({ paths: [folder.path], fromSec: null });
      assert.ok((targets.inside?.value ?? 0) > 0.5 && (targets.timesFasterThanTeacher?.value ?? 0) > 5);
    } finally {
      folder.remove();
    }
  });
});
