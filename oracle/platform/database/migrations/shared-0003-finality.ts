/** Third step of the shared tables: the block of a report's transaction, and whether it can still be reorganised away. */
import type { Migration } from "./migration.ts";

/** Adds block hash and finality to reports; nobody watched the older ones, so they count as final. */
export const SHARED_0003_FINALITY: Migration = {
  version: 3,
  name: "finality",
  sql: `
    ALTER TABLE reports ADD COLUMN block_hash text;
    ALTER TABLE reports ADD COLUMN is_final boolean NOT NULL DEFAULT true;
    ALTER TABLE reports ALTER COLUMN is_final SET DEFAULT false;
  `,
};
