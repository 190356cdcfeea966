/** Second step of the shared tables: reports by slot, because epochs repeat from one deployment to the next. */
import type { Migration } from "./migration.ts";

/** Adds the configuration digest to the keys of reports and entry outcomes. */
export const SHARED_0002_SLOTS: Migration = {
  version: 2,
  name: "slots",
  sql: `
    ALTER TABLE reports ADD COLUMN config_digest text;
    UPDATE reports SET config_digest = COALESCE(payload #>> '{attestations,0,slot,configDigest}', '');
    ALTER TABLE reports ALTER COLUMN config_digest SET NOT NULL;
    ALTER TABLE entry_outcomes ADD COLUMN config_digest text;
    UPDATE entry_outcomes SET config_digest = reports.config_digest FROM reports WHERE reports.epoch = entry_outcomes.epoch;
    ALTER TABLE entry_outcomes DROP CONSTRAINT entry_outcomes_epoch_fkey;
    ALTER TABLE entry_outcomes DROP CONSTRAINT entry_outcomes_pkey;
    ALTER TABLE reports DROP CONSTRAINT reports_pkey;
    ALTER TABLE reports ADD PRIMARY KEY (config_digest, epoch);
    ALTER TABLE entry_outcomes ADD PRIMARY KEY (config_digest, epoch, source_index, position_id);
    ALTER TABLE entry_outcomes ADD FOREIGN KEY (config_digest, epoch)
      REFERENCES reports (config_digest, epoch) ON DELETE CASCADE;
  `,
};
