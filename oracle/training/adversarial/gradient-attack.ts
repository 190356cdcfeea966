/** Attacks on the inputs of a network by its gradient: one step (Goodfellow et al. 2015) and projected descent (Madry et al. 2018, eq. 1). */
import type { InferenceSession } from "onnxruntime-node";
import type { Rng } from "../../math/rng.ts";
import { floatOutput, loadOnnxRuntime, openSession } from "../../models/onnx-runtime.ts";
import { mul } from "../tensor/elementwise-ops.ts";
import { gradients } from "../tensor/gradients.ts";
import { reduceSum } from "../tensor/matrix-ops.ts";
import { constant, definedTensor } from "../tensor/operation.ts";
import { writeModel } from "../tensor/write-model.ts";
import { graphOfOnnx } from "./graph-of-onnx.ts";
import type { OnnxFile } from "./read-onnx.ts";

/** Inputs of one row by name, row-major. */
export type Point = Readonly<Record<string, Float64Array>>;

/** Where an attacker can put the inputs of one row: between `low` and `high`, both included. */
export interface InputBox {
  readonly low: Point;
  readonly high: Point;
}

/** What the attacker lowers: a weighted sum of the outputs. */
export interface Objective {
  readonly output: string;
  /** `[elements of the output of one row]` */
  readonly weights: ArrayLike<number>;
}

/** Value and gradient at a point. */
export interface Slope {
  readonly value: number;
  readonly gradient: Point;
}

/** A network under attack. */
export interface AttackedNetwork {
  slopeAt(point: Point): Promise<Slope>;
  release(): Promise<void>;
}

/** A point that an attack ended at. */
export interface Attacked {
  readonly point: Point;
  readonly value: number;
}

/** How long is searched. */
export interface DescentSettings {
  readonly steps: number;
  /** Share of the half width of the box that one step moves. */
  readonly stepShare: number;
  /** Starts besides the honest point. */
  readonly restarts: number;
}

/** Twenty steps of a tenth cross the box; three random starts besides the honest one. */
export const DESCENT: DescentSettings = { steps: 20, stepShare: 0.2, restarts: 3 };

/**
 * Opens a network for attacks, one row at a time.
 *
 * @throws PlimsollError `ONNX_OPERATOR_UNKNOWN`, and those of the engine and the session.
 */
export async function attackNetwork(file: OnnxFile, { output, weights }: Objective): Promise<AttackedNetwork> {
  const graph = graphOfOnnx(file, 1);
  const tensor = definedTensor(graph.outputs.get(output), output);
  const loss = reduceSum(mul(tensor, constant(weights, { shape: tensor.shape, type: tensor.type })));
  const names = [...graph.inputs.keys()];
  const inputs = names.map((name) => definedTensor(graph.inputs.get(name), name));
  const found = gradients(loss, inputs);
  const outputs = [
    { name: "loss", tensor: loss },
    ...names.map((name, place) => ({ name: `d:${name}`, tensor: definedTensor(found[place], name) })),
  ];
  const session = await openSession(writeModel({ name: "attack", inputs, outputs }));
  const shapes = new Map(inputs.map((one) => [one.operation.name, one.shape.map(Number)]));
  return { slopeAt: (point) => slopeAt(session, shapes, point), release: () => session.release() };
}

async function slopeAt(
  session: InferenceSession,
  shapes: ReadonlyMap<string, readonly number[]>,
  point: Point,
): Promise<Slope> {
  const { Tensor } = await loadOnnxRuntime();
  const fed = [...shapes].map(([name, dims]) => [
    name,
    new Tensor("float32", Float32Array.from(point[name] ?? []), dims),
  ]);
  const outputs = await session.run(Object.fromEntries(fed));
  const gradient = [...shapes.keys()].map((name) => [name, Float64Array.from(floatOutput(outputs, `d:${name}`))]);
  return { value: floatOutput(outputs, "loss")[0] ?? Number.NaN, gradient: Object.fromEntries(gradient) };
}

/** One step against the sign of the gradient, to the side of the box. */
export async function fastGradientSign(network: AttackedNetwork, box: InputBox, honest: Point): Promise<Attacked> {
  const { gradient } = await network.slopeAt(honest);
  const point = mapped(honest, (name, place, value) => {
    const slope = gradient[name]?.[place] ?? 0;
    if (slope === 0) return value;
    return (slope > 0 ? box.low : box.high)[name]?.[place] ?? value;
  });
  return { point, value: (await network.slopeAt(point)).value };
}

/** Projected sign-gradient descent from the honest point, from where one step leads, and from random points; the lowest value met. */
export async function projectedDescent(
  network: AttackedNetwork,
  { box, honest, rng, settings = DESCENT }: DescentRequest,
): Promise<Attacked> {
  const starts = [
    honest,
    (await fastGradientSign(network, box, honest)).point,
    ...Array.from({ length: settings.restarts }, () => randomPoint(box, rng)),
  ];
  let best: Attacked = { point: honest, value: Number.POSITIVE_INFINITY };
  for (const start of starts) {
    let point = start;
    for (let step = 0; step <= settings.steps; step += 1) {
      const { value, gradient } = await network.slopeAt(point);
      if (value < best.value) best = { point, value };
      point = stepped({ point, gradient, box }, settings.stepShare * (1 - step / (settings.steps + 1)));
    }
  }
  return best;
}

/** A search. */
export interface DescentRequest {
  readonly box: InputBox;
  readonly honest: Point;
  readonly rng: Rng;
  readonly settings?: DescentSettings;
}

/** A point drawn evenly from the box. */
export function randomPoint({ low, high }: InputBox, rng: Rng): Point {
  return mapped(low, (name, place, from) => from + ((high[name]?.[place] ?? from) - from) * rng.uniform());
}

interface Stepping {
  readonly point: Point;
  readonly gradient: Point;
  readonly box: InputBox;
}

function stepped({ point, gradient, box }: Stepping, share: number): Point {
  return mapped(point, (name, place, value) => {
    const low = box.low[name]?.[place] ?? value;
    const high = box.high[name]?.[place] ?? value;
    const moved = value - share * (high - low) * Math.sign(gradient[name]?.[place] ?? 0);
    return Math.min(high, Math.max(low, moved));
  });
}

function mapped(point: Point, map: (name: string, place: number, value: number) => number): Point {
  return Object.fromEntries(
    Object.entries(point).map(([name, values]) => [name, values.map((value, place) => map(name, place, value))]),
  );
}
