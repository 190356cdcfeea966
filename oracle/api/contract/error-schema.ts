/** The one body of every refusal and failure. */
import { z } from "zod";

/** Code to switch on, what is wrong with value and limit, what to do about it. */
export const ErrorSchema = z
  .object({
    code: z.string().describe("Stable identifier, SCREAMING_SNAKE_CASE"),
    problem: z.string().describe("What is wrong, in one sentence"),
    remedy: z.string().describe("What to do about it"),
  })
  .meta({ id: "Error" });
