/** Fourth step of the shared tables: what was decided about models, and the retrainings that led to it. */
import type { Migration } from "./migration.ts";

/** `model_events` only ever grows: a trigger refuses to change or remove a row. Times are seconds since the epoch. */
export const SHARED_0004_MODELS: Migration = {
  version: 4,
  name: "models",
  sql: `
    CREATE TABLE model_events (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      recorded_at bigint NOT NULL,
      model text NOT NULL,
      event text NOT NULL CHECK (event IN ('alarm', 'requested', 'promoted', 'kept', 'cancelled', 'failed')),
      champion text,
      challenger text,
      detail jsonb NOT NULL
    );
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
      $body$ BEGIN RAISE EXCEPTION 'model_events is append-only'; END $body$;
    CREATE TRIGGER model_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON model_events
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    CREATE TABLE retrainings (
      id text PRIMARY KEY,
      model text NOT NULL,
      state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'cancelled', 'failed')),
      progress real NOT NULL DEFAULT 0,
      attempts integer NOT NULL DEFAULT 0,
      cancel_requested boolean NOT NULL DEFAULT false,
      request jsonb NOT NULL,
      result jsonb,
      error text,
      requested_at bigint NOT NULL,
      updated_at bigint NOT NULL
    );
    CREATE UNIQUE INDEX retrainings_one_open ON retrainings (model) WHERE state IN ('waiting', 'running');
  `,
};
