/** The web page: reads the address, asks the node for what that page shows whenever something has changed, and draws it. */
import "./core/zod-without-eval.ts";
import { render } from "lit-html";
import { StatusSchema } from "../api/contract/status.ts";
import { apiBase, createAsk } from "./core/ask.ts";
import { openChangeStream } from "./core/change-stream.ts";
import { formatClock } from "./core/format.ts";
import type { Page, Scene, Status, View } from "./core/page.ts";
import { createReminder } from "./core/reminder.ts";
import { parseRoute, type Route } from "./core/route.ts";
import { pageFor } from "./pages/catalogue.ts";
import { defineChart } from "./parts/chart.ts";
import { frame, type Trust } from "./parts/frame.ts";

/** Changes come in handfuls: they are answered together. */
const GATHER_MS = 1_000;
/** What nobody tells of (queues, memory, explanations that are done) is asked for this often; so is a node that failed to answer. */
const SLOW_LOOK_MS = 20_000;
const RETRY_MS = 2_000;
/** Ages and doubts are drawn anew this often, also when nothing is heard. */
const DRAW_MS = 5_000;
/** Market time that stands still this long is worth a word: a replay has ended, or the feed has stopped. */
const STANDSTILL_MS = 30_000;

interface Loaded {
  readonly page: Page;
  readonly view: View;
  readonly status: Status;
  readonly atMs: number;
}

interface MarketMove {
  readonly marketTimeSec: number;
  readonly seenAtMs: number;
}

const base = apiBase(location.search);
const ask = createAsk(base);
let route: Route = parseRoute(location.hash);
let loaded: Loaded | null = null;
let fault: string | null = null;
let lastMove: MarketMove | null = null;
const reminder = createReminder(GATHER_MS);

async function refresh(): Promise<void> {
  const asked = route;
  const page = pageFor(asked);
  try {
    const [status, view] = await Promise.all([ask.get("/v1/status", StatusSchema), page.load(asked, ask)]);
    // Somebody has gone elsewhere meanwhile: what came is not asked for any more.
    if (asked !== route) return;
    loaded = { page, view, status, atMs: Date.now() };
    fault = null;
    if (lastMove?.marketTimeSec !== status.marketTimeSec) {
      lastMove = { marketTimeSec: status.marketTimeSec, seenAtMs: loaded.atMs };
    }
  } catch (error) {
    if (asked !== route) return;
    // Without an answer the page says "unknown": what it shows may be old.
    fault = error instanceof Error ? error.message : String(error);
  }
  draw();
}

function draw(): void {
  const page = pageFor(route);
  document.title = `${page.name} · Plimsoll`;
  const shown = loaded?.page === page ? loaded : null;
  document.body.dataset.trust = trust().state;
  const scene = shown === null ? null : sceneOf(shown.status);
  const body = scene === null || shown === null ? null : shown.view(scene);
  render(
    frame({ page, route, trust: trust(), status: loaded?.status ?? null, askedAtMs: shown?.atMs ?? null, body }),
    document.body,
  );
}

function sceneOf(status: Status): Scene {
  return { route, status, redraw: draw, askSoon: reminder.note, go: (address) => moveTo(address) };
}

function moveTo(address: string): void {
  history.replaceState(null, "", address);
  enter();
}

function trust(): Trust {
  const shown = loaded === null ? "" : ` Below is what was known at ${formatClock(loaded.atMs)} UTC.`;
  if (fault !== null) return { state: "unknown", text: `state unknown: ${fault}.${shown}` };
  const hearing = stream.hearing();
  if (hearing.state === "deaf") {
    const text = `state unknown: ${hearing.reason}; nothing heard since ${formatClock(hearing.sinceMs)} UTC.${shown}`;
    return { state: "unknown", text };
  }
  if (loaded === null || lastMove === null || hearing.state === "connecting")
    return { state: "unknown", text: "connecting …" };
  if (loaded.status.marketTimeSec === 0) return { state: "unknown", text: "starting: no round yet" };
  if (Date.now() - lastMove.seenAtMs < STANDSTILL_MS) return { state: "live", text: "live" };
  return { state: "still", text: `market time has stood still since ${formatClock(lastMove.seenAtMs)} UTC` };
}

/** Draws what is known for the new address at once, and asks for the rest. */
function enter(): void {
  const before = pageFor(route);
  route = parseRoute(location.hash);
  draw();
  if (pageFor(route) !== before) document.querySelector("main")?.focus();
  reminder.hurry();
}

const stream = openChangeStream({ baseUrl: base, onChange: reminder.note, onHearing: draw });
defineChart();
window.addEventListener("hashchange", enter);
setInterval(draw, DRAW_MS);
draw();
// The next request starts only after the last one has ended, so that a late answer never overwrites a newer one.
for (;;) {
  await refresh();
  await reminder.next(fault === null ? SLOW_LOOK_MS : RETRY_MS);
}
