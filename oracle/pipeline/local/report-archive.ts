/** The archive of reports over the shared store. */
import { type SqlBool, sql } from "kysely";
import { isHex } from "viem";
import { reportDigest } from "../../chain/typed-data.ts";
import type { ArchivePlace, AsOf, ProvenEntry, ReportArchive } from "../../domain/report-archive.ts";
import type { Hex } from "../../domain/units.ts";
import type { ReportRow } from "../../domain/view.ts";
import type { SharedStore } from "../../platform/database/store.ts";
import { decodeQuorum } from "../quorum-codec.ts";
import { APPLIED_OUTCOMES, reportRowOf } from "./report-fate.ts";

/** Opens the archive of one oracle; reports that a shared database has of others are passed over. */
export function createReportArchive({ db }: Pick<SharedStore, "db">, place: ArchivePlace): ReportArchive {
  return {
    place,
    newestEntry: (sourceIndex, positionId, asOf) => newestEntry(db, place, { sourceIndex, positionId, asOf }),
    reports: (asOf, limit) => reportsAsOf(db, asOf, limit),
  };
}

type Db = SharedStore["db"];
/** Newest rows that are looked at: a database may hold reports of a deployment before this one. */
const LOOKED_AT = 8;
interface Wanted {
  readonly sourceIndex: number;
  readonly positionId: bigint;
  readonly asOf: AsOf | null;
}

async function newestEntry(db: Db, place: ArchivePlace, { sourceIndex, positionId, asOf }: Wanted) {
  const rows = await db
    .selectFrom("reports")
    .innerJoin("entry_outcomes", (join) =>
      join
        .onRef("entry_outcomes.config_digest", "=", "reports.config_digest")
        .onRef("entry_outcomes.epoch", "=", "reports.epoch"),
    )
    .select([
      "reports.payload",
      "reports.tx_hash",
      "reports.block_number",
      "reports.is_final",
      "entry_outcomes.outcome",
    ])
    .where("entry_outcomes.source_index", "=", sourceIndex)
    .where("entry_outcomes.position_id", "=", positionId.toString())
    .where("entry_outcomes.outcome", "in", APPLIED_OUTCOMES)
    .where(until(asOf))
    .orderBy("reports.observed_at", "desc")
    .limit(LOOKED_AT)
    .execute();
  for (const row of rows) {
    const proven = toProven(row, place, { sourceIndex, positionId });
    if (proven !== null) return proven;
  }
  return null;
}

interface ProvenRow {
  readonly payload: unknown;
  readonly tx_hash: string | null;
  readonly block_number: string | null;
  readonly is_final: boolean;
  readonly outcome: string;
}

/** `null` for a report of another oracle, and for one that is in no block. */
function toProven(row: ProvenRow, place: ArchivePlace, wanted: Omit<Wanted, "asOf">): ProvenEntry | null {
  const quorum = decodeQuorum(row.payload);
  const entry = quorum.bundle.entries.find(
    ({ sourceIndex, positionId }) => sourceIndex === wanted.sourceIndex && positionId === wanted.positionId,
  );
  const isHere = reportDigest(quorum.bundle.report, place) === quorum.digest;
  const { tx_hash: hash, block_number: block } = row;
  if (!isHere || entry === undefined || hash === null || block === null || !isHex(hash)) return null;
  const mined = { transactionHash: hash, blockNumber: BigInt(block), isFinal: row.is_final };
  return { quorum, entry, outcome: row.outcome, ...mined };
}

async function reportsAsOf(db: Db, asOf: AsOf, limit: number): Promise<readonly ReportRow[]> {
  const rows = await db
    .selectFrom("reports")
    .select(["config_digest", "epoch", "payload", "state", "tx_hash", "block_number", "gas_used"])
    .where(until(asOf))
    .orderBy("observed_at", "desc")
    .limit(limit)
    .execute();
  return await Promise.all(
    rows.map(async (row) => {
      const outcomes = await db
        .selectFrom("entry_outcomes")
        .select("outcome")
        .where("config_digest", "=", row.config_digest)
        .where("epoch", "=", row.epoch)
        .execute();
      return reportRowOf(decodeQuorum(row.payload), {
        state: row.state,
        txHash: hexOrNull(row.tx_hash),
        blockNumber: bigintOrNull(row.block_number),
        gasUsed: bigintOrNull(row.gas_used),
        // Of a report that was not taken, every entry has its state for an outcome.
        outcomes: row.state === "accepted" ? outcomes.map(({ outcome }) => outcome) : [],
      });
    }),
  );
}

/** The condition that a report is not younger than a moment. */
function until(asOf: AsOf | null) {
  if (asOf === null) return sql<SqlBool>`true`;
  if (asOf.kind === "time") return sql<SqlBool>`observed_at <= ${asOf.atSec}`;
  return sql<SqlBool>`block_number <= ${asOf.blockNumber.toString()}`;
}

function bigintOrNull(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}

function hexOrNull(text: string | null): Hex | null {
  return text !== null && isHex(text) ? text : null;
}
