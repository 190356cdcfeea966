/** Third step of an operator's tables: inputs of signed scores, and the explanations that are made of them. */
import type { Migration } from "./migration.ts";

/** Texts stay as they were hashed: `jsonb` would spell numbers and keys in its own way. */
export const OPERATOR_0003_EXPLAINED: Migration = {
  version: 3,
  name: "explained",
  sql: `
    CREATE TABLE explained_rounds (
      config_digest text NOT NULL,
      epoch bigint NOT NULL,
      inputs text NOT NULL,
      explanations text,
      observed_at bigint NOT NULL,
      PRIMARY KEY (config_digest, epoch)
    );
  `,
};
