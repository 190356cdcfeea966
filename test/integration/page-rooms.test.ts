/** Every page of the dashboard in a real browser: its content, WCAG AA by axe-core in dark and light, and a phone's width. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import { describe, it } from "mocha";
import { z } from "zod";
import { positionRow, reportRow, VIEW_SOURCE, VIEW_TIME_SEC } from "../helpers/changing-view.ts";
import { usePage } from "../helpers/page-bed.ts";
import { ALL_PAGES, FULL_CARDS, FULL_TRAIL, FULL_VIEW } from "../helpers/page-content.ts";

/** Pictures to look at after a run; not committed. */
const SHOTS = join(import.meta.dirname, "../../coverage/page");
const Violations = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));
const RULES = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] };
const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1360, height: 900 } } as const;
const FULL = { trail: FULL_TRAIL, cards: FULL_CARDS };
mkdirSync(SHOTS, { recursive: true });

describe("every page", () => {
  const bed = usePage();
  const { open, trust } = bed;

  /** Faults that axe-core finds, with the element that has them. */
  async function faults(): Promise<readonly string[]> {
    await bed.page.evaluate(axe.source);
    const found: unknown = await bed.page.evaluate(
      `axe.run(document, ${JSON.stringify(RULES)}).then((r) => r.violations)`,
    );
    return Violations.parse(found).map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
  }

  async function look(name: string, size: keyof typeof SIZES, colorScheme: "light" | "dark"): Promise<void> {
    await bed.page.setViewportSize(SIZES[size]);
    await bed.page.emulateMedia({ colorScheme });
    assert.equal(await bed.page.evaluate("document.documentElement.scrollWidth"), SIZES[size].width, `${name} ${size}`);
    assert.deepEqual(await faults(), [], `${name} ${size} ${colorScheme}`);
    await bed.page.screenshot({ path: join(SHOTS, `${name}-${size}-${colorScheme}.png`) });
  }

  for (const [name, at] of Object.entries(ALL_PAGES)) {
    it(`behavior: ${name} is accessible in light on a desktop and in dark on a phone, and does not scroll sideways`, async () => {
      await open(FULL_VIEW, { ...FULL, at });
      await trust("live");
      await look(name, "desktop", "light");
      await look(name, "phone", "dark");
    });
  }
});

describe("what the pages say", () => {
  const bed = usePage();
  const { open, trust, refreshNow, forgiveFailedRequests, text, cells } = bed;
  const main = async () => (await bed.page.locator("main").innerText()).replaceAll(/\s+/g, " ");

  it("error: without a trail every page says unknown, and none is green", async () => {
    const rooms = ["network", "incidents", "governance", `position/${VIEW_SOURCE}/7`, "surface", "models?card=garch"];
    await open({ positions: [positionRow()] });
    for (const room of rooms) {
      await bed.page.evaluate(`location.hash = "#/${room}"`);
      await bed.page.locator("main h2").waitFor();
      await trust("live");
      await bed.page
        .getByText(/unknown|No incident|none yet/i)
        .first()
        .waitFor();
      assert.equal(await bed.page.locator("main .calm:not(dd)").count(), 0, room);
    }
    forgiveFailedRequests();
  });

  it("error: a position and a report that the node does not know", async () => {
    await open({ positions: [positionRow()] }, { at: `#/position/${VIEW_SOURCE}/99` });
    await bed.page.getByText("The node knows no such position.").waitFor();
    await bed.page.evaluate('location.hash = "#/report/0xffff"');
    await bed.page.getByText("The node does not keep this report.").waitFor();
    forgiveFailedRequests();
  });

  it("default: a position with its bounds, drivers, liquidation price, and its place on chain", async () => {
    await open(FULL_VIEW, { ...FULL, at: ALL_PAGES.position });
    await trust("live");
    const said = await main();
    // (30,000 − 9,000)/(1 − 0.2) = 26,250: 15.3 % below the index of 31,000.
    assert.match(said, /Liquidatable with BTC below \$ 26,250 at the ρ of now: a fall of 15\.3 % from \$ 31,000/);
    assert.match(said, /Bounds of the class: 1\.0 % to 100\.0 %/);
    assert.match(said, /ρ is on its way to 26\.1 %: at the price of now health would be 0\.95 there/);
    assert.match(said, /Liquidatable at the price of now with a ρ above 24\.8 %/);
    assert.match(said, /scenario-loss \+21\.0 %/);
    assert.match(said, /No wallet in this browser/);
    assert.match(said, /Unknown: no report of this position has been explained yet/);
    assert.equal(await bed.page.locator("plimsoll-chart canvas").count(), 2);
    assert.match(
      (await bed.page.locator("#ratio-section plimsoll-chart").getAttribute("aria-label")) ?? "",
      /48 points; newest 19\.7 %/,
    );
  });

  it("default: a report from the voices over the median to the clamp, with the missing ones unknown", async () => {
    await open(FULL_VIEW, { ...FULL, at: ALL_PAGES.report });
    await trust("live");
    assert.deepEqual(await cells(`tr[data-row="${VIEW_SOURCE}:7"]`), [
      "#7 0x0000…00a1",
      ...["26.00 %", "26.12 %", "26.05 %", "unknown", "26.05 %", "25.00 %", "−1.05 %", "7.05 %", "231"],
      "APPLIED_TIGHTENED",
    ]);
    assert.equal((await cells(`tr[data-row="${VIEW_SOURCE}:8"]`)).at(-1), "left out: LOOSEN_DELAY");
    assert.match(await main(), /Signatures 3 of 4, 3 needed/);
    assert.match(await main(), /chain has answered: accepted \+500 ms/);
  });

  it("default: last reports with what became of them", async () => {
    await open({ reports: [reportRow({ skipped: { "<b>LATE</b>": 1 } })] }, { at: "#/reports" });
    await trust("live");
    assert.deepEqual(await cells("#reports tbody tr"), [
      ...["12", "accepted", "2022-06-13 12:00", "0 s ago", "3", "2", "<b>LATE</b> 1", "1", "60,000"],
    ]);
  });

  it("default: operators with their part in the rounds", async () => {
    await open(FULL_VIEW, { ...FULL, at: ALL_PAGES.network });
    await trust("live");
    assert.deepEqual(await cells("#operators tbody tr:nth-child(3)"), [
      ...["0x0000…00c3", "2 of 2", "0 of 2", "400 ms", "2", "2"],
    ]);
    assert.deepEqual(await bed.page.locator("#quorum-map tr:nth-child(4) td").allInnerTexts(), ["×", "×"]);
    assert.match(await main(), /Rounds with a quorum 1 of 2/);
  });

  it("default: what open positions need beside the static grid, by distance, tenor and size", async () => {
    const small = positionRow({ id: "10", size: 0.1, rhoTargetBps: 2_000 });
    await open({ ...FULL_VIEW, positions: [positionRow(), small] }, { ...FULL, at: ALL_PAGES.surface });
    await trust("live");
    const [name, nearest = ""] = await cells("#ratios-section tbody tr:nth-child(2)");
    assert.equal(name, "0–5 % out");
    assert.match(nearest, /^23\.1 % grid \d+\.\d % · 2 0\.1 contracts: 20\.0 %; 1\.5: 26\.1 %$/);
    assert.match(await main(), /No open call on BTC\./);
  });

  it("behavior: old data are grey with their age", async () => {
    await open({ ...FULL_VIEW, marketTimeSec: VIEW_TIME_SEC + 2 * 86_400 }, { ...FULL, at: "#/reports" });
    await trust("live");
    assert.equal(await text("#reports tbody tr:first-child .old"), "2 d old");
  });

  it("behavior: filters and order are part of the address, and a shared address restores them", async () => {
    await open(FULL_VIEW, FULL);
    await trust("live");
    await bed.page.getByLabel("Kind").selectOption("call");
    await bed.page.getByRole("button", { name: "score" }).click();
    assert.match(bed.page.url(), /#\/vault\?kind=call&sort=score$/);
    assert.equal(await text("#counts"), "1 shown of 2 open · 0 below health 1 · 1 of unknown health");
    await bed.page.reload();
    await trust("live");
    assert.equal(await bed.page.locator("#positions tbody tr").count(), 1);
    assert.equal(await bed.page.locator('#positions th[aria-sort="ascending"]').innerText(), "score ↑");
    await bed.page.getByLabel("Owner, id or strike").fill("no such thing");
    await bed.page.getByText("No position matches the filters.").waitFor();
  });

  it("behavior: arrow keys walk through the rows, and Enter opens one", async () => {
    await open(FULL_VIEW, FULL);
    await trust("live");
    await bed.page.locator("#positions tbody a").first().focus();
    await bed.page.keyboard.press("ArrowDown");
    await bed.page.keyboard.press("Enter");
    await bed.page.locator("h2", { hasText: "BTC 30,000 put" }).waitFor();
    assert.match(bed.page.url(), /\/7$/);
    await refreshNow();
    assert.equal(await bed.page.getByRole("link", { name: "Vault" }).first().getAttribute("aria-current"), "page");
  });

  it("behavior: a card is text, whatever it holds", async () => {
    await open(FULL_VIEW, { ...FULL, at: ALL_PAGES.models });
    await bed.page.getByText("<b>2</b>").waitFor();
    assert.equal(await bed.page.locator(".card-text li").count(), 2);
    assert.match(await main(), /unknown/);
  });
});
