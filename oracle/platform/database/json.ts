/** JSON text of domain objects, which hold what JSON cannot. */

/** Encodes a value as JSON: `bigint` as decimal text, byte arrays as 0x-prefixed hexadecimal, other arrays as lists. */
export function encodeJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => {
    if (typeof entry === "bigint") return entry.toString();
    if (entry instanceof Uint8Array) return `0x${Buffer.from(entry).toString("hex")}`;
    if (ArrayBuffer.isView(entry) && !(entry instanceof DataView)) return [...asIterable(entry)];
    return entry;
  });
}

function asIterable(view: ArrayBufferView): Iterable<unknown> {
  return Symbol.iterator in view ? (view as ArrayBufferView & Iterable<unknown>) : [];
}
