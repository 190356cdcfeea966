/** Reads the observed flows between entities (`defi-flow-graph/edges.csv`). */
import { basename } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { cellError, cellText, numberCell, readCsvTable } from "../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import type { ObservedFlow } from "../../oracle/models/contagion/flow-network.ts";

const HEADER = ["from", "to", "usd_volume", "confidence", "source"] as const;

/** The flows and the period that they are sums over. */
export interface FlowGraph {
  readonly flows: readonly ObservedFlow[];
  /** Days of the period over which the volumes are cumulative. */
  readonly periodDays: number;
}

/** Period of the volumes (README of defi-flow-graph): 2025-01 to 2026-06. */
const [START_MS, END_MS] = ["2025-01-01T00:00:00Z", "2026-07-01T00:00:00Z"].map(Date.parse);
const MS_PER_DAY = 86_400_000;

/**
 * Flows below the paths; `null` where no such file is.
 *
 * @throws PlimsollError `DATA_MALFORMED` for a cell that is no number or outside of its range; `DATA_CONFLICT` for two files
 * that differ: the volumes of each are sums over the whole period.
 */
export function readFlowGraph(paths: readonly string[]): FlowGraph | null {
  const tables = listDataFiles(paths)
    .filter((path) => basename(path) === "edges.csv")
    .map((path) => readCsvTable(path))
    .filter(({ header }) => HEADER.every((name, place) => header[place] === name));
  const [table, ...others] = tables;
  if (table === undefined) return null;
  const other = others.find(({ rows }) => JSON.stringify(rows) !== JSON.stringify(table.rows));
  if (other !== undefined) throw conflict(table.path, other.path);
  const cell = (row: number, name: (typeof HEADER)[number]) => ({ table, row, column: HEADER.indexOf(name) });
  const flows = [...table.rows.keys()].map((row): ObservedFlow => {
    const [usdVolume, confidence] = [numberCell(cell(row, "usd_volume")), numberCell(cell(row, "confidence"))];
    if (!(usdVolume >= 0)) throw cellError(cell(row, "usd_volume"), "a volume of at least 0");
    if (!(confidence >= 0 && confidence <= 1)) throw cellError(cell(row, "confidence"), "a number from 0 to 1");
    return { from: cellText(cell(row, "from")), to: cellText(cell(row, "to")), usdVolume, confidence };
  });
  const [start = Number.NaN, end = Number.NaN] = [START_MS, END_MS];
  return { flows, periodDays: (end - start) / MS_PER_DAY };
}

function conflict(first: string, second: string): PlimsollError<"DATA_CONFLICT"> {
  return new PlimsollError({
    code: "DATA_CONFLICT",
    problem: `${first} and ${second} hold different flows; one graph of flows is read.`,
    remedy: "Give only one of the two files.",
    context: { first, second },
  });
}
