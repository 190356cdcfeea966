/** Measures the page in Chromium over a node with ten thousand positions: first paint, first rows, an answer to typing, longest task. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type Browser, chromium, type Page } from "playwright-core";
import { Registry } from "prom-client";
import { buildPage } from "../../../oracle/api/build-page.ts";
import { startApi } from "../../../oracle/api/server.ts";
import { createLiveState, type LivePosition } from "../../../oracle/pipeline/local/live-state.ts";
import { type BenchResult, judge } from "../result.ts";
import { samplePosition } from "../scoring-input.ts";

const POSITIONS = 10_000;
const AT_SEC = 1_767_225_600;
const DAY_SEC = 86_400;
/** What people take for at once (Nielsen 1993): a second to a page, a tenth to a key. */
const LIMIT_FIRST_ROWS_MS = 1_000;
const LIMIT_TYPING_MS = 100;
/** Notes paint and long tasks from the page's first moment on. */
const WATCH = `window.seen = { paintMs: null, longestTaskMs: 0 };
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.seen.paintMs ??= one.startTime; }).observe({ type: "paint", buffered: true });
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.seen.longestTaskMs = Math.max(window.seen.longestTaskMs, one.duration); }).observe({ type: "longtask", buffered: true });`;

/** Times of the page by name. @param executablePath Chromium. */
export async function benchPage(
  executablePath: string,
): Promise<Readonly<Record<"firstRows" | "typing", BenchResult>>> {
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
  const seen: unknown = await page.evaluate("JSON.stringify(window.seen)");
  const details = { positions: POSITIONS, seen: String(seen) };
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
