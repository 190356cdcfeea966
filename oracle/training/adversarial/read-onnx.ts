/** Reads the ONNX files that the tensor engine writes: nodes, constants, names of inputs and outputs (field numbers as in onnx.proto3). */
import { PlimsollError } from "../../domain/errors.ts";

/** A constant of the file, row-major. */
export interface OnnxConstant {
  readonly dims: readonly number[];
  readonly values: Float64Array;
}

/** A node. */
export interface OnnxStep {
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers, and lists of them, by name. */
  readonly attributes: Readonly<Record<string, readonly number[]>>;
}

/** A graph; steps are in an order in which they can be run. */
export interface OnnxFile {
  readonly steps: readonly OnnxStep[];
  readonly constants: ReadonlyMap<string, OnnxConstant>;
  /** Extents of the fed inputs by name; `null` for the batch. */
  readonly inputs: ReadonlyMap<string, readonly (number | null)[]>;
  readonly outputs: readonly string[];
}

const WIRE = { varint: 0, bytes: 2 } as const;
const WIRE_BITS = 3;
const WIRE_MASK = 7;
const VARINT_BITS = 7n;
const VARINT_MASK = 0x7f;
const VARINT_CONTINUES = 0x80;
const SIGNED_BITS = 64;
/** `TensorProto.DataType`. */
const DATA_TYPE = { float32: 1, int64: 7, float64: 11 } as const;
const decoder = new TextDecoder();

type Field = readonly [number: number, value: Uint8Array | bigint];

/**
 * Reads a model.
 *
 * @throws PlimsollError `ONNX_UNREADABLE` for bytes that are no model, or one with element types that the engine does not write.
 */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  const graph = messageOf(fieldsOf(bytes), 7);
  const inside = fieldsOf(graph);
  const constants = new Map(all(inside, 5).map(readConstant));
  return {
    steps: all(inside, 1).map(readStep),
    constants,
    inputs: new Map(all(inside, 11).map(readInput)),
    outputs: all(inside, 12).map((info) => text(messageOf(fieldsOf(info), 1))),
  };
}

function readStep(bytes: Uint8Array): OnnxStep {
  const fields = fieldsOf(bytes);
  const attributes = all(fields, 5).map((attribute): [string, readonly number[]] => {
    const inside = fieldsOf(attribute);
    const integers = inside.flatMap(([field, value]) =>
      (field === 3 || field === 8) && typeof value === "bigint" ? [Number(BigInt.asIntN(SIGNED_BITS, value))] : [],
    );
    return [text(messageOf(inside, 1)), integers];
  });
  return {
    kind: text(messageOf(fields, 4)),
    inputs: all(fields, 1).map(text),
    outputs: all(fields, 2).map(text),
    attributes: Object.fromEntries(attributes),
  };
}

function readConstant(bytes: Uint8Array): [string, OnnxConstant] {
  const fields = fieldsOf(bytes);
  const dims = numbers(fields, 1);
  const [type = 0] = numbers(fields, 2);
  // A copy: the elements must start where their buffer does.
  const raw = new Uint8Array(messageOf(fields, 9));
  return [text(messageOf(fields, 8)), { dims, values: elements(raw, type) }];
}

function elements({ buffer, length }: Uint8Array, type: number): Float64Array {
  if (length % (type === DATA_TYPE.float32 ? Float32Array : Float64Array).BYTES_PER_ELEMENT !== 0)
    throw unreadable(`${length} bytes of elements`);
  if (type === DATA_TYPE.float32) return Float64Array.from(new Float32Array(buffer));
  if (type === DATA_TYPE.float64) return new Float64Array(buffer);
  if (type === DATA_TYPE.int64) return Float64Array.from(new BigInt64Array(buffer), Number);
  throw unreadable(`element type ${type}`);
}

function readInput(bytes: Uint8Array): [string, readonly (number | null)[]] {
  const fields = fieldsOf(bytes);
  const shape = messageOf(fieldsOf(messageOf(fieldsOf(messageOf(fields, 2)), 1)), 2);
  const extents = all(fieldsOf(shape), 1).map((dimension) => numbers(fieldsOf(dimension), 1)[0] ?? null);
  return [text(messageOf(fields, 1)), extents];
}

function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  let place = 0;
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = bytes[place];
      if (byte === undefined) throw unreadable(`${bytes.length} bytes that end inside of a number`);
      place += 1;
      value |= BigInt(byte & VARINT_MASK) << shift;
      if ((byte & VARINT_CONTINUES) === 0) return value;
      shift += VARINT_BITS;
    }
  };
  while (place < bytes.length) {
    const tag = Number(varint());
    const [field, wire] = [tag >> WIRE_BITS, tag & WIRE_MASK];
    if (wire === WIRE.varint) fields.push([field, varint()]);
    else if (wire === WIRE.bytes) {
      const length = Number(varint());
      if (place + length > bytes.length) throw unreadable(`a field of ${length} bytes in ${bytes.length}`);
      fields.push([field, bytes.subarray(place, place + length)]);
      place += length;
    } else throw unreadable(`wire type ${wire}`);
  }
  return fields;
}

function all(fields: readonly Field[], wanted: number): readonly Uint8Array[] {
  return fields.flatMap(([field, value]) => (field === wanted && value instanceof Uint8Array ? [value] : []));
}

function messageOf(fields: readonly Field[], wanted: number): Uint8Array {
  const [found] = all(fields, wanted);
  if (found === undefined) throw unreadable(`no field ${wanted}`);
  return found;
}

function numbers(fields: readonly Field[], wanted: number): readonly number[] {
  return fields.flatMap(([field, value]) => (field === wanted && typeof value === "bigint" ? [Number(value)] : []));
}

function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

function unreadable(found: string): PlimsollError<"ONNX_UNREADABLE"> {
  return new PlimsollError({
    code: "ONNX_UNREADABLE",
    problem: `The model cannot be read: ${found}.`,
    remedy: "Give a model.onnx of oracle/models/artifacts, or train it again.",
    context: { found },
  });
}
