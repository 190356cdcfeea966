/** Thread of the history: makes a week, or replays those that are there. It gives way to everything else. */
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { PlimsollError } from "../../domain/errors.ts";
import { decodeWeek, encodeWeek } from "../../simulation/history/recorded-week.ts";
import { replayHistory } from "../../simulation/history/replay-history.ts";
import type { HistoryNotice, HistoryOrder } from "./history-order.ts";

/** Rounds must never wait for a week to be made; who asks for a replay does wait. */
const NICENESS = 10;

// The parent thread starts this one with an order of exactly this type; nothing else can.
const order: HistoryOrder = workerData;
const say = (notice: HistoryNotice): void => parentPort?.postMessage(notice);

try {
  // On Linux alone a priority is a thread's own; elsewhere it would slow the whole node down.
  if (order.kind === "record" && process.platform === "linux") setPriority(0, NICENESS);
  say(await obey(order));
} catch (error) {
  const code = error instanceof PlimsollError ? error.code : "HISTORY_FAILED";
  say({ kind: "failed", code, message: error instanceof Error ? error.message : String(error) });
}

async function obey({ weeks: texts, ...given }: HistoryOrder): Promise<HistoryNotice> {
  const weeks = texts.map(decodeWeek);
  if (given.kind === "replay") return { kind: "replay", replay: replayHistory({ ...given, weeks }) };
  const { spec, terms } = given;
  // Models and their library are loaded where they are needed: a replay does without.
  const { recordWeek } = await import("./record-week.ts");
  const week = await recordWeek({ spec, terms, week: weeks.length, earlier: weeks });
  return { kind: "week", text: encodeWeek(week) };
}
