/** The web page in a real browser: what it shows, what it never shows, and what it says when nobody answers. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { buildPage } from "../../oracle/api/build-page.ts";
import { hasCode } from "../../oracle/domain/errors.ts";
import { positionRow, VIEW_SOURCE, VIEW_TIME_SEC } from "../helpers/changing-view.ts";
import { usePage } from "../helpers/page-bed.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const PHONE = { width: 360, height: 740 };
const ROW_7 = `tr[data-row="${VIEW_SOURCE}:7"]`;
const TITLE = "Vault · Plimsoll";
const COLOUR_OF_TAG = "getComputedStyle(document.querySelector('.tag.fresh')).color";
const COLOUR_OF_AGE = "getComputedStyle(document.querySelector('.age')).color";

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
  const bed = usePage();
  const { open, trust, refreshNow, forgiveFailedRequests, text, cells } = bed;

  it("error: a stopped API makes the state unknown, and an answer makes it live again", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    const refreshed = await text("#refreshed");
    await bed.api.close();
    await refreshNow();
    await trust("unknown");
    const status = await text("#status");
    assert.match(status, /state unknown/);
    const [clock = "no time"] = /\d\d:\d\d:\d\d/.exec(await text("#refreshed")) ?? [];
    assert.ok(status.includes(clock) && refreshed.includes("UTC"));
    // What may be old has lost every colour, that of safety first.
    assert.equal(await bed.page.evaluate(COLOUR_OF_TAG), await bed.page.evaluate(COLOUR_OF_AGE));
    await bed.serveAgain();
    await refreshNow();
    await trust("live");
    forgiveFailedRequests();
  });

  it("error: a stream that falls silent is unknown, never green, until the node is heard again", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    await bed.page.route("**/v1/events*", () => {});
    await bed.page.clock.fastForward("01:00");
    await bed.page.getByText("the stream has fallen silent; nothing heard since").waitFor();
    await bed.page.unroute("**/v1/events*");
    await bed.page.clock.fastForward("01:00");
    bed.view.set({ marketTimeSec: VIEW_TIME_SEC + 60 });
    await trust("still");
    await refreshNow();
    await trust("live");
  });

  it("behavior: goes on from the last event that it has seen", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    await refreshNow();
    const again = bed.page.waitForRequest(/\/v1\/events\?after=[0-9a-f]{8}-1$/);
    await bed.api.close();
    await trust("unknown");
    await bed.serveAgain();
    await bed.page.clock.fastForward("00:02");
    await again;
    await trust("live");
    forgiveFailedRequests();
  });

  it("error: an answer that breaks the API's own form is unknown, never shown", async () => {
    await open({ positions: [positionRow({ health: Number.NaN })] });
    await bed.page.getByText("state unknown").waitFor();
    assert.equal(await bed.page.locator("#positions").isVisible(), false);
    assert.equal(await bed.page.getByText("No positions yet.").isVisible(), false);
    forgiveFailedRequests();
  });

  it("error: an answer that is not the API's is unknown", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    await bed.page.route("**/v1/positions", async (route) => await route.fulfill({ json: [{ epoch: 1 }] }));
    await refreshNow();
    await trust("unknown");
  });

  it("error: an answer that never comes is unknown", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    await bed.page.route("**/v1/positions", () => {});
    await refreshNow();
    await trust("unknown");
  });

  it("behavior: HTML in a text is shown, not interpreted", async () => {
    const asset = '<img src="x" onerror="document.title=1"><b>BTC</b>';
    await open({ positions: [positionRow({ asset })], dataSource: "<b>files</b>" });
    await trust("live");
    assert.equal(await bed.page.locator("main img, main b, header b").count(), 0);
    for (const shown of [`${asset} 30,000 put`, "<b>files</b>"]) {
      assert.equal(await bed.page.getByText(shown).isVisible(), true);
    }
    assert.equal(await bed.page.title(), TITLE);
  });

  it("behavior: an owner that is no address stops the answer", async () => {
    await open({ positions: [positionRow({ owner: "0x<script>document.title=1</script>" })] });
    await bed.page.getByText("state unknown").waitFor();
    assert.equal(await bed.page.title(), TITLE);
    forgiveFailedRequests();
  });

  it("behavior: the page may run its own scripts only", async () => {
    await open({});
    const answer = await bed.page.request.get(bed.api.url);
    assert.match(answer.headers()["content-security-policy"] ?? "", /default-src 'self'/);
  });

  it("default: one row a position with everything a reader needs", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    assert.deepEqual(await cells(`#positions ${ROW_7}`), [
      "BTC 30,000 put #7",
      "1.23",
      "fresh",
      "20.0 % → 26.1 %",
      "7.0 %",
      "231",
      "scenario-loss +21.0 % · close-out-depth +6.1 %",
      "1.5",
      "2022-06-14 12:00",
      "0x0000…00b2",
      "0 s ago",
    ]);
    assert.match(await text("#market"), /simulator seed 7 · market time 2022-06-13 12:00 UTC/);
    assert.match(await text("#models"), /quantile-net 0x1234…def0/);
  });

  it("behavior: unknown health is the word, in the colour of danger, and counted", async () => {
    await open({ positions: [positionRow({ health: null }), positionRow({ id: "8", health: 0.5 })] });
    await trust("live");
    assert.equal(await text(`${ROW_7} td.number.low`), "unknown");
    assert.equal(await text("#counts"), "2 open · 1 below health 1 · 1 of unknown health");
  });

  it("behavior: empty at first; rows appear, sort, and move to the ended ones without a reload", async () => {
    await open({});
    await bed.page.getByText("No positions yet.").waitFor();
    const risky = positionRow({ id: "8", health: 0.7 });
    bed.view.set({ positions: [positionRow(), risky] });
    await refreshNow();
    await bed.page.locator("#positions").waitFor();
    assert.match((await bed.page.locator("#positions tbody th").allInnerTexts())[0] ?? "", /#8/);
    assert.equal(await bed.page.locator("#ended-frame").isVisible(), false);
    bed.view.set({ positions: [positionRow(), { ...risky, status: "settled" }], marketTimeSec: VIEW_TIME_SEC + 60 });
    await refreshNow();
    await bed.page.getByText("Ended positions (1)").waitFor();
    assert.equal(await bed.page.locator("#positions tbody tr").count(), 1);
    assert.equal(await bed.page.locator("#ended").isVisible(), false);
  });

  it("behavior: says so when market time stands still", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    await bed.page.clock.fastForward("01:00");
    await trust("still");
    bed.view.set({ marketTimeSec: VIEW_TIME_SEC + 1 });
    await refreshNow();
    await trust("live");
  });

  it("behavior: landmarks, headings and named tables for those who cannot see the page", async () => {
    await open({ positions: [positionRow()] });
    await trust("live");
    for (const landmark of ["banner", "main", "contentinfo"] as const) {
      assert.equal(await bed.page.getByRole(landmark).count(), 1, landmark);
    }
    assert.equal(await bed.page.getByRole("heading", { level: 1 }).count(), 1);
    assert.equal(await bed.page.getByRole("table", { name: "Short positions" }).count(), 1);
    assert.equal(await bed.page.getByRole("rowheader", { name: "BTC 30,000 put #7" }).count(), 1);
    assert.equal(await bed.page.getByRole("status").textContent(), "live");
    assert.equal(await bed.page.locator("html").getAttribute("lang"), "en");
  });

  it("behavior: works by keyboard on a phone's width, and only tables scroll sideways", async () => {
    await open({ positions: [positionRow(), positionRow({ id: "8", status: "closed" })] }, { viewport: PHONE });
    await trust("live");
    assert.equal(await bed.page.evaluate("document.documentElement.scrollWidth"), PHONE.width);
    await bed.page.keyboard.press("Tab");
    await bed.page.keyboard.press("Enter");
    assert.equal(await bed.page.evaluate("document.activeElement.id"), "main");
    for (const filter of ["q", "asset", "kind", "status"]) {
      await bed.page.keyboard.press("Tab");
      assert.equal(await bed.page.evaluate("document.activeElement.name"), filter);
    }
    await bed.page.keyboard.press("Tab");
    assert.equal(await bed.page.evaluate("document.activeElement.id"), "positions-frame");
    await bed.page.locator("#ended-frame summary").focus();
    await bed.page.keyboard.press("Enter");
    await bed.page.getByRole("table", { name: "Ended positions" }).waitFor();
  });
});
