/** Checks the flags of a command. */
import type { z } from "zod";
import { PlimsollError } from "../domain/errors.ts";

/** How a wrong flag of one command is reported. */
export interface FlagFault<Code extends string> {
  readonly code: Code;
  readonly remedy: string;
}

/**
 * Flags as the schema wants them.
 *
 * @throws PlimsollError with the command's code, naming the first wrong flag.
 */
export function parseFlags<Flags, Code extends string>(
  schema: z.ZodType<Flags>,
  given: unknown,
  { code, remedy }: FlagFault<Code>,
): Flags {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const flag = issue?.path.join(".") ?? "";
  const problem = `${flag} is wrong: ${issue?.message ?? "invalid"}.`;
  throw new PlimsollError({ code, problem, remedy, context: { flag }, cause: parsed.error });
}
