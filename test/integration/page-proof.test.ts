/** Proofs on the page, and requirements of positions that do not exist: what is altered is named, what is signed is proven. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { networkFacts, reportDetail } from "../helpers/changing-trail.ts";
import { reportRow } from "../helpers/changing-view.ts";
import { usePage } from "../helpers/page-bed.ts";
import { ALL_PAGES, FULL_TRAIL, FULL_VIEW } from "../helpers/page-content.ts";
import { requirementSurfaceOf } from "../helpers/requirement-surface.ts";
import { ARCHIVE_SIGNERS, signedArchive } from "../helpers/signed-archive.ts";

const NETWORK = networkFacts({ operators: ARCHIVE_SIGNERS });

describe("proofs on the page", () => {
  const bed = usePage();
  const { open, trust, text } = bed;
  const check = async () => await bed.page.getByRole("button", { name: "Check the signatures" }).click();
  const result = (words: string) => bed.page.locator("#proof-section .result", { hasText: words }).waitFor();

  it("error: without an archive there is no proof; altered values and foreign signers fail the check", async () => {
    await open({ ...FULL_VIEW, archive: null }, { trail: { ...FULL_TRAIL, network: NETWORK }, at: ALL_PAGES.position });
    await trust("live");
    assert.match(await text("#proof-section"), /No proof: The node is starting/);
    bed.view.set({ archive: (await signedArchive(1_999)).archive });
    await bed.refreshNow();
    await check();
    await result("The proof fails: the position's values are not those that were signed.");
    assert.equal(await bed.page.locator("#proof-section .calm").count(), 0);
    bed.forgiveFailedRequests();
  });

  it("default: three of four keys have signed what the position has", async () => {
    const { archive } = await signedArchive();
    await open({ ...FULL_VIEW, archive }, { trail: { ...FULL_TRAIL, network: NETWORK }, at: ALL_PAGES.position });
    await trust("live");
    await check();
    await result("3 of the 4 signers that this node names have signed this report; 3 are needed.");
  });

  it("default: a report is proven by its own digest, and one of another digest is not", async () => {
    const { archive, digest } = await signedArchive();
    const trail = {
      ...FULL_TRAIL,
      network: NETWORK,
      reports: [reportDetail({ digest }), reportDetail({ digest: "0xef" })],
    };
    const reports = [reportRow({ digest }), reportRow({ digest: "0xef" })];
    await open({ ...FULL_VIEW, archive, reports }, { trail, at: `#/report/${digest}` });
    await trust("live");
    await check();
    await result("3 of the 4 signers that this node names have signed this report");
    await bed.page.evaluate('location.hash = "#/report/0xef"');
    await bed.page.locator(".figures .address[title='0xef']").waitFor();
    await check();
    await result("The proof fails: it is of another report.");
  });
});

describe("the fund on the vault's page", () => {
  const bed = usePage();

  it("default: pots and band of every mandate; what is unknown is the word", async () => {
    await bed.open(FULL_VIEW, { trail: FULL_TRAIL, at: ALL_PAGES.vault });
    await bed.trust("live");
    const [first, second] = await Promise.all(
      [1, 2].map(async (row) => await bed.cells(`#fund tbody tr:nth-child(${row})`)),
    );
    assert.deepEqual(first?.slice(0, 8), ["BTC", "ok", "20,000", "19,500", "30,000", "1.25", "-1.5 to -1", "-1"]);
    assert.deepEqual(
      [second?.[0], second?.[1], second?.[5], second?.[6]],
      ["ETH", "look-failed", "unknown", "unknown"],
    );
  });
});

describe("the risk surface of new positions", () => {
  const bed = usePage();
  const { open, trust, text, cells } = bed;

  it("error: before the first signed round it is being worked out; a doubted market is said", async () => {
    let surface: ReturnType<typeof requirementSurfaceOf> | null = null;
    await open(
      { ...FULL_VIEW, requirements: { find: async () => surface } },
      { trail: FULL_TRAIL, at: ALL_PAGES.surface },
    );
    await trust("live");
    assert.match(await text("#requirements-section"), /Being worked out/);
    surface = requirementSurfaceOf({ isDoubted: true, fallbacks: ["synthetic-depth"] });
    await bed.page.clock.fastForward("00:03");
    await bed.page.getByText("was in doubt: the values are conservative").waitFor();
    assert.match(await text("#requirements-section"), /Stood in: synthetic-depth/);
  });

  it("default: every size beside the static grid, reached by the keyboard", async () => {
    await open(FULL_VIEW, { trail: FULL_TRAIL, at: ALL_PAGES.surface });
    await trust("live");
    const [name, place] = await cells("#requirements-section tbody tr");
    assert.deepEqual([name, place], ["90 % out", "6.4 % $ 1 M: 9.1 % grid 25.0 %"]);
    assert.equal((await cells("#requirements-section table[aria-label*=calls] tbody tr"))[0], "90 % in");
    await bed.page.locator("#requirements-section .scroll").first().focus();
    assert.match(
      String(await bed.page.evaluate("document.activeElement.getAttribute('aria-label')")),
      /^ρ of new puts/,
    );
  });
});
