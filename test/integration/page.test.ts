/** The web page in a real browser: what it shows, what it never shows, and what it says when nobody answers. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { Registry } from "prom-client";
import { buildPage } from "../../oracle/api/build-page.ts";
import { type RunningApi, startApi } from "../../oracle/api/server.ts";
import { hasCode } from "../../oracle/domain/errors.ts";
import { findChromium, launchBrowser } from "../helpers/browser.ts";
import {
  type ChangingView,
  createChangingView,
  heldReportRow,
  positionRow,
  reportRow,
  VIEW_TIME_SEC,
  type ViewContent,
} from "../helpers/changing-view.ts";
import { type TemporaryFolder, temporaryFolder } from "../helpers/temporary-folder.ts";

const PHONE = { width: 390, height: 844 };

describe("buildPage", () => {
  it("error: PAGE_BUILD_FAILED where the folder cannot be made", async () => {
    const folder = temporaryFolder();
    const file = join(folder.path, "file");
    writeFileSync(file, "");
    await assert.rejects(buildPage(join(file, "page")), (error) => hasCode(error, "PAGE_BUILD_FAILED"));
    folder.remove();
  });
});

describe("the web page", () => {
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
  const trust = async (state: "live" | "still" | "unknown") =>
    await page.locator(`body[data-trust="${state}"]`).waitFor();
  /** Lets the browser's clock reach the next refresh, so that nobody waits for it. */
  const refreshNow = async () => await page.clock.fastForward("00:02");
  const open = async (content: Partial<ViewContent>, options: BrowserContextOptions = {}) => {
    assert.ok(browser !== null);
    view = createChangingView(content);
    api = await serve(0);
    const context = await browser.newContext(options);
    page = await context.newPage();
    faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.clock.install();
    await page.goto(api.url);
  };
  /** Forgets the browser's own lines about answers that failed on purpose; everything else stays a fault. */
  const forgiveFailedRequests = () => {
    faults = faults.filter((fault) => !fault.startsWith("Failed to load resource"));
  };
  const text = async (selector: string) => (await page.locator(selector).textContent()) ?? "";
  const cells = async (selector: string) => await page.locator(`${selector} > *`).allInnerTexts();

  it("error: a stopped API makes the state unknown, and an answer makes it live again", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    const refreshed = await text("#refreshed");
    await api.close();
    await refreshNow();
    await trust("unknown");
    const status = await text("#status");
    assert.match(status, /state unknown/);
    const [clock = "no time"] = /\d\d:\d\d:\d\d/.exec(await text("#refreshed")) ?? [];
    assert.ok(status.includes(clock) && refreshed.includes("UTC"));
    assert.ok(Number(await page.evaluate("getComputedStyle(document.querySelector('main')).opacity")) < 1);
    api = await serve(Number(new URL(api.url).port));
    await refreshNow();
    await trust("live");
    forgiveFailedRequests();
  });

  it("error: an answer that breaks the API's own form is unknown, never shown", async () => {
    await open({ positions: [positionRow({ health: Number.NaN })] });
    await page.getByText("state unknown").waitFor();
    assert.equal(await page.locator("#positions").isVisible(), false);
    assert.equal(await page.getByText("No positions yet.").isVisible(), false);
    forgiveFailedRequests();
  });

  it("error: an answer that is not the API's is unknown", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    await page.route("**/v1/reports*", async (route) => await route.fulfill({ json: [{ epoch: 1 }] }));
    await refreshNow();
    await trust("unknown");
  });

  it("error: an answer that never comes is unknown", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    await page.route("**/v1/positions", () => {});
    await refreshNow();
    await trust("unknown");
  });

  it("error: a breaker that cannot be read is a banner of its own", async () => {
    await open({ breaker: null });
    await trust("live");
    assert.match(await text('#breaker[data-mode="UNKNOWN"]'), /could not be read: its state is unknown/);
    assert.equal(await page.locator("#breaker").isVisible(), true);
  });

  it("error: a held report without a form stops the answer", async () => {
    await open({ heldReports: [heldReportRow({ digest: "0x<b>" })] });
    await page.getByText("state unknown").waitFor();
    assert.equal(await page.locator("#held").isVisible(), false);
    forgiveFailedRequests();
  });

  it("behavior: HTML in a text is shown, not interpreted", async () => {
    const asset = '<img src="x" onerror="document.title=1"><b>BTC</b>';
    const skipped = { "<b>LATE</b>": 1 };
    await open({ positions: [positionRow({ asset })], reports: [reportRow({ skipped })], dataSource: "<b>files</b>" });
    await trust("live");
    assert.equal(await page.locator("main img, main b, header b").count(), 0);
    for (const shown of [asset, "<b>LATE</b> 1", "<b>files</b>"]) {
      assert.equal(await page.getByText(shown).isVisible(), true);
    }
    assert.equal(await page.title(), "Plimsoll: risk of short options");
  });

  it("behavior: an owner that is no address stops the answer", async () => {
    await open({ positions: [positionRow({ owner: "0x<script>document.title=1</script>" })] });
    await page.getByText("state unknown").waitFor();
    assert.equal(await page.title(), "Plimsoll: risk of short options");
    forgiveFailedRequests();
  });

  it("behavior: the page may run its own scripts only", async () => {
    await open({});
    const answer = await page.request.get(api.url);
    assert.match(answer.headers()["content-security-policy"] ?? "", /default-src 'self'/);
  });

  it("default: one row a position and a report with everything a reader needs", async () => {
    await open({ positions: [positionRow()], reports: [reportRow()] });
    await trust("live");
    assert.deepEqual(
      (await cells('#positions tr[data-position="7"]')).map((cell) => cell.replaceAll(/\s+/g, " ")),
      [
        "BTC 30,000 put #7",
        "1.23",
        "fresh",
        "20.0 % → 26.1 %",
        "7.0 %",
        "231",
        "scenario-loss +21.0 % close-out-depth +6.1 % learned-tail −1.0 %",
        "1.5",
        "2022-06-14 12:00",
        "0x0000…00b2",
      ],
    );
    assert.deepEqual(await cells("#reports tbody tr"), [
      "12",
      "accepted",
      "2022-06-13 12:00",
      "3",
      "2",
      "LOOSEN_DELAY 1",
      "1",
      "60,000",
    ]);
    assert.match(await text("#market"), /simulator seed 7 · market time 2022-06-13 12:00 UTC/);
    assert.match(await text("#models"), /quantile-net 0x123456789a…/);
  });

  it("default: a tripped breaker is a banner with its reason in words, and goes when it is re-armed", async () => {
    await open({});
    await trust("live");
    assert.equal(await page.locator("#breaker").isVisible(), false);
    const sinceSec = VIEW_TIME_SEC - 3_600;
    view.set({ breaker: { mode: "TIGHTEN_ONLY", reason: "PRICE_FEED", sinceSec } });
    await refreshNow();
    await page.locator('#breaker[data-mode="TIGHTEN_ONLY"]').waitFor();
    assert.equal(
      await page.getByRole("alert").innerText(),
      "Tighten only: nothing that lowers a requirement is applied. " +
        "Reason: price sources diverge, are stale or implausible. Since 2022-06-13 11:00 UTC.",
    );
    view.set({ breaker: { mode: "HALTED", reason: "GUARDIAN", sinceSec: VIEW_TIME_SEC } });
    await refreshNow();
    await page.locator('#breaker[data-mode="HALTED"]').waitFor();
    assert.match(
      await page.getByRole("alert").innerText(),
      /^Halted: .* Reason: a decision of the guardian or the DAO\./,
    );
    view.set({ breaker: { mode: "NORMAL", reason: "NONE", sinceSec: VIEW_TIME_SEC } });
    await refreshNow();
    await page.locator("#breaker").waitFor({ state: "hidden" });
  });

  it("default: held reports with what they would do and until when they may be released", async () => {
    const released = heldReportRow({
      digest: `0x${"cd".repeat(32)}`,
      epoch: "9",
      chunkIndex: 1,
      state: "released",
      decidedAtSec: VIEW_TIME_SEC + 60,
      entries: null,
    });
    await open({ heldReports: [heldReportRow(), released] });
    await page.getByRole("table", { name: "Held reports" }).waitFor();
    assert.deepEqual(
      (await cells("#held tbody tr:first-child")).map((cell) => cell.replaceAll(/\s+/g, " ")),
      ["12 0xabab…abab", "waiting", "2022-06-13 12:00", "2022-06-13 14:00", "–", "28", "21", "105.5 %"],
    );
    assert.deepEqual(
      (await cells("#held tbody tr:last-child")).map((cell) => cell.replaceAll(/\s+/g, " ")),
      [
        "9 part 2 0xcdcd…cdcd",
        "released",
        "2022-06-13 12:00",
        "2022-06-13 14:00",
        "2022-06-13 12:01",
        "unknown",
        "21",
        "105.5 %",
      ],
    );
    view.set({ heldReports: [] });
    await refreshNow();
    await page.locator("#held-section").waitFor({ state: "hidden" });
  });

  it("behavior: unknown health is the word, in the colour of danger, and counted", async () => {
    await open({ positions: [positionRow({ health: null }), positionRow({ id: "8", health: 0.5 })] });
    await trust("live");
    assert.equal(await text('[data-position="7"] td.number.low'), "unknown");
    assert.equal(await text("#counts"), "2 open · 1 below health 1 · 1 of unknown health");
  });

  it("behavior: empty at first; rows appear, sort, and move to the ended ones without a reload", async () => {
    await open({});
    await page.getByText("No positions yet.").waitFor();
    assert.equal(await page.getByText("No reports yet.").isVisible(), true);
    const risky = positionRow({ id: "8", health: 0.7 });
    view.set({ positions: [positionRow(), risky], reports: [reportRow()] });
    await refreshNow();
    await page.locator("#positions").waitFor();
    assert.match((await page.locator("#positions tbody th").allInnerTexts())[0] ?? "", /#8/);
    assert.equal(await page.locator("#reports tbody tr").count(), 1);
    assert.equal(await page.locator("#ended-frame").isVisible(), false);
    view.set({ positions: [positionRow(), { ...risky, status: "settled" }], marketTimeSec: VIEW_TIME_SEC + 60 });
    await refreshNow();
    await page.getByText("Ended positions (1)").waitFor();
    assert.equal(await page.locator("#positions tbody tr").count(), 1);
    assert.equal(await page.locator("#ended").isVisible(), false);
  });

  it("behavior: says so when market time stands still", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    await page.clock.fastForward("01:00");
    await trust("still");
    view.set({ marketTimeSec: VIEW_TIME_SEC + 1 });
    await refreshNow();
    await trust("live");
  });

  it("behavior: landmarks, headings and named tables for those who cannot see the page", async () => {
    await open({ positions: [positionRow()], reports: [reportRow()] });
    await trust("live");
    for (const landmark of ["banner", "main", "contentinfo"] as const) {
      assert.equal(await page.getByRole(landmark).count(), 1, landmark);
    }
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
    for (const name of ["Short positions", "Last reports"]) {
      assert.equal(await page.getByRole("table", { name }).count(), 1, name);
    }
    assert.equal(await page.getByRole("rowheader", { name: "BTC 30,000 put #7" }).count(), 1);
    assert.equal(await page.getByRole("status").textContent(), "live");
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
  });

  it("behavior: works by keyboard on a phone's width, and only tables scroll sideways", async () => {
    await open({ positions: [positionRow(), positionRow({ id: "8", status: "closed" })] }, { viewport: PHONE });
    await trust("live");
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), PHONE.width);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.id"), "positions-frame");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("table", { name: "Ended positions" }).waitFor();
  });
});
