/** First tables of one operator: what it saw, sent and refused. Times are seconds since the epoch. */
import type { Migration } from "./migration.ts";

/** Observations, signed submissions, position cursors, evidence of conflicting signatures. */
export const OPERATOR_0001_INITIAL: Migration = {
  version: 1,
  name: "initial",
  sql: `
    CREATE TABLE observations (
      epoch bigint NOT NULL,
      operator text NOT NULL,
      digest text NOT NULL,
      payload jsonb NOT NULL,
      observed_at bigint NOT NULL,
      PRIMARY KEY (epoch, operator)
    );
    CREATE TABLE submissions (
      digest text PRIMARY KEY,
      record jsonb NOT NULL
    );
    CREATE TABLE position_cursors (
      source text PRIMARY KEY,
      state jsonb NOT NULL
    );
    CREATE TABLE evidence (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      epoch bigint NOT NULL,
      operator text NOT NULL,
      first_digest text NOT NULL,
      second_digest text NOT NULL,
      payload jsonb NOT NULL,
      recorded_at bigint NOT NULL,
      UNIQUE (epoch, operator, first_digest, second_digest)
    );
  `,
};
