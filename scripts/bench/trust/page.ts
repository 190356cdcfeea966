/** Measures the page in Chromium over a node with ten thousand positions: first paint, first rows, an answer to typing, longest task. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type Browser, chromium, type Page } from "playwright-core";
import { Registry } from "prom-client";
import { z } from "zod";
import { buildPage } from "../../../oracle/api/build-page.ts";
import { startApi } from "../../../oracle/api/server.ts";
import { createLiveState, type LivePosition } from "../../../oracle/pipeline/local/live-state.ts";
import { type BenchResult, judge } from "../result.ts";
import type { Benchmark } from "../run-benchmarks.ts";
import { samplePosition } from "../scoring-input.ts";

/** Where Debian puts it. */
const CHROMIUM = "/usr/bin/chromium";
const POSITIONS = 10_000;
const AT_SEC = 1_767_225_600;
const DAY_SEC = 86_400;
/** What people take for at once (Nielsen 1993): a second to a page, a tenth to a key. */
const LIMIT_FIRST_ROWS_MS = 1_000;
const LIMIT_TYPING_MS = 100;
const seenSchema = z.object({ paintMs: z.number().nullable(), longestTaskMs: z.number() });
/** Notes paint and long tasks from the page's first moment on. */
const WATCH = `window.seen = { paintMs: null, longestTaskMs: 0 };
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.seen.paintMs ??= one.startTime; }).observe({ type: "paint", buffered: true });
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.seen.longestTaskMs = Math.max(window.seen.longestTaskMs, one.duration); }).observe({ type: "longtask", buffered: true });`;

type PageTimes = Readonly<Record<"firstRows" | "typing", BenchResult>>;

/** First rows and typing as two benchmarks of one visit; both are missed, loudly, where Chromium is not installed. */
export function pageBenchmarks(): Readonly<Record<keyof PageTimes, Benchmark>> {
  let visit: Promise<PageTimes> | null = null;
  const timed = async (): Promise<PageTimes> => {
    visit ??= visitPage();
    return await visit;
  };
  return { firstRows: async () => (await timed()).firstRows, typing: async () => (await timed()).typing };
}

async function visitPage(): Promise<PageTimes> {
  const executablePath = process.env.CHROMIUM ?? CHROMIUM;
  if (existsSync(executablePath)) return await benchPage(executablePath);
  process.stderr.write(
    `MISSING ${executablePath}: the page is not measured, which counts as a miss. Install Debian's chromium, or name another with CHROMIUM.\n`,
  );
  const missed = judge(
    Number.NaN,
    { limit: LIMIT_FIRST_ROWS_MS, unit: "ms", passes: "at-most" },
    { missing: "chromium" },
  );
  return { firstRows: missed, typing: missed };
}

/** Times of the page by name. @param executablePath Chromium. */
async function benchPage(executablePath: string): Promise<PageTimes> {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-page-"));
  const state = createLiveState("bench");
  state.setPositions(manyPositions(), AT_SEC);
  const pageDir = await buildPage(folder);
  const api = await startApi({ view: state, metrics: new Registry(), pageDir }, { host: "127.0.0.1", port: 0 });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    return await measure(browser, api.url);
  } finally {
    await browser.close();
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(browser: Browser, url: string) {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript({ content: WATCH });
  const begun = performance.now();
  await page.goto(url);
  await page.locator("#positions tbody tr[data-row]").first().waitFor();
  const firstRowsMs = performance.now() - begun;
  const typingMs = await typing(page);
  const seen = seenSchema.parse(await page.evaluate("window.seen"));
  const details = { positions: POSITIONS, firstPaintMs: seen.paintMs, longestTaskMs: seen.longestTaskMs };
  return {
    firstRows: judge(firstRowsMs, { limit: LIMIT_FIRST_ROWS_MS, unit: "ms", passes: "at-most" }, details),
    typing: judge(typingMs, { limit: LIMIT_TYPING_MS, unit: "ms", passes: "at-most" }),
  };
}

/** From a key to the filtered table, by the browser's own clock. */
async function typing(page: Page): Promise<number> {
  const spent: unknown = await page.evaluate(`(() => {
    const box = document.querySelector('input[name="q"]');
    const begun = performance.now();
    box.value = "#77";
    box.dispatchEvent(new Event("input", { bubbles: true }));
    document.body.getBoundingClientRect();
    return performance.now() - begun;
  })()`);
  return Number(spent);
}

function manyPositions(): readonly LivePosition[] {
  return Array.from({ length: POSITIONS }, (_, index): LivePosition => {
    const position = samplePosition({ id: BigInt(index + 1), expirySec: AT_SEC + DAY_SEC });
    const ratios = { rhoBps: 2_000, rhoTargetBps: 2_000, rhoInitialBps: 3_000, piBps: 400, score: 231 };
    const params = {
      ...ratios,
      classId: 141,
      epoch: 1,
      observedAt: AT_SEC,
      validUntil: AT_SEC + 1,
      status: "FRESH",
    } as const;
    return { position, params, health: 1 + index / POSITIONS, score: null };
  });
}
