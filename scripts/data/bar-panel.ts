/** Reads the panel of 4-hour perpetual bars as one matrix a price, for models that look at all assets at once. */
import { basename } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { SECONDS_PER_HOUR } from "../../oracle/domain/units.ts";
import {
  cellError,
  cellText,
  integerCell,
  numberCell,
  readCsvTable,
  requireHeader,
} from "../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import { joinSeries, type SeriesPart } from "../../oracle/ingestion/sources/row-join.ts";
import type { MarketPanel } from "../../oracle/models/contagion/market-panel.ts";

const FILE_NAME = /^perp_4h\.csv(?:\.gz)?$/;
const HEADER = ["ts", "sym", "open", "high", "low", "close", "quote_volume", "trades"] as const;
const PRICES = ["high", "low", "close"] as const;
const SPAN_SEC = 4 * SECONDS_PER_HOUR;

/**
 * Joins the files of all paths in time order.
 *
 * @throws PlimsollError `DATA_NOT_FOUND` without a file, `DATA_MALFORMED` for a bad cell, `DATA_CONFLICT` where files disagree; each
 * names file, line, column and value.
 */
export function readBarPanel(paths: readonly string[]): MarketPanel {
  const files = barPanelFiles(paths);
  if (files.length === 0) throw notFound(paths);
  const parts = new Map<string, SeriesPart[]>();
  for (const file of files) {
    for (const [asset, part] of readFile(file)) parts.set(asset, [...(parts.get(asset) ?? []), part]);
  }
  const assets = [...parts.keys()].sort();
  const series = assets.map((asset) => joinSeries(parts.get(asset) ?? []));
  const first = Math.min(...series.map(({ timeSec }) => timeSec[0] ?? Number.POSITIVE_INFINITY));
  const last = Math.max(...series.map(({ timeSec }) => timeSec.at(-1) ?? Number.NEGATIVE_INFINITY));
  const rows = (last - first) / SPAN_SEC + 1;
  const matrix = (price: number): Float64Array => {
    const values = new Float64Array(rows * assets.length).fill(Number.NaN);
    series.forEach(({ timeSec, columns }, asset) => {
      timeSec.forEach((time, row) => {
        values[((time - first) / SPAN_SEC) * assets.length + asset] = columns[price]?.[row] ?? Number.NaN;
      });
    });
    return values;
  };
  return {
    assets,
    spanSec: SPAN_SEC,
    endSec: Float64Array.from({ length: rows }, (_, row) => first + (row + 1) * SPAN_SEC),
    high: matrix(0),
    low: matrix(1),
    close: matrix(2),
  };
}

/** Files of the panel below the paths. */
export function barPanelFiles(paths: readonly string[]): readonly string[] {
  return listDataFiles(paths).filter((path) => FILE_NAME.test(basename(path)));
}

function readFile(path: string): ReadonlyMap<string, SeriesPart> {
  const table = readCsvTable(path);
  requireHeader(table, HEADER);
  const column = (name: (typeof HEADER)[number]): number => HEADER.indexOf(name);
  const found = new Map<string, { path: string; timeSec: number[]; columns: number[][] }>();
  for (const row of table.rows.keys()) {
    const asset = cellText({ table, row, column: column("sym") });
    const time = { table, row, column: column("ts") };
    if (asset === "") throw cellError({ table, row, column: column("sym") }, "an asset");
    const start = integerCell(time);
    if (start % SPAN_SEC !== 0) throw cellError(time, "a start of a 4-hour bar, seconds");
    const part = found.get(asset) ?? { path, timeSec: [], columns: PRICES.map(() => []) };
    found.set(asset, part);
    part.timeSec.push(start);
    PRICES.forEach((name, place) => {
      const cell = { table, row, column: column(name) };
      const value = numberCell(cell);
      if (value <= 0 || value === Number.POSITIVE_INFINITY) throw cellError(cell, "a price above 0");
      part.columns[place]?.push(value);
    });
  }
  return found;
}

function notFound(paths: readonly string[]): PlimsollError<"DATA_NOT_FOUND"> {
  return new PlimsollError({
    code: "DATA_NOT_FOUND",
    problem: `No perp_4h.csv(.gz) lies below ${paths.join(", ")}.`,
    remedy: "Give --data the folder that holds perp-panel-4h.",
    context: { paths: paths.join(",") },
  });
}
