/** The web page in a real browser over an API whose content a test changes. */
import assert from "node:assert/strict";
import { after, afterEach, before } from "mocha";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { Registry } from "prom-client";
import { buildPage } from "../../oracle/api/build-page.ts";
import { type RunningApi, startApi } from "../../oracle/api/server.ts";
import { findChromium, launchBrowser } from "./browser.ts";
import { fixedTrail, type TrailContent } from "./changing-trail.ts";
import { type ChangingView, createChangingView, type ViewContent } from "./changing-view.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

/** An open page; `page`, `view` and `api` are those of the running test. */
export interface PageBed {
  readonly page: Page;
  readonly view: ChangingView;
  readonly api: RunningApi;
  /** Serves the view and opens the page. */
  open(content: Partial<ViewContent>, options?: OpenOptions): Promise<void>;
  /** Starts the API again after a test has closed it. */
  serveAgain(): Promise<void>;
  /** Resolves when the page trusts what it shows this far. */
  trust(state: "live" | "still" | "unknown"): Promise<void>;
  /** Tells the page of a change and lets its clock reach the answer, so that nobody waits for it. */
  refreshNow(): Promise<void>;
  /** Forgets the browser's own lines about answers that failed on purpose; everything else stays a fault. */
  forgiveFailedRequests(): void;
  text(selector: string): Promise<string>;
  /** Texts of an element's children, with single spaces. */
  cells(selector: string): Promise<readonly string[]>;
}

/** How the page is opened. */
export interface OpenOptions extends BrowserContextOptions {
  /** Address inside the page, e.g. `#/reports`. */
  readonly at?: string;
  /** What the run has left behind; nothing by default. */
  readonly trail?: Partial<TrailContent>;
  /** Cards of models by id. */
  readonly cards?: Readonly<Record<string, string>>;
  /** Script that runs before the page's own, e.g. a wallet. */
  readonly script?: string;
  /** Answers what the page asks of its wallet (EIP-1193), outside the browser. */
  readonly wallet?: (call: unknown) => Promise<unknown>;
}

/** What is open while a test runs. */
interface OpenPage {
  readonly page: Page;
  readonly view: ChangingView;
  readonly served: Served;
  api: RunningApi;
  faults: string[];
}

/** Sets a bed up for the suite that calls it; the suite is skipped where there is no browser. */
export function usePage(): PageBed {
  const ground = useBrowser();
  let opened: OpenPage | null = null;
  const now = (): OpenPage => {
    assert.ok(opened !== null, "no page is open");
    return opened;
  };
  afterEach(async () => {
    const { page, api, faults } = now();
    await page.context().close();
    await api.close();
    assert.deepEqual(faults, [], "the browser's console shows errors");
  });
  return {
    get page() {
      return now().page;
    },
    get view() {
      return now().view;
    },
    get api() {
      return now().api;
    },
    open: async (content, options = {}) => {
      opened = await openPage(ground(), createChangingView(content), options);
    },
    serveAgain: async () => {
      const { api, served } = now();
      now().api = await serve(served, Number(new URL(api.url).port));
    },
    forgiveFailedRequests: () => {
      now().faults = now().faults.filter((fault) => !fault.startsWith("Failed to load resource"));
    },
    trust: async (state) => await now().page.locator(`body[data-trust="${state}"]`).waitFor(),
    refreshNow: async () => {
      const { view, page } = now();
      // A change on its way is answered with the others: told before the clock moves, and read before it moves again.
      view.tell({ kind: "positions", marketTimeSec: view.marketTimeSec(), positions: view.positions().length });
      await page.evaluate("new Promise((resolve) => requestAnimationFrame(resolve))");
      await page.clock.fastForward("00:03");
    },
    text: async (selector) => (await now().page.locator(selector).textContent()) ?? "",
    cells: async (selector) =>
      (await now().page.locator(`${selector} > *`).allInnerTexts()).map((cell) => cell.replaceAll(/\s+/g, " ")),
  };
}

interface Ground {
  readonly browser: Browser;
  readonly pageDir: string;
}

/** One build and one browser for all suites of the process; a page of its own keeps tests apart. */
let shared: Promise<Ground> | null = null;
let sharedFolder: TemporaryFolder | null = null;

after(async () => {
  if (shared !== null) await (await shared).browser.close();
  sharedFolder?.remove();
});

async function makeGround(executable: string): Promise<Ground> {
  sharedFolder = temporaryFolder();
  const pageDir = await buildPage(sharedFolder.path);
  return { browser: await launchBrowser(executable), pageDir };
}

/** The built page and the browser, for a suite. */
function useBrowser(): () => Ground {
  let ground: Ground | null = null;
  before(async function () {
    const executable = findChromium();
    if (executable === null) return this.skip();
    shared ??= makeGround(executable);
    ground = await shared;
  });
  return () => {
    assert.ok(ground !== null, "the suite has not begun");
    return ground;
  };
}

type Served = Parameters<typeof startApi>[0];

async function serve(served: Served, port: number): Promise<RunningApi> {
  return await startApi(served, { host: "127.0.0.1", port });
}

async function openPage(ground: Ground, view: ChangingView, options: OpenOptions): Promise<OpenPage> {
  const { at = "", trail = {}, cards = {}, script, wallet, ...context } = options;
  const readCard = async (id: string) => cards[id] ?? null;
  const served = { view, trail: fixedTrail(trail), readCard, metrics: new Registry(), pageDir: ground.pageDir };
  const api = await serve(served, 0);
  const page = await (await ground.browser.newContext(context)).newPage();
  const opened: OpenPage = { page, view, served, api, faults: [] };
  page.on("pageerror", (error) => opened.faults.push(error.message));
  page.on("console", (message) => {
    // A page asks for what a node may not know; the browser writes a line for that.
    if (message.type() === "error" && !message.text().includes("404")) opened.faults.push(message.text());
  });
  await page.clock.install();
  if (script !== undefined) await page.addInitScript({ content: script });
  if (wallet !== undefined) {
    await page.exposeFunction("askWallet", wallet);
    await page.addInitScript({ content: "window.ethereum = { request: (call) => window.askWallet(call) };" });
  }
  await page.goto(`${api.url}/${at}`);
  return opened;
}
