/** The Governance page: a proposal on its way from the vote to the moved bound, as the node tells it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { GovernanceReport } from "../../oracle/domain/governance.ts";
import { VIEW_TIME_SEC } from "../helpers/changing-view.ts";
import { governanceReport } from "../helpers/governance-report.ts";
import { historyReplay, historyView } from "../helpers/history-view.ts";
import { usePage } from "../helpers/page-bed.ts";
import { ALL_PAGES, FULL_TRAIL, FULL_VIEW } from "../helpers/page-content.ts";

type Row = GovernanceReport["proposals"][number];

/** The report with its one proposal changed. */
function reportWith(change: Partial<Row>): GovernanceReport {
  const report = governanceReport();
  return { ...report, proposals: report.proposals.map((row) => ({ ...row, ...change })) };
}

describe("the page of the DAO", () => {
  const bed = usePage();
  const { open, trust, refreshNow, text, cells } = bed;
  const stages = async () => await cells(".stages");

  it("error: a DAO that was never read is unknown, and a decided end is named", async () => {
    await open({ ...FULL_VIEW, governance: null }, { trail: FULL_TRAIL, at: ALL_PAGES.governance });
    await trust("live");
    assert.match(await text("#proposals-section"), /Unknown: the node has not read the DAO yet/);
    bed.view.set({ governance: reportWith({ state: "defeated", effect: null }) });
    await refreshNow();
    await bed.page.locator('[data-state="defeated"]').waitFor();
    assert.deepEqual(await stages(), ["proposed done 2022-06-13 12:00 UTC", "defeated ended will not be in force"]);
    assert.equal(await bed.page.locator("#proposals-section .calm").count(), 0);
  });

  it("default: vote, timelock and the moved bound follow each other without a reload", async () => {
    await open(
      { ...FULL_VIEW, governance: reportWith({ state: "pending", quorum: null }) },
      { trail: FULL_TRAIL, at: ALL_PAGES.governance },
    );
    await trust("live");
    assert.equal((await stages())[0], "proposed now 2022-06-13 12:00 UTC, vote begins in 1 h");
    assert.match(await text(".proposal"), /Nobody can vote yet/);
    assert.match(await text(".proposal"), /1 of 1 positions would move at once,\s+0 would fall below health 1/);

    const votes = { for: 500_000, against: 10, abstain: 0 };
    bed.view.set({ governance: reportWith({ state: "active", votes }) });
    await refreshNow();
    await bed.page.locator('[data-state="active"]').waitFor();
    assert.match(
      (await text(".votes")).replaceAll(/\s+/g, " "),
      /500,000 for · 10 against · 0 abstain · 400,000 needed · quorum reached/,
    );

    const executableAtSec = VIEW_TIME_SEC + 7_200;
    bed.view.set({ governance: reportWith({ state: "queued", votes, executableAtSec }) });
    await refreshNow();
    await bed.page.locator('[data-state="queued"]').waitFor();
    assert.equal((await stages())[2], "timelock now to 2022-06-13 14:00 UTC, ends in 2 h");
    const row = ".proposal tr[data-row=rhoFloorBps]";
    assert.deepEqual(await cells(row), ["ρ floor", "3.0 %", "4.0 %", "3.0 %"]);

    const executed = reportWith({
      state: "executed",
      votes,
      executableAtSec,
      executedAtSec: executableAtSec,
      executedIn: "0xcd",
      effect: null,
    });
    const classes = executed.classes.map((one) => ({ ...one, bounds: { ...one.bounds, rhoFloorBps: 400 } }));
    bed.view.set({ governance: { ...executed, classes } });
    await refreshNow();
    await bed.page.locator('[data-state="executed"]').waitFor();
    assert.deepEqual(
      (await stages()).map((stage) => stage.split(" ").slice(0, 3).join(" ")),
      ["proposed done 2022-06-13", "vote done to", "timelock done to", "in force done"],
    );
    assert.deepEqual(await cells(row), ["ρ floor", "3.0 %", "4.0 %", "4.0 % moved"]);
  });

  it("default: ninety simulated days under both bounds, with their progress; a replay under way is asked for again", async () => {
    let isReady = false;
    const asked: number[] = [];
    const history = historyView({}, async ({ proposed }) => {
      asked.push(proposed.rhoFloorBps);
      return isReady ? historyReplay() : null;
    });
    await open({ ...FULL_VIEW, history }, { trail: FULL_TRAIL, at: ALL_PAGES["governance-class"] });
    await trust("live");
    const said = async () => (await text("#history-section")).replaceAll(/\s+/g, " ");
    assert.match(await said(), /Simulated history, not a market that was: 91 days of simulator crash-recovery seed 7/);
    assert.match(await said(), /3 of 13 weeks made, about 1 min left.*being replayed …/);
    isReady = true;
    await bed.page.clock.fastForward("00:03");
    await bed.page.locator("#history-outcome").waitFor();
    assert.ok(asked.every((floor) => floor === 1_700));
    const row = async (name: string) => await cells(`#history-outcome tr[data-row="${name}"]`);
    assert.deepEqual(await row("mean ρ"), ["mean ρ", "6.4 %", "17.0 %"]);
    assert.deepEqual(await row("clamped"), ["clamped reports", "4", "the same"]);
    assert.deepEqual(await row("liquidated"), ["liquidated shorts", "0", "1"]);
    assert.deepEqual(await row("shortfall $"), ["shortfall $ all of BTC", "120", "0"]);
    assert.match(await said(), /1 of 1 shorts on BTC fare differently/);
    assert.equal(await bed.page.locator("#history-section canvas").count(), 2);
  });

  it("error: a history that has stopped, a refused replay, and none at all are said", async () => {
    const history = historyView({ state: "failed", fault: "no memory", etaSec: null }, async () => {
      throw new PlimsollError({ code: "REPLAY_BUSY", problem: "4 replays wait; at most 4 may.", remedy: "Ask again." });
    });
    await open({ ...FULL_VIEW, history }, { trail: FULL_TRAIL, at: ALL_PAGES["governance-class"] });
    await trust("live");
    assert.match(await text("#history-section"), /stopped: no memory[\s\S]*4 replays wait; at most 4 may\./);
    bed.view.set({ history: null });
    await refreshNow();
    await bed.page.getByText("this node makes no history, or is starting").waitFor();
    bed.forgiveFailedRequests();
  });

  it("behavior: a class shows its own proposals only, and a proposal leads to its class", async () => {
    await open(
      { ...FULL_VIEW, governance: governanceReport() },
      { trail: FULL_TRAIL, at: `${ALL_PAGES.governance}?class=141` },
    );
    await trust("live");
    assert.match(await text("#proposals-section"), /Nothing of class 141 was proposed/);
    await bed.page.evaluate(`location.hash = "#/governance"`);
    await bed.page.getByRole("link", { name: "class 122" }).click();
    assert.match(bed.page.url(), /#\/governance\?class=122$/);
  });
});
