/** The attacker's kit on the shipped networks: gradients against finite differences, attacks inside their box, bounds beyond every attack. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { floatOutput, loadOnnxRuntime, openSession } from "../../../oracle/models/onnx-runtime.ts";
import { certifiedBounds } from "../../../oracle/training/adversarial/certified-bounds.ts";
import {
  attackNetwork,
  fastGradientSign,
  type InputBox,
  type Point,
  projectedDescent,
  randomPoint,
} from "../../../oracle/training/adversarial/gradient-attack.ts";
import { graphOfOnnx } from "../../../oracle/training/adversarial/graph-of-onnx.ts";
import { type OnnxFile, readOnnx } from "../../../oracle/training/adversarial/read-onnx.ts";

const ARTIFACTS = join(dirname(fileURLToPath(import.meta.url)), "../../../oracle/models/artifacts");
/** Networks that a gradient goes through, and the output that is attacked; graph networks read whole networks of debts, not a feed. */
const NETWORKS = [
  ["quantile-net", "log_moves"],
  ["vol-lstm", "log_ratio"],
  ["cascade", "extra_fall"],
  ["cvar-depth", "log_shares"],
  ["deep-pricer", "cells"],
  ["hedger", "band"],
] as const;

/** Length of a difference; the cascade network is flat between its kinks, which a longer one would cross. */
const [SMOOTH_STEP, KINKED_STEP] = [2e-3, 3e-4];

function bytesOf(model: string): Uint8Array {
  return readFileSync(join(ARTIFACTS, model, "model.onnx"));
}

/** The cascade network clamps what it does not know, and is flat there: a golden row of its own. */
function goldenCascade(): Point {
  const text = readFileSync(join(ARTIFACTS, "cascade", "vectors.json"), "utf8");
  const { features } = z.object({ features: z.array(z.array(z.number())) }).parse(JSON.parse(text));
  return { features: Float64Array.from(features[6] ?? []) };
}

/** A point near zero, where scaled inputs live; volatilities are positive. */
function drawnPoint({ inputs }: OnnxFile, seed: string): Point {
  if (seed === "cascade") return goldenCascade();
  const rng = createRng(seed);
  return Object.fromEntries(
    [...inputs].map(([name, extents]) => {
      const count = extents.reduce<number>((total, extent) => total * (extent ?? 1), 1);
      const draw = (): number => {
        if (name === "missing") return 0;
        return name === "sigma" ? 0.01 + 0.02 * rng.uniform() : 0.5 * rng.normal();
      };
      return [name, Float64Array.from({ length: count }, draw)];
    }),
  );
}

function boxAround(point: Point, share: number): InputBox {
  const ends = (side: number): Point =>
    Object.fromEntries(
      Object.entries(point).map(([name, values]) => [
        name,
        values.map((value) => (name === "missing" ? value : value + side * share * Math.abs(value))),
      ]),
    );
  return { low: ends(-1), high: ends(1) };
}

async function runFile(model: string, file: OnnxFile, output: string, point: Point): Promise<Float64Array> {
  const { Tensor } = await loadOnnxRuntime();
  const session = await openSession(bytesOf(model));
  const fed = [...file.inputs].map(([name, extents]) => [
    name,
    new Tensor(
      "float32",
      Float32Array.from(point[name] ?? []),
      extents.map((extent) => extent ?? 1),
    ),
  ]);
  const found = Float64Array.from(floatOutput(await session.run(Object.fromEntries(fed)), output));
  await session.release();
  return found;
}

describe("attacker's kit", () => {
  it("error: ONNX_UNREADABLE for bytes that are no model", () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(0x3a, 0x7f, 1), Uint8Array.of(0xff), new Uint8Array(64)])
      assert.throws(
        () => readOnnx(bytes),
        (error) => hasCode(error, "ONNX_UNREADABLE"),
      );
  });

  it("error: ONNX_OPERATOR_UNKNOWN and INTERVAL_UNSUPPORTED for a network that gathers", () => {
    const file = readOnnx(bytesOf("contagion-gnn"));
    assert.throws(
      () => graphOfOnnx(file, 1),
      (error) => hasCode(error, "ONNX_OPERATOR_UNKNOWN"),
    );
    const point = Object.fromEntries(
      [...file.inputs].map(([name, extents]) => [
        name,
        new Float64Array(extents.reduce<number>((total, extent) => total * (extent ?? 1), 1)),
      ]),
    );
    assert.throws(
      () => certifiedBounds(file, { low: point, high: point }),
      (error) => hasCode(error, "INTERVAL_UNSUPPORTED"),
    );
  });

  it("error: INTERVAL_BOX_INVALID for an empty box, a short one, NaN", () => {
    const file = readOnnx(bytesOf("deep-pricer"));
    const point = drawnPoint(file, "box");
    const bent = (value: number): Point => ({ cube: (point.cube ?? new Float64Array()).with(0, value) });
    for (const box of [
      { low: bent(1), high: bent(-1) },
      { low: { cube: new Float64Array(2) }, high: point },
      { low: bent(Number.NaN), high: point },
      { low: {}, high: {} },
    ])
      assert.throws(
        () => certifiedBounds(file, box),
        (error) => hasCode(error, "INTERVAL_BOX_INVALID"),
      );
  });

  for (const [model, output] of NETWORKS) {
    describe(model, () => {
      const file = readOnnx(bytesOf(model));
      const honest = drawnPoint(file, model);

      it("behavior: the rebuilt graph gives the file's outputs, its gradient the differences of the file", async () => {
        const whole = await runFile(model, file, output, honest);
        const rng = createRng(`${model}/weights`);
        const weights = whole.map(() => rng.normal());
        const network = await attackNetwork(file, { output, weights });
        const weighed = (values: Float64Array): number =>
          values.reduce((total, value, place) => total + value * (weights[place] ?? 0), 0);
        const { value, gradient } = await network.slopeAt(honest);
        await network.release();
        assert.ok(
          Math.abs(value - weighed(whole)) <= 1e-4 * (1 + Math.abs(value)),
          `${value} against ${weighed(whole)}`,
        );
        // Along the gradient, where the difference is the largest and rounding counts least.
        const norm = Math.sqrt(
          Object.values(gradient)
            .flatMap((part) => [...part])
            .reduce((total, slope) => total + slope * slope, 0),
        );
        assert.ok(norm > 0);
        const step = (model === "cascade" ? KINKED_STEP : SMOOTH_STEP) / Math.max(1, norm);
        const moved = (side: number): Point =>
          Object.fromEntries(
            Object.entries(honest).map(([name, values]) => [
              name,
              values.map((one, place) => one + (side * step * (gradient[name]?.[place] ?? 0)) / norm),
            ]),
          );
        const [up, down] = [
          await runFile(model, file, output, moved(1)),
          await runFile(model, file, output, moved(-1)),
        ];
        const slope = (weighed(up) - weighed(down)) / (2 * step);
        assert.ok(Math.abs(slope / norm - 1) < 0.02, `${slope} against ${norm}`);
      });

      it("behavior: attacks stay in the box, PGD is no worse than FGSM, and no point of the box leaves the bounds", async () => {
        const box = boxAround(honest, 0.02);
        const whole = await runFile(model, file, output, honest);
        const weights = new Float64Array(whole.length).fill(1);
        const network = await attackNetwork(file, { output, weights });
        const rng = createRng(`${model}/pgd`);
        const once = await fastGradientSign(network, box, honest);
        const settings = { steps: 8, stepShare: 0.3, restarts: 1 };
        const best = await projectedDescent(network, { box, honest, rng, settings });
        const start = (await network.slopeAt(honest)).value;
        await network.release();
        assert.ok(best.value <= once.value && best.value < start, `${best.value}, ${once.value}, ${start}`);
        for (const [name, values] of Object.entries(best.point))
          values.forEach((value, place) => {
            assert.ok(
              value >= (box.low[name]?.[place] ?? Number.NaN) && value <= (box.high[name]?.[place] ?? Number.NaN),
            );
          });
        const bounds = certifiedBounds(file, box).get(output);
        assert.ok(bounds !== undefined);
        for (const point of [
          honest,
          once.point,
          best.point,
          box.low,
          box.high,
          ...Array.from({ length: 20 }, () => randomPoint(box, rng)),
        ]) {
          const found = await runFile(model, file, output, point);
          found.forEach((value, place) => {
            const slack = 1e-5 * (1 + Math.abs(value));
            assert.ok(
              value >= (bounds.low[place] ?? Number.NaN) - slack && value <= (bounds.high[place] ?? Number.NaN) + slack,
              `${model} ${place}: ${bounds.low[place]} ${value} ${bounds.high[place]}`,
            );
          });
        }
      });

      it("behavior: the bounds of a single point are the outputs", async () => {
        const whole = await runFile(model, file, output, honest);
        const bounds = certifiedBounds(file, { low: honest, high: honest }).get(output);
        whole.forEach((value, place) => {
          assert.ok(Math.abs(value - (bounds?.low[place] ?? Number.NaN)) < 1e-4 * (1 + Math.abs(value)));
          assert.equal(bounds?.low[place], bounds?.high[place]);
        });
      });
    });
  }
});
