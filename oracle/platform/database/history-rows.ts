/** Rows of the history that the node makes for itself, a week each. */
import type { Kysely } from "kysely";
import type { SharedTables } from "./schema.ts";

/** Weeks of a history that are kept, as they were saved, in order. */
export async function readWeeks(db: Kysely<SharedTables>, history: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("history_weeks")
    .select("payload")
    .where("history", "=", history)
    .orderBy("week")
    .execute();
  return rows.map(({ payload }) => payload);
}

/** Keeps a week, the first one that is made, and forgets every other history: only one is ever shown. */
export async function saveWeek(
  db: Kysely<SharedTables>,
  { history, week, payload }: { readonly history: string; readonly week: number; readonly payload: string },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.deleteFrom("history_weeks").where("history", "!=", history).execute();
    await transaction
      .insertInto("history_weeks")
      .values({ history, week, payload })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}
