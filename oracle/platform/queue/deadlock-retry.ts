/** Queries that PostgreSQL chose as a deadlock's victim are run again. */
import type { PgPool } from "bullmq";
import type { Pool } from "pg";
import { hasErrno } from "../errno.ts";

/** SQLSTATE `deadlock_detected` (PostgreSQL manual, appendix A). */
const DEADLOCK = "40P01";
const MAX_ATTEMPTS = 5;

/**
 * A view of a pool whose single queries are repeated, at most 5 times, after a deadlock. That is safe because a query
 * outside a transaction is a transaction of its own, and the victim's is rolled back whole; each repeat goes to the end
 * of the pool's queue. Queries of checked-out clients are left alone.
 */
export function withDeadlockRetry(pool: Pool): PgPool {
  const query = async (text: string, values?: readonly unknown[]) =>
    await repeatAfterDeadlock(() => pool.query(text, values === undefined ? undefined : [...values]));
  const repeating = new Proxy(pool, {
    get: (target, key) => {
      if (key === "query") return query;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  // BullMQ states that a real pool fits its interface; the declared overloads of `on` differ in form only.
  return repeating as PgPool;
}

/** Runs a statement again, up to 5 times in all, while it fails as a deadlock's victim; other errors pass through. */
export async function repeatAfterDeadlock<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!hasErrno(error, DEADLOCK) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
