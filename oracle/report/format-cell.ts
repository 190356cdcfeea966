/** A table's cell as text, the same on the page and on the terminal. */
import { formatNumber, NO_NUMBER } from "./format-number.ts";
import type { TableCell, TableColumn } from "./report.ts";

/** The cell as its column writes it; a dash for what is missing. */
export function formatCell(cell: TableCell, { format, digits }: TableColumn): string {
  if (typeof cell === "string") return cell;
  return cell === null ? NO_NUMBER : formatNumber(cell, format, digits);
}
