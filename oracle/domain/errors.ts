/** The one error class of the project: broken assumptions carry a code, a value, a limit and a remedy. */

/** Facts that a reader needs to mend the failure; every entry is printable. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | bigint | null | undefined>>;

/** How a failure is described when it is raised. */
export interface FailureDescription<Code extends string> {
  /** Stable identifier, SCREAMING_SNAKE_CASE, e.g. `CONFIG_UNKNOWN_KEY`. */
  readonly code: Code;
  /** One sentence: what is wrong, naming the field or file and its value. */
  readonly problem: string;
  /** One sentence: what the user does about it. */
  readonly remedy: string;
  readonly context?: ErrorContext;
  readonly cause?: unknown;
}

/**
 * A broken assumption or bad input. Expected outcomes (stale feed, no quorum yet) are values, not errors.
 *
 * @typeParam Code literal code, so that callers can switch on it.
 */
export class PlimsollError<Code extends string = string> extends Error {
  override readonly name = "PlimsollError";
  readonly code: Code;
  readonly problem: string;
  readonly remedy: string;
  readonly context: ErrorContext;

  constructor(description: FailureDescription<Code>) {
    super(`${description.code}: ${description.problem} ${description.remedy}`, { cause: description.cause });
    this.code = description.code;
    this.problem = description.problem;
    this.remedy = description.remedy;
    this.context = description.context ?? {};
  }
}

/** Narrows an unknown thrown value to a {@link PlimsollError} with the given code. */
export function hasCode<Code extends string>(error: unknown, code: Code): error is PlimsollError<Code> {
  return error instanceof PlimsollError && error.code === code;
}

/** Expected outcomes are values: either a result or the reason why there is none. */
export type Outcome<Value, Reason extends string = string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: Reason; readonly detail?: string };
