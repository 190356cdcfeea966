/** An answer that is not complete. */
import { z } from "zod";

/** The same answer without its first field; of a list, without the first field of its first element. */
export function withoutFirstField(body: unknown): unknown {
  if (Array.isArray(body)) return [withoutFirstField(body[0])];
  return Object.fromEntries(Object.entries(z.record(z.string(), z.unknown()).parse(body)).slice(1));
}
