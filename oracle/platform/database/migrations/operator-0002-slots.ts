/** Second step of an operator's tables: observations by slot, because epochs repeat from one deployment to the next. */
import type { Migration } from "./migration.ts";

/** Adds the configuration digest to the key of observations. */
export const OPERATOR_0002_SLOTS: Migration = {
  version: 2,
  name: "slots",
  sql: `
    ALTER TABLE observations ADD COLUMN config_digest text;
    UPDATE observations SET config_digest = COALESCE(payload #>> '{slot,configDigest}', '');
    ALTER TABLE observations ALTER COLUMN config_digest SET NOT NULL;
    ALTER TABLE observations DROP CONSTRAINT observations_pkey;
    ALTER TABLE observations ADD PRIMARY KEY (config_digest, epoch, operator);
  `,
};
