/** Positions judged together on the web page, in a real browser. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { JointRisk } from "../../oracle/domain/joint-risk.ts";
import { jointRiskReport, VIEW_SOURCE } from "../helpers/changing-view.ts";
import { usePage } from "../helpers/page-bed.ts";

function rowsOf(...fields: readonly Partial<JointRisk>[]): readonly JointRisk[] {
  return fields.flatMap((change) => jointRiskReport(change).groups);
}

describe("the web page's table of positions judged together", () => {
  const bed = usePage();
  const { open, trust, refreshNow, forgiveFailedRequests, text, cells } = bed;

  it("error: before the first round there is no table, and the page is trusted all the same", async () => {
    await open({ jointRisk: null });
    await trust("live");
    assert.equal(await bed.page.locator("#joint-section").isVisible(), false);
  });

  it("error: an answer that is no number stops the page's trust", async () => {
    await open({ jointRisk: jointRiskReport({ expectedShortfallUsd: Number.NaN }) });
    await bed.page.getByText("state unknown").waitFor();
    forgiveFailedRequests();
  });

  it("default: source and funds first, then the writers of whom most is uncovered, ten at most", async () => {
    const writers = Array.from({ length: 12 }, (_, index) => ({
      group: { kind: "writer", source: VIEW_SOURCE, owner: `0x${index.toString(16).padStart(40, "0")}` } as const,
      uncoveredShortfallUsd: index,
    }));
    const groups = rowsOf(
      ...writers,
      { group: { kind: "fund", source: VIEW_SOURCE, collateral: "USD" }, unvalued: 1, uncoveredProbability: 0 },
      { group: { kind: "source", source: VIEW_SOURCE } },
    );
    await open({ jointRisk: { ...jointRiskReport(), groups } });
    await bed.page.getByRole("table", { name: "Judged together" }).waitFor();
    assert.equal(await bed.page.locator("#joint tbody tr").count(), 12);
    assert.match(await text("#joint-note"), /Over 6 h on 500 paths.* 2 more writers at \/v1\/risk\./);
    assert.deepEqual(await cells("#joint tbody tr:nth-child(2)"), [
      "fund of USD 0x0000…00a1",
      "2 (1 unvalued)",
      "13,500",
      "2,400",
      "2,300",
      "3,100",
      "0.0 %",
      "13",
      "fall of 10 %: 2,100",
    ]);
    assert.match((await cells("#joint tbody tr:nth-child(3)"))[0] ?? "", /^writer 0x0000…000b/);
    const stress = [{ name: "fall of 50 %", spotMove: -0.5, volRatio: 2.5, lossUsd: 9_000, shortfallUsd: 400 }];
    bed.view.set({ jointRisk: jointRiskReport({ stress }) });
    await refreshNow();
    await bed.page.getByText("fall of 50 %: 9,000, 400 uncovered").waitFor();
  });
});
