/** Reads the table that Hardhat prints after `--coverage`, and holds it against the gate. */

/** Coverage of one file, or of all of them, in percent. */
export interface CoverageRow {
  readonly path: string;
  readonly linePercent: number;
  readonly statementPercent: number;
  /** Uncovered lines as printed, for example "12, 20-24". */
  readonly uncovered: string;
}

/** Least coverage of all files together, in percent. */
export const COVERAGE_GATE = { line: 98, statement: 96 } as const;

const TOTAL = "Total";
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences.
const COLOUR = /\u001b\[[0-9;]*m/g;
const CELLS = 4;

/** Rows of the table, the total last under its own name. */
export function parseCoverageTable(output: string): readonly CoverageRow[] {
  return output
    .replace(COLOUR, "")
    .split("\n")
    .filter((line) => line.startsWith("║"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("│")
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.length >= CELLS && /^[\d.]+$/.test(cells[1] ?? "") && /^[\d.]+$/.test(cells[2] ?? ""))
    .map(([path = "", line, statement, uncovered = ""]) => ({
      path,
      linePercent: Number(line),
      statementPercent: Number(statement),
      uncovered: uncovered === "-" ? "" : uncovered,
    }));
}

/** Verdict over a coverage run. */
export interface CoverageVerdict {
  readonly files: readonly CoverageRow[];
  readonly linePercent: number;
  readonly statementPercent: number;
  readonly pass: boolean;
}

/** Holds the total against the gate; without a total nothing passes. */
export function judgeCoverage(rows: readonly CoverageRow[]): CoverageVerdict {
  const total = rows.find(({ path }) => path === TOTAL);
  const files = rows.filter(({ path }) => path !== TOTAL);
  const [linePercent, statementPercent] = [total?.linePercent ?? 0, total?.statementPercent ?? 0];
  const pass = files.length > 0 && linePercent >= COVERAGE_GATE.line && statementPercent >= COVERAGE_GATE.statement;
  return { files, linePercent, statementPercent, pass };
}
