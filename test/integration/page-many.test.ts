/** Ten thousand positions on the page: few rows are drawn, and all of them can be found, sorted and reached. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { positionRow } from "../helpers/changing-view.ts";
import { usePage } from "../helpers/page-bed.ts";

const COUNT = 10_000;
/** What is seen of them with a margin, on any screen. */
const GREATEST_DRAWN = 90;
const MANY = Array.from({ length: COUNT }, (_, index) =>
  positionRow({ id: `${index + 1}`, strike: 10_000 + index, health: 1 + index / COUNT, score: index % 600 }),
);

describe("the page with ten thousand positions", () => {
  const bed = usePage();
  const drawn = async () => await bed.page.locator("#positions tbody tr[data-row]").count();

  it("behavior: draws few, scrolls to the last, sorts and finds", async () => {
    await bed.open({ positions: MANY });
    await bed.trust("live");
    assert.equal(await bed.text("#counts"), "10000 open · 0 below health 1 · 0 of unknown health");
    assert.ok((await drawn()) <= GREATEST_DRAWN);
    assert.equal(await bed.page.locator("#positions").getAttribute("aria-rowcount"), "10001");
    await bed.page.evaluate("document.querySelector('#positions-frame').scrollTop = 1e9");
    await bed.page.locator("#positions").getByText("#10000", { exact: true }).waitFor();
    assert.ok((await drawn()) <= GREATEST_DRAWN);
    await bed.page.getByLabel("Owner, id or strike").fill("19999");
    await bed.page.getByText("1 shown of 10000 open").waitFor();
    assert.equal(await drawn(), 1);
    await bed.page.getByLabel("Owner, id or strike").fill("");
    await bed.page.getByRole("button", { name: "option" }).click();
    await bed.page.getByRole("button", { name: "option" }).click();
    await bed.page.locator("#positions tbody tr[data-row]").first().getByText("#10000", { exact: true }).waitFor();
  });
});
