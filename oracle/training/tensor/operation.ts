/** Nodes of the symbolic graph: an operation with its inputs and the tensors it yields. */
import { PlimsollError } from "../../domain/errors.ts";
import type { ElementType } from "./element-type.ts";
import { elementCount, type Shape, shapeMismatch } from "./shape.ts";

/** ONNX operators that the engine writes, besides the two leaves `Input` and `Constant`. */
export const OPERATION_KINDS = [
  "Input",
  "Constant",
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Neg",
  "MatMul",
  "Gemm",
  "Sigmoid",
  "Tanh",
  "Exp",
  "Log",
  "Sqrt",
  "Abs",
  "Sign",
  "Relu",
  "Softplus",
  "Softmax",
  "Where",
  "Max",
  "Min",
  "Greater",
  "GreaterOrEqual",
  "ReduceSum",
  "ReduceMax",
  "Reshape",
  "Transpose",
  "Concat",
  "Split",
  "Slice",
  "Pad",
  "Expand",
  "Shape",
  "ConstantOfShape",
  "Gather",
  "ScatterND",
  "LayerNormalization",
  "Scan",
  "LSTM",
  "GRU",
] as const;
/** Name of an operation. */
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** Attribute of a node: whole numbers, lists of them, texts, lists of texts. */
export type AttributeValue = number | readonly number[] | string | readonly string[];
/** Attributes by name. Only whole numbers occur: none of the operators used has a float attribute. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Shape and element type. */
export interface TensorSpec {
  readonly shape: Shape;
  readonly type: ElementType;
}

/** One output of an operation; identity (not value) tells tensors apart. */
export interface Tensor extends TensorSpec {
  readonly operation: Operation;
  readonly outputIndex: number;
}

/** Body of a `Scan`: what one step does. Placeholders are `Input` operations that only exist inside the body. */
export interface ScanBody {
  readonly states: readonly Tensor[];
  readonly slices: readonly Tensor[];
  /** Stand for tensors of the surrounding graph (weights), in the order of the last inputs of the operation. */
  readonly captures: readonly Tensor[];
  readonly nextStates: readonly Tensor[];
  readonly emitted: readonly Tensor[];
}

/** A node of the graph. Inputs are created before it, so the graph cannot have cycles. */
export interface Operation {
  readonly kind: OperationKind;
  /** Name of an `Input`; empty otherwise. */
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
  /** Elements of a `Constant`, row-major; `null` for all other kinds. */
  readonly values: Float64Array | null;
  readonly body: ScanBody | null;
}

/** What an operation is made from. */
export interface OperationDescription {
  readonly kind: string;
  readonly inputs?: readonly Tensor[];
  readonly attributes?: Attributes;
  readonly outputs: readonly TensorSpec[];
  readonly name?: string;
  readonly values?: Float64Array;
  readonly body?: ScanBody;
}

/** Element types that onnxruntime 1.30 has no CPU kernel for, by operator. */
const KERNEL_GAPS: Readonly<Partial<Record<OperationKind, readonly ElementType[]>>> = {
  Softplus: ["float64"],
  LSTM: ["float64"],
  GRU: ["float64"],
};

/**
 * Creates a node and returns its outputs.
 *
 * @throws PlimsollError `TENSOR_UNKNOWN_OPERATION` for a kind outside {@link OPERATION_KINDS};
 * `TENSOR_KERNEL_GAP` where onnxruntime has no kernel for the element type.
 */
export function createOperation(description: OperationDescription): readonly Tensor[] {
  const kind = checkedKind(description.kind);
  for (const output of description.outputs) refuseKernelGap(kind, output.type);
  const outputs: Tensor[] = [];
  const operation: Operation = {
    kind,
    name: description.name ?? "",
    inputs: description.inputs ?? [],
    attributes: description.attributes ?? {},
    outputs,
    values: description.values ?? null,
    body: description.body ?? null,
  };
  description.outputs.forEach((spec, outputIndex) => {
    outputs.push({ shape: spec.shape, type: spec.type, operation, outputIndex });
  });
  return outputs;
}

/** Creates a node with exactly one output. Errors as {@link createOperation}. */
export function createTensor(description: Omit<OperationDescription, "outputs"> & { output: TensorSpec }): Tensor {
  const [tensor] = createOperation({ ...description, outputs: [description.output] });
  return definedTensor(tensor, description.kind);
}

/** A tensor that is fed at run time, e.g. a batch, a parameter or an optimiser moment. */
export function input(name: string, spec: TensorSpec): Tensor {
  return createTensor({ kind: "Input", name, output: spec });
}

/**
 * A tensor of fixed values, row-major.
 *
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when the number of values is not that of the shape.
 */
export function constant(values: ArrayLike<number>, spec: TensorSpec): Tensor {
  if (elementCount(spec.shape) !== values.length) throw shapeMismatch([values.length], spec.shape, "fill");
  return createTensor({ kind: "Constant", values: Float64Array.from(values), output: spec });
}

/** A constant without axes. */
export function scalar(value: number, type: ElementType): Tensor {
  return constant([value], { shape: [], type });
}

/**
 * Narrows a tensor read from a list.
 *
 * @throws PlimsollError `TENSOR_OUTPUT_MISSING` when there is none.
 */
export function definedTensor(tensor: Tensor | undefined | null, owner: string): Tensor {
  if (tensor) return tensor;
  throw new PlimsollError({
    code: "TENSOR_OUTPUT_MISSING",
    problem: `Operation ${owner} lacks an expected input or output.`,
    remedy: "Build the operation through its own function, which sets all of them.",
    context: { owner },
  });
}

function checkedKind(kind: string): OperationKind {
  const known = OPERATION_KINDS.find((candidate) => candidate === kind);
  if (known) return known;
  throw new PlimsollError({
    code: "TENSOR_UNKNOWN_OPERATION",
    problem: `The engine has no operation "${kind}".`,
    remedy: `Use one of: ${OPERATION_KINDS.join(", ")}.`,
    context: { kind },
  });
}

function refuseKernelGap(kind: OperationKind, type: ElementType): void {
  if (!KERNEL_GAPS[kind]?.includes(type)) return;
  throw new PlimsollError({
    code: "TENSOR_KERNEL_GAP",
    problem: `onnxruntime has no ${type} kernel for ${kind}.`,
    remedy: "Build it from other operations in this type (softplus() and lstmScan() do), or use float32.",
    context: { kind, type },
  });
}
