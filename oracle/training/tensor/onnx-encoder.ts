/** Protocol-buffer encoding of the part of onnx.proto that the engine writes (field numbers as in onnx.proto3). */

/** Wire types of the protocol-buffer encoding. */
const WIRE_VARINT = 0;
const WIRE_BYTES = 2;
const WIRE_TYPE_BITS = 3n;
const VARINT_BITS = 7n;
const VARINT_MASK = 0x7fn;
const VARINT_CONTINUES = 0x80;
const UINT64_BITS = 64;

const encoder = new TextEncoder();

/** Joins byte strings. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Base-128 varint; negative numbers take ten bytes (two's complement of 64 bits). */
export function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(UINT64_BITS, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & VARINT_MASK);
    rest >>= VARINT_BITS;
    bytes.push(rest > 0n ? low | VARINT_CONTINUES : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/** A field holding a whole number. */
export function integerField(field: number, value: number): Uint8Array {
  return joinBytes([tag(field, WIRE_VARINT), varint(value)]);
}

/** A field holding bytes, a text or an embedded message. */
export function bytesField(field: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  return joinBytes([tag(field, WIRE_BYTES), varint(bytes.length), bytes]);
}

/** The same field once for each value. */
export function repeatedBytes(field: number, values: readonly (Uint8Array | string)[]): Uint8Array {
  return joinBytes(values.map((value) => bytesField(field, value)));
}

/** The same field once for each whole number, unpacked as proto2 readers expect. */
export function repeatedIntegers(field: number, values: readonly number[]): Uint8Array {
  return joinBytes(values.map((value) => integerField(field, value)));
}

function tag(field: number, wireType: number): Uint8Array {
  return varint((BigInt(field) << WIRE_TYPE_BITS) | BigInt(wireType));
}
