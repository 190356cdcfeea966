/** ONNX messages: tensors, attributes, nodes, graphs and models, as bytes. */
import { type ElementType, ONNX_ELEMENT_CODE } from "./element-type.ts";
import { bytesField, integerField, joinBytes, repeatedBytes, repeatedIntegers } from "./onnx-encoder.ts";
import type { AttributeValue } from "./operation.ts";
import type { Shape } from "./shape.ts";

/** Operator-set version written: readable by onnx 1.12 and newer, and by every onnxruntime since 1.12. */
export const ONNX_OPSET = 17;
/** Intermediate-representation version that belongs to it. */
export const ONNX_IR_VERSION = 8;

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE = { int: 2, string: 3, tensor: 4, graph: 5, ints: 7, strings: 8 } as const;

/** A tensor with its elements, row-major. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
}

/** Name, type and shape of a graph's input or output. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** A node with encoded extra attributes (bodies, tensors) beside its plain ones. */
export interface OnnxNode {
  readonly opType: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly encodedAttributes: readonly Uint8Array[];
}

/** A graph or the body of a loop. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

/** `TensorProto` with raw little-endian data. */
export function encodeTensor(tensor: OnnxTensor): Uint8Array {
  return joinBytes([
    repeatedIntegers(1, tensor.dims),
    integerField(2, ONNX_ELEMENT_CODE[tensor.type]),
    bytesField(8, tensor.name),
    bytesField(9, rawData(tensor)),
  ]);
}

/** `AttributeProto` holding a tensor. */
export function tensorAttribute(name: string, tensor: OnnxTensor): Uint8Array {
  return joinBytes([bytesField(1, name), bytesField(5, encodeTensor(tensor)), integerField(20, ATTRIBUTE.tensor)]);
}

/** `AttributeProto` holding a graph. */
export function graphAttribute(name: string, graph: OnnxGraph): Uint8Array {
  return joinBytes([bytesField(1, name), bytesField(6, encodeGraph(graph)), integerField(20, ATTRIBUTE.graph)]);
}

/** `GraphProto`. */
export function encodeGraph(graph: OnnxGraph): Uint8Array {
  return joinBytes([
    repeatedBytes(1, graph.nodes.map(encodeNode)),
    bytesField(2, graph.name),
    repeatedBytes(5, graph.initializers.map(encodeTensor)),
    repeatedBytes(11, graph.inputs.map(encodeValueInfo)),
    repeatedBytes(12, graph.outputs.map(encodeValueInfo)),
  ]);
}

/** `ModelProto` with metadata in the given order. */
export function encodeModel(graph: OnnxGraph, metadata: Readonly<Record<string, string>>): Uint8Array {
  return joinBytes([
    integerField(1, ONNX_IR_VERSION),
    bytesField(2, "plimsoll"),
    bytesField(7, encodeGraph(graph)),
    bytesField(8, joinBytes([bytesField(1, ""), integerField(2, ONNX_OPSET)])),
    repeatedBytes(
      14,
      Object.entries(metadata).map(([key, value]) => joinBytes([bytesField(1, key), bytesField(2, value)])),
    ),
  ]);
}

function encodeNode(node: OnnxNode): Uint8Array {
  const plain = Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, value));
  return joinBytes([
    repeatedBytes(1, node.inputs),
    repeatedBytes(2, node.outputs),
    bytesField(3, node.name),
    bytesField(4, node.opType),
    repeatedBytes(5, [...plain, ...node.encodedAttributes]),
  ]);
}

function encodeAttribute(name: string, value: AttributeValue): Uint8Array {
  return joinBytes([bytesField(1, name), attributePayload(value)]);
}

function attributePayload(value: AttributeValue): Uint8Array {
  if (typeof value === "number") return joinBytes([integerField(3, value), integerField(20, ATTRIBUTE.int)]);
  if (typeof value === "string") return joinBytes([bytesField(4, value), integerField(20, ATTRIBUTE.string)]);
  const texts = value.filter((entry) => typeof entry === "string");
  if (texts.length > 0) return joinBytes([repeatedBytes(9, texts), integerField(20, ATTRIBUTE.strings)]);
  return joinBytes([repeatedIntegers(8, value.map(Number)), integerField(20, ATTRIBUTE.ints)]);
}

function encodeValueInfo(info: OnnxValueInfo): Uint8Array {
  const dims = info.shape.map((dimension) =>
    typeof dimension === "number" ? integerField(1, dimension) : bytesField(2, dimension),
  );
  const tensorType = joinBytes([integerField(1, ONNX_ELEMENT_CODE[info.type]), bytesField(2, repeatedBytes(1, dims))]);
  return joinBytes([bytesField(1, info.name), bytesField(2, bytesField(1, tensorType))]);
}

/** Little-endian elements. onnxruntime runs on little-endian machines only, so typed arrays have the right order. */
function rawData(tensor: OnnxTensor): Uint8Array {
  const typed = typedElements(tensor);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}

function typedElements({ type, values }: OnnxTensor): Float32Array | Float64Array | BigInt64Array | Uint8Array {
  if (type === "float32") return Float32Array.from(values);
  if (type === "float64") return Float64Array.from(values);
  if (type === "bool") return Uint8Array.from(values);
  return BigInt64Array.from(Array.from(values, (value) => BigInt(value)));
}
