/** Fifth step of the shared tables: weeks of the history that the node makes for itself. */
import type { Migration } from "./migration.ts";

/** `history` names what a week was made from, models included: with other models it is made anew. */
export const SHARED_0005_HISTORY: Migration = {
  version: 5,
  name: "history",
  sql: `
    CREATE TABLE history_weeks (
      history text NOT NULL,
      week integer NOT NULL,
      payload text NOT NULL,
      PRIMARY KEY (history, week)
    );
  `,
};
