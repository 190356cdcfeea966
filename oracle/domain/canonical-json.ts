/** JSON with one spelling for one value, so that it can be hashed. */

/**
 * Keys sorted, no spaces; big integers as decimal text, typed arrays as lists, absent values left out of objects. A number
 * that is not finite is `null`: JSON has no other word for it.
 *
 * @param value of plain objects, lists, typed arrays, strings, numbers, big integers, booleans and `null`.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "bigint") return `"${value}"`;
  if (value instanceof Float64Array) return `[${Array.from(value, (entry) => JSON.stringify(entry)).join(",")}]`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(",")}}`;
}
