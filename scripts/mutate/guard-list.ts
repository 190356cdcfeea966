/** The reviewed list of guards that hold the catalogues' attack cases: `test/mutation/guards.json`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const editSchema = z.strictObject({
  /** Source name, as an import would give it. */
  file: z.string(),
  /** The guard's source text; white space may differ. A statement ends with ";" or "}", anything else is an expression. */
  guard: z.string(),
  /** What stands in its place when it is removed. */
  removed: z.string(),
  /** Text that comes before the guard, where the guard's own text occurs more than once. */
  after: z.string().optional(),
});

const guardSchema = z.strictObject({
  /** Numbers in the catalogues: "S1", "C42". */
  cases: z.array(z.string()).min(1),
  /** What is removed together; more than one where guards stand in for each other. */
  edits: z.array(editSchema).min(1),
  /** Tests that must fail, as "name" or "Suite.name". */
  tests: z.array(z.string()).min(1),
});

/** A guard's place and what is left without it. */
export type GuardEdit = z.infer<typeof editSchema>;
/** A guard, the cases it holds and the tests that must notice its absence. */
export type Guard = z.infer<typeof guardSchema>;

/** Reads and checks the list. */
export function readGuards(root: string): readonly Guard[] {
  return z.array(guardSchema).parse(JSON.parse(readFileSync(join(root, "test/mutation/guards.json"), "utf8")));
}
