/** The live view of a run: a table that redraws itself on a terminal, plain lines elsewhere. */
import type { Writable } from "node:stream";
import { BPS } from "../domain/units.ts";
import type { PositionRow } from "../domain/view.ts";

/** One round as the view shows it. */
export interface RoundLine {
  readonly round: number;
  readonly rounds: number;
  readonly marketTimeSec: number;
  /** USD by asset. */
  readonly spot: ReadonlyMap<string, number>;
  /** What happened in the round, e.g. `report 41 accepted, 3 tightened`. */
  readonly events: readonly string[];
  readonly positions: readonly PositionRow[];
}

/** Shows rounds as they come. */
export interface RunView {
  /** A step before the rounds: deployment, opening of positions. */
  progress(message: string): void;
  round(line: RoundLine): void;
  close(): void;
}

const CLEAR_SCREEN = "\u001b[H\u001b[2J";
const SHOWN_EVENTS = 6;
const SHOWN_REASONS = 2;
const PERCENT = 100;
const MILLISECONDS = 1_000;

/**
 * Creates the view.
 *
 * @param output where it is drawn.
 * @param isTerminal redraw in place; otherwise one plain line a round.
 */
export function createTerminalView(output: Writable, isTerminal: boolean): RunView {
  return {
    progress: (message) => void output.write(`${message}\n`),
    round: (line) => void output.write(isTerminal ? CLEAR_SCREEN + drawTable(line) : `${plainLine(line)}\n`),
    close: () => void output.write("\n"),
  };
}

function plainLine(line: RoundLine): string {
  const events = line.events.length > 0 ? ` | ${line.events.join("; ")}` : "";
  return `${headline(line)}${events}`;
}

function drawTable(line: RoundLine): string {
  const live = line.positions.filter((row) => row.status !== "closed" && row.status !== "settled");
  const events = line.events.slice(0, SHOWN_EVENTS).map((event) => `  ${event}`);
  return [headline(line), TABLE_HEAD, ...live.map(tableRow), ...events, ""].join("\n");
}

function headline(line: RoundLine): string {
  const spots = [...line.spot].map(([asset, price]) => `${asset} ${price.toFixed(price < PERCENT ? 4 : 0)}`);
  const width = String(line.rounds).length;
  return `[${String(line.round).padStart(width)}/${line.rounds}] ${timeOf(line.marketTimeSec)}Z ${spots.join(" ")}`;
}

const TABLE_HEAD =
  "source:id option              expiry            ρ now → target      π  score health  status    top reasons";

function tableRow(row: PositionRow): string {
  const option = `${row.asset} ${row.strike} ${row.kind}`;
  const ratio = `${percent(row.rhoBps)} → ${percent(row.rhoTargetBps)}`;
  const reasons = row.reasons
    .slice(0, SHOWN_REASONS)
    .map((reason) => `${reason.factor} ${percent(reason.contributionBps).trim()}`);
  return [
    `${row.sourceIndex}:${row.id}`.padStart(9),
    option.padEnd(19),
    timeOf(row.expirySec),
    ratio.padStart(18),
    percent(row.piBps),
    String(row.score).padStart(5),
    (row.health === null ? "?" : row.health.toFixed(2)).padStart(6),
    row.status.padEnd(9),
    reasons.join(", "),
  ].join(" ");
}

function percent(bps: number): string {
  return `${((bps * PERCENT) / BPS).toFixed(1)}%`.padStart(6);
}

function timeOf(timeSec: number): string {
  return new Date(timeSec * MILLISECONDS).toISOString().slice(0, 16).replace("T", " ");
}
