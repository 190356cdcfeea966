/** Brings a schema up to this program's version, whole or not at all. */
import type { Pool, PoolClient } from "pg";
import { PlimsollError } from "../../domain/errors.ts";
import type { Migration } from "./migrations/migration.ts";

const SCHEMA_NAME = /^[a-z][a-z0-9_]{0,62}$/;
/** Advisory lock of our migrations: "PLIM" in ASCII; the schema's hash is the second key. */
const LOCK_KEY = 0x504c494d;

/**
 * Creates a schema if needed and applies the steps that it lacks, in one transaction under an advisory lock.
 *
 * @param schema lower-case identifier, e.g. `operator_0`.
 * @returns version after the call.
 * @throws PlimsollError `DATABASE_SCHEMA_NEWER` when a newer program has migrated it; `DATABASE_SCHEMA_NAME` for a name
 * that is no simple identifier.
 */
export async function migrate(pool: Pool, schema: string, migrations: readonly Migration[]): Promise<number> {
  assertSimpleName(schema);
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const version = await applyMissing(client, schema, migrations);
    await client.query("COMMIT");
    return version;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

async function applyMissing(client: PoolClient, schema: string, migrations: readonly Migration[]): Promise<number> {
  await client.query("SELECT pg_advisory_xact_lock($1, hashtext($2))", [LOCK_KEY, schema]);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await client.query(`SET LOCAL search_path TO ${schema}`);
  await client.query("CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY, name text NOT NULL)");
  const current = await currentVersion(client);
  const supported = migrations.at(-1)?.version ?? 0;
  if (current > supported) throw newerSchema(schema, current, supported);
  for (const { version, name, sql } of migrations.filter((step) => step.version > current)) {
    await client.query(sql);
    await client.query("INSERT INTO migrations (version, name) VALUES ($1, $2)", [version, name]);
  }
  return supported;
}

async function currentVersion(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    "SELECT COALESCE(MAX(version), 0)::integer AS version FROM migrations",
  );
  return rows[0]?.version ?? 0;
}

function assertSimpleName(schema: string): void {
  if (SCHEMA_NAME.test(schema)) return;
  throw new PlimsollError({
    code: "DATABASE_SCHEMA_NAME",
    problem: `"${schema}" cannot name a schema.`,
    remedy: "Use a lower-case letter followed by at most 62 letters, digits and underscores.",
    context: { schema },
  });
}

function newerSchema(schema: string, found: number, supported: number): PlimsollError<"DATABASE_SCHEMA_NEWER"> {
  return new PlimsollError({
    code: "DATABASE_SCHEMA_NEWER",
    problem: `Schema ${schema} has version ${found}; this program knows versions up to ${supported}.`,
    remedy: "Run the program version that migrated it, or a newer one.",
    context: { schema, found, supported },
  });
}
