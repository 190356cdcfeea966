/** The web page: positions with their enforced and target parameters, and the last reports, refreshed by polling. */
import { type Answers, fetchAnswers } from "./answers.ts";
import { formatClock } from "./format.ts";
import { showAnswers, showTrust } from "./screen.ts";

const REFRESH_MS = 2_000;
/** Market time that stands still this long is worth a word: a replay has ended, or the feed has stopped. */
const STANDSTILL_MS = 30_000;

interface MarketMove {
  readonly marketTimeSec: number;
  readonly seenAtMs: number;
}

let refreshedAtMs: number | null = null;
let lastMove: MarketMove | null = null;

async function refresh(): Promise<void> {
  try {
    const answers = await fetchAnswers();
    refreshedAtMs = Date.now();
    lastMove = movedAt(answers, refreshedAtMs);
    showAnswers(answers, refreshedAtMs);
    showMarket(lastMove, refreshedAtMs);
  } catch (error) {
    // Without an answer the page says "unknown": what it shows may be old.
    const reason = error instanceof Error ? error.message : String(error);
    const shown = refreshedAtMs === null ? "" : ` Below is what was known at ${formatClock(refreshedAtMs)} UTC.`;
    showTrust("unknown", `state unknown: ${reason}.${shown}`);
  }
}

function movedAt({ list }: Answers, nowMs: number): MarketMove {
  if (lastMove?.marketTimeSec === list.marketTimeSec) return lastMove;
  return { marketTimeSec: list.marketTimeSec, seenAtMs: nowMs };
}

function showMarket(move: MarketMove, nowMs: number): void {
  if (nowMs - move.seenAtMs < STANDSTILL_MS) showTrust("live", "live");
  else showTrust("still", `market time has stood still since ${formatClock(move.seenAtMs)} UTC`);
}

// The next request starts only after the last one has ended, so that a late answer never overwrites a newer one.
for (;;) {
  await refresh();
  await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
}
