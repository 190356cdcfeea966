/** First tables that all operators of a database share: reports and what became of their entries. */
import type { Migration } from "./migration.ts";

/** Reports and entry outcomes. Times are seconds since the epoch. */
export const SHARED_0001_INITIAL: Migration = {
  version: 1,
  name: "initial",
  sql: `
    CREATE TABLE reports (
      epoch bigint PRIMARY KEY,
      digest text NOT NULL UNIQUE,
      state text NOT NULL CHECK (state IN ('pending', 'accepted', 'held', 'rejected')),
      payload jsonb NOT NULL,
      observed_at bigint NOT NULL,
      tx_hash text,
      block_number bigint,
      gas_used bigint
    );
    CREATE TABLE entry_outcomes (
      epoch bigint NOT NULL REFERENCES reports (epoch) ON DELETE CASCADE,
      source_index integer NOT NULL,
      position_id numeric(78, 0) NOT NULL,
      outcome text NOT NULL,
      rho_bps integer NOT NULL,
      pi_bps integer NOT NULL,
      score integer NOT NULL,
      PRIMARY KEY (epoch, source_index, position_id)
    );
  `,
};
