/**
 * Interval bound propagation through a shipped network (Gowal et al. 2019): what its outputs can be at all while its inputs stay in a box.
 * Functions that the engine spells out in several nodes are bounded as the one monotone function that they are.
 */
import { PlimsollError } from "../../domain/errors.ts";
import type { InputBox } from "./gradient-attack.ts";
import {
  decreasing,
  difference,
  type Interval,
  increasing,
  isPoint,
  larger,
  magnitude,
  matrixProduct,
  pointInterval,
  product,
  quotient,
  smaller,
  sum,
  unsupported,
} from "./interval.ts";
import { intervalLstm } from "./interval-lstm.ts";
import { monotoneIdioms } from "./monotone-idioms.ts";
import type { OnnxFile, OnnxStep } from "./read-onnx.ts";

/**
 * Bounds of the outputs of one row.
 *
 * Computed in float64; the network runs in float32, whose rounding (about 1e-6 of a value) is not in the bound.
 *
 * @throws PlimsollError `INTERVAL_BOX_INVALID` for a box that is empty or not of the inputs; `INTERVAL_UNSUPPORTED`.
 */
export function certifiedBounds(file: OnnxFile, box: InputBox): ReadonlyMap<string, Interval> {
  const known = new Map<string, Interval>();
  for (const [name, { dims, values }] of file.constants) known.set(name, pointInterval(dims, values));
  for (const [name, extents] of file.inputs)
    known.set(
      name,
      boxOf(
        name,
        extents.map((extent) => extent ?? 1),
        box,
      ),
    );
  const idioms = monotoneIdioms(file);
  for (const step of file.steps) {
    const operands = step.inputs.map((name) => intervalOf(known, name));
    const idiom = idioms.get(step);
    const results =
      idiom === undefined ? applied(step, operands) : [increasing(intervalOf(known, idiom.input), idiom.map)];
    step.outputs.forEach((name, place) => {
      const result = results[place];
      if (result !== undefined) known.set(name, result);
    });
  }
  return new Map(file.outputs.map((name) => [name, intervalOf(known, name)]));
}

type Rule = (operands: readonly Interval[], step: OnnxStep) => readonly Interval[];

const one =
  (bound: (x: Interval) => Interval): Rule =>
  ([x]) => [bound(required(x))];
const two =
  (bound: (a: Interval, b: Interval) => Interval): Rule =>
  ([a, b]) => [bound(required(a), required(b))];

const RULES: Readonly<Record<string, Rule>> = {
  Add: two(sum),
  Sub: two(difference),
  Mul: two(product),
  Div: two(quotient),
  Max: two(larger),
  Min: two(smaller),
  MatMul: two(matrixProduct),
  Gemm: ([x, weights, bias]) => [sum(matrixProduct(required(x), required(weights)), required(bias))],
  Neg: one((x) => decreasing(x, (value) => -value)),
  Abs: one(magnitude),
  Sign: one((x) => increasing(x, Math.sign)),
  Sqrt: one((x) => increasing(x, (value) => Math.sqrt(Math.max(0, value)))),
  Exp: one((x) => increasing(x, Math.exp)),
  Log: one((x) => increasing(x, (value) => Math.log(Math.max(0, value)))),
  Relu: one((x) => increasing(x, (value) => Math.max(0, value))),
  Sigmoid: one((x) => increasing(x, (value) => 1 / (1 + Math.exp(-value)))),
  Tanh: one((x) => increasing(x, Math.tanh)),
  Identity: one((x) => x),
  Reshape: ([x, target]) => [reshaped(required(x), required(target).low)],
  Concat: (operands) => [joined(operands)],
  Split: ([x, extents]) => parted(required(x), required(extents).low),
  LSTM: ([x, weights, recurrent, bias]) =>
    intervalLstm(required(x), [required(weights), required(recurrent), required(bias)]),
};

function applied(step: OnnxStep, operands: readonly Interval[]): readonly Interval[] {
  const rule = RULES[step.kind];
  if (rule === undefined) throw unsupported(step.kind);
  return rule(operands, step);
}

function reshaped({ dims, low, high }: Interval, target: Float64Array): Interval {
  const known = target.reduce((total, extent) => (extent < 0 ? total : total * extent), 1);
  const total = dims.reduce((count, extent) => count * extent, 1);
  return { dims: Array.from(target, (extent) => (extent < 0 ? total / known : extent)), low, high };
}

/** One row: joining along its last axis is joining its elements. */
function joined(parts: readonly Interval[]): Interval {
  const low = Float64Array.from(parts.flatMap((part) => [...part.low]));
  const high = parts.every(isPoint) ? low : Float64Array.from(parts.flatMap((part) => [...part.high]));
  return { dims: [1, low.length], low, high };
}

function parted({ low, high }: Interval, extents: Float64Array): readonly Interval[] {
  let from = 0;
  return Array.from(extents, (extent) => {
    const to = from + extent;
    const part = { dims: [1, extent], low: low.slice(from, to), high: high.slice(from, to) };
    from = to;
    return part;
  });
}

function boxOf(name: string, dims: readonly number[], { low, high }: InputBox): Interval {
  const [from, to] = [low[name], high[name]];
  const count = dims.reduce((total, extent) => total * extent, 1);
  const isBox =
    from?.length === count && to?.length === count && from.every((value, place) => value <= (to[place] ?? Number.NaN));
  if (isBox) return { dims, low: from, high: to };
  throw new PlimsollError({
    code: "INTERVAL_BOX_INVALID",
    problem: `The box of input "${name}" has ${from?.length ?? 0} and ${to?.length ?? 0} ends for ${count} values, or a lower end above its upper one.`,
    remedy: "Give finite ends in the order of the network's inputs, the lower first.",
    context: { name, wanted: count },
  });
}

function intervalOf(known: ReadonlyMap<string, Interval>, name: string): Interval {
  return required(known.get(name), name);
}

function required(interval: Interval | undefined, name = "operand"): Interval {
  if (interval === undefined) throw unsupported(`a missing ${name}`);
  return interval;
}
