/** Breaker and held reports on the web page, in a real browser. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { heldReportRow, VIEW_TIME_SEC } from "../helpers/changing-view.ts";
import { usePage } from "../helpers/page-bed.ts";

describe("the web page under the chain's guards", () => {
  const bed = usePage();
  const { open, trust, refreshNow, forgiveFailedRequests, text, cells } = bed;

  it("error: a breaker that cannot be read is a banner of its own", async () => {
    await open({ breaker: null });
    await trust("live");
    assert.match(await text('#breaker[data-mode="UNKNOWN"]'), /could not be read: its state is unknown/);
    assert.equal(await bed.page.locator("#breaker").isVisible(), true);
  });

  it("error: a held report without a form stops the answer", async () => {
    await open({ heldReports: [heldReportRow({ digest: "0x<b>" })] }, { at: "#/reports" });
    await bed.page.getByText("state unknown").waitFor();
    assert.equal(await bed.page.locator("#held").isVisible(), false);
    forgiveFailedRequests();
  });

  it("default: a tripped breaker is a banner with its reason in words, and goes when it is re-armed", async () => {
    await open({});
    await trust("live");
    assert.equal(await bed.page.locator("#breaker").isVisible(), false);
    const sinceSec = VIEW_TIME_SEC - 3_600;
    bed.view.set({ breaker: { mode: "TIGHTEN_ONLY", reason: "PRICE_FEED", sinceSec } });
    await refreshNow();
    await bed.page.locator('#breaker[data-mode="TIGHTEN_ONLY"]').waitFor();
    assert.equal(
      await bed.page.getByRole("alert").innerText(),
      "Tighten only: nothing that lowers a requirement is applied. " +
        "Reason: price sources diverge, are stale or implausible. Since 2022-06-13 11:00 UTC.",
    );
    bed.view.set({ breaker: { mode: "HALTED", reason: "GUARDIAN", sinceSec: VIEW_TIME_SEC } });
    await refreshNow();
    await bed.page.locator('#breaker[data-mode="HALTED"]').waitFor();
    assert.match(
      await bed.page.getByRole("alert").innerText(),
      /^Halted: .* Reason: a decision of the guardian or the DAO\./,
    );
    bed.view.set({ breaker: { mode: "NORMAL", reason: "NONE", sinceSec: VIEW_TIME_SEC } });
    await refreshNow();
    await bed.page.locator("#breaker").waitFor({ state: "hidden" });
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
    await open({ heldReports: [heldReportRow(), released] }, { at: "#/reports" });
    await bed.page.getByRole("table", { name: "Held reports" }).waitFor();
    assert.deepEqual(await cells("#held tbody tr:first-child"), [
      "12 0xabab…abab",
      "waiting",
      "2022-06-13 12:00",
      "2022-06-13 14:00",
      "–",
      "28",
      "21",
      "105.5 %",
    ]);
    assert.deepEqual(await cells("#held tbody tr:last-child"), [
      "9 part 2 0xcdcd…cdcd",
      "released",
      "2022-06-13 12:00",
      "2022-06-13 14:00",
      "2022-06-13 12:01",
      "unknown",
      "21",
      "105.5 %",
    ]);
    bed.view.set({ heldReports: [] });
    await refreshNow();
    await bed.page.locator("#held-section").waitFor({ state: "detached" });
  });
});
