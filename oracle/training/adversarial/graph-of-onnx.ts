/** Builds a shipped network again as a symbolic graph, so that the engine's own gradients reach its inputs. */
import { PlimsollError } from "../../domain/errors.ts";
import {
  abs,
  add,
  div,
  exp,
  log,
  max,
  min,
  mul,
  neg,
  relu,
  sigmoid,
  sign,
  sqrt,
  sub,
  tanh,
} from "../tensor/elementwise-ops.ts";
import { lstmScan } from "../tensor/lstm.ts";
import { matmul } from "../tensor/matrix-ops.ts";
import { constant, definedTensor, input, type Tensor } from "../tensor/operation.ts";
import { extentOf } from "../tensor/shape.ts";
import { concat, reshape, split, transpose } from "../tensor/shape-ops.ts";
import type { OnnxConstant, OnnxFile, OnnxStep } from "./read-onnx.ts";

/** A network with a fixed number of rows. */
export interface NetworkGraph {
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
}

type Operands = readonly Tensor[];
type Builder = (operands: Operands, step: OnnxStep, file: OnnxFile) => readonly Tensor[];

const type = "float32" as const;

/**
 * The graph of a file for batches of `rows`; differentiable, unlike the file, whose operators are the fast ones.
 *
 * @throws PlimsollError `ONNX_OPERATOR_UNKNOWN` for an operator that no shipped dense or recurrent network has.
 */
export function graphOfOnnx(file: OnnxFile, rows: number): NetworkGraph {
  const tensors = new Map<string, Tensor>();
  for (const [name, { dims, values }] of file.constants) tensors.set(name, constant(values, { shape: dims, type }));
  const inputs = new Map<string, Tensor>();
  for (const [name, extents] of file.inputs) {
    const fed = input(name, { shape: extents.map((extent) => extent ?? rows), type });
    inputs.set(name, fed);
    tensors.set(name, fed);
  }
  for (const step of file.steps) {
    const operands = step.inputs.map((name) => definedTensor(tensors.get(name), name));
    const built = builderOf(step)(operands, step, file);
    step.outputs.forEach((name, place) => {
      const tensor = built[place];
      if (tensor !== undefined) tensors.set(name, tensor);
    });
  }
  return { inputs, outputs: new Map(file.outputs.map((name) => [name, definedTensor(tensors.get(name), name)])) };
}

const unary =
  (build: (x: Tensor) => Tensor): Builder =>
  ([x]) => [build(definedTensor(x, "operand"))];
const binary =
  (build: (a: Tensor, b: Tensor) => Tensor): Builder =>
  ([a, b]) => [build(definedTensor(a, "operand"), definedTensor(b, "operand"))];

const BUILDERS: Readonly<Record<string, Builder>> = {
  Add: binary(add),
  Sub: binary(sub),
  Mul: binary(mul),
  Div: binary(div),
  Max: binary(max),
  Min: binary(min),
  MatMul: binary(matmul),
  Neg: unary(neg),
  Abs: unary(abs),
  Sign: unary(sign),
  Sqrt: unary(sqrt),
  Exp: unary(exp),
  Log: unary(log),
  Relu: unary(relu),
  Sigmoid: unary(sigmoid),
  Tanh: unary(tanh),
  Identity: unary((x) => x),
  Gemm: ([x, weights, bias]) => [
    add(matmul(definedTensor(x, "Gemm"), definedTensor(weights, "Gemm")), definedTensor(bias, "Gemm")),
  ],
  Concat: (operands, { attributes }) => [concat(operands, attributes.axis?.[0] ?? 0)],
  Split: ([x], { inputs, attributes }, file) => [
    ...split(definedTensor(x, "Split"), [...constantOf(file, inputs[1]).values], attributes.axis?.[0] ?? 0),
  ],
  Reshape: ([x], { inputs }, file) => [reshapedTo(definedTensor(x, "Reshape"), constantOf(file, inputs[1]).values)],
  LSTM: recurrence,
};

/** One extent of −1 takes what is left. */
function reshapedTo(x: Tensor, target: Float64Array): Tensor {
  const total = x.shape.reduce<number>((product, extent) => product * Number(extent), 1);
  const known = target.reduce((product, extent) => (extent < 0 ? product : product * extent), 1);
  return reshape(
    x,
    Array.from(target, (extent) => (extent < 0 ? total / known : extent)),
  );
}

/** ONNX keeps `[1, gates·H, …]` with gates in the order of the engine; the second half of the bias is zero. */
function recurrence([sequence, input_, recurrent, bias]: Operands): readonly Tensor[] {
  const x = definedTensor(sequence, "LSTM");
  const weights = definedTensor(recurrent, "LSTM");
  const units = extentOf(weights.shape, 2);
  const rows = extentOf(weights.shape, 1);
  const flat = (tensor: Tensor, columns: number): Tensor => transpose(reshape(tensor, [rows, columns]));
  const [own] = split(reshape(definedTensor(bias, "LSTM"), [2 * rows]), [rows, rows], 0);
  const batch = extentOf(x.shape, 1);
  const zeros = constant(new Float64Array(batch * units), { shape: [batch, units], type });
  const { final } = lstmScan({
    sequence: x,
    initial: { hidden: zeros, cell: zeros },
    weights: {
      input: flat(definedTensor(input_, "LSTM"), extentOf(x.shape, 2)),
      recurrent: flat(weights, units),
      bias: definedTensor(own, "LSTM"),
    },
  });
  // The first output, all hidden states, is read by no shipped network.
  const last = reshape(final.hidden, [1, batch, units]);
  return [last, last];
}

function constantOf({ constants }: OnnxFile, name: string | undefined): OnnxConstant {
  const found = constants.get(name ?? "");
  if (found !== undefined) return found;
  throw unknown(`a computed extent ${name ?? ""}`);
}

function builderOf({ kind }: OnnxStep): Builder {
  const builder = BUILDERS[kind];
  if (builder !== undefined) return builder;
  throw unknown(kind);
}

function unknown(kind: string): PlimsollError<"ONNX_OPERATOR_UNKNOWN"> {
  return new PlimsollError({
    code: "ONNX_OPERATOR_UNKNOWN",
    problem: `The attacker's kit cannot differentiate ${kind}.`,
    remedy: `Use a network of ${Object.keys(BUILDERS).join(", ")}, or finite differences.`,
    context: { kind },
  });
}
