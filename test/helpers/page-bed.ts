/** The web page in a real browser over an API whose content a test changes. */
import assert from "node:assert/strict";
import { after, afterEach, before } from "mocha";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { Registry } from "prom-client";
import { buildPage } from "../../oracle/api/build-page.ts";
import { type RunningApi, startApi } from "../../oracle/api/server.ts";
import { findChromium, launchBrowser } from "./browser.ts";
import { type ChangingView, createChangingView, type ViewContent } from "./changing-view.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

/** An open page; `page`, `view` and `api` are those of the running test. */
export interface PageBed {
  readonly page: Page;
  readonly view: ChangingView;
  readonly api: RunningApi;
  /** Serves the view and opens the page. */
  open(content: Partial<ViewContent>, options?: BrowserContextOptions): Promise<void>;
  /** Starts the API again after a test has closed it. */
  serveAgain(): Promise<void>;
  /** Resolves when the page trusts what it shows this far. */
  trust(state: "live" | "still" | "unknown"): Promise<void>;
  /** Lets the browser's clock reach the next refresh, so that nobody waits for it. */
  refreshNow(): Promise<void>;
  /** Forgets the browser's own lines about answers that failed on purpose; everything else stays a fault. */
  forgiveFailedRequests(): void;
  text(selector: string): Promise<string>;
  /** Texts of an element's children, with single spaces. */
  cells(selector: string): Promise<readonly string[]>;
}

/** Sets a bed up for the suite that calls it; the suite is skipped where there is no browser. */
export function usePage(): PageBed {
  let folder: TemporaryFolder;
  let browser: Browser | null = null;
  let view: ChangingView;
  let api: RunningApi;
  let page: Page;
  let faults: string[] = [];
  before(async function () {
    const executable = findChromium();
    if (executable === null) return this.skip();
    folder = temporaryFolder();
    await buildPage(folder.path);
    browser = await launchBrowser(executable);
  });
  after(async () => {
    await browser?.close();
    folder?.remove();
  });
  afterEach(async () => {
    await page.context().close();
    await api.close();
    assert.deepEqual(faults, [], "the browser's console shows errors");
  });
  const serve = async (port: number) =>
    await startApi({ view, metrics: new Registry(), pageDir: folder.path }, { host: "127.0.0.1", port });
  return {
    get page() {
      return page;
    },
    get view() {
      return view;
    },
    get api() {
      return api;
    },
    open: async (content, options = {}) => {
      assert.ok(browser !== null);
      view = createChangingView(content);
      api = await serve(0);
      page = await (await browser.newContext(options)).newPage();
      faults = [];
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      await page.clock.install();
      await page.goto(api.url);
    },
    serveAgain: async () => {
      api = await serve(Number(new URL(api.url).port));
    },
    trust: async (state) => await page.locator(`body[data-trust="${state}"]`).waitFor(),
    refreshNow: async () => await page.clock.fastForward("00:02"),
    forgiveFailedRequests: () => {
      faults = faults.filter((fault) => !fault.startsWith("Failed to load resource"));
    },
    text: async (selector) => (await page.locator(selector).textContent()) ?? "",
    cells: async (selector) =>
      (await page.locator(`${selector} > *`).allInnerTexts()).map((cell) => cell.replaceAll(/\s+/g, " ")),
  };
}
