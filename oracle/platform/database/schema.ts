/** Row types of the node's tables. `bigint` and `numeric` columns are read as decimal text, as the driver gives them. */
import type { ColumnType, Generated } from "kysely";
import type { ModelEventKind } from "../../domain/model-event.ts";

/** Anything that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

type Json = ColumnType<JsonValue, string, string>;
type BigintColumn = ColumnType<string, bigint | number, bigint | number>;
type NullableBigint = ColumnType<string | null, bigint | number | null, bigint | number | null>;

/** Life of a report. */
export type ReportState = "pending" | "accepted" | "held" | "rejected";

interface ObservationsTable {
  config_digest: string;
  epoch: BigintColumn;
  operator: string;
  digest: string;
  payload: Json;
  observed_at: BigintColumn;
}

interface SubmissionsTable {
  digest: string;
  record: Json;
}

interface PositionCursorsTable {
  source: string;
  state: Json;
}

interface EvidenceTable {
  id: Generated<string>;
  epoch: BigintColumn;
  operator: string;
  first_digest: string;
  second_digest: string;
  payload: Json;
  recorded_at: BigintColumn;
}

interface ReportsTable {
  config_digest: string;
  epoch: BigintColumn;
  digest: string;
  state: ReportState;
  payload: Json;
  observed_at: BigintColumn;
  tx_hash: string | null;
  block_number: NullableBigint;
  block_hash: string | null;
  gas_used: NullableBigint;
  /** Set once the transaction is too deep to be reorganised away. */
  is_final: Generated<boolean>;
}

interface EntryOutcomesTable {
  config_digest: string;
  epoch: BigintColumn;
  source_index: number;
  position_id: ColumnType<string, string, string>;
  outcome: string;
  rho_bps: number;
  pi_bps: number;
  score: number;
}

interface ModelEventsTable {
  id: Generated<string>;
  recorded_at: BigintColumn;
  model: string;
  event: ModelEventKind;
  champion: string | null;
  challenger: string | null;
  detail: Json;
}

/** Life of a retraining. */
export type RetrainingState = "waiting" | "running" | "done" | "cancelled" | "failed";

interface RetrainingsTable {
  id: string;
  model: string;
  state: RetrainingState;
  progress: Generated<number>;
  attempts: Generated<number>;
  cancel_requested: Generated<boolean>;
  request: Json;
  result: ColumnType<JsonValue | null, string | null | undefined, string | null>;
  error: string | null;
  requested_at: BigintColumn;
  updated_at: BigintColumn;
}

interface ExplainedRoundsTable {
  config_digest: string;
  epoch: BigintColumn;
  /** As they were hashed. */
  inputs: string;
  explanations: string | null;
  observed_at: BigintColumn;
}

interface HistoryWeeksTable {
  history: string;
  week: number;
  payload: string;
}

/** Tables of one operator's schema. */
export interface OperatorTables {
  observations: ObservationsTable;
  submissions: SubmissionsTable;
  position_cursors: PositionCursorsTable;
  evidence: EvidenceTable;
  explained_rounds: ExplainedRoundsTable;
}

/** Tables of the schema `plimsoll`. */
export interface SharedTables {
  reports: ReportsTable;
  entry_outcomes: EntryOutcomesTable;
  model_events: ModelEventsTable;
  retrainings: RetrainingsTable;
  history_weeks: HistoryWeeksTable;
}
