/** Narrowing of operating-system errors. */

/** Whether a thrown value is a system error with this code, e.g. `EEXIST`, `ECONNREFUSED`, or a SQLSTATE like `40P01`. */
export function hasErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
