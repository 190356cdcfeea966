/** Margins as the node signs them, on simulated chains: nothing known, bounds, and that they are above endpoint mode. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { cellWindows } from "../../../scripts/backtest/collateral/cell-windows.ts";
import { plimsollMargins } from "../../../scripts/backtest/collateral/plimsoll-margins.ts";
import type { CellWindow } from "../../../scripts/backtest/collateral/policies.ts";
import { productMargins } from "../../../scripts/backtest/collateral/product-margins.ts";
import { chainCsv } from "../../helpers/synthetic-chain.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const STRIDE = 40;

describe("productMargins", () => {
  let folder: TemporaryFolder;
  let cell: CellWindow;

  before(() => {
    folder = temporaryFolder();
    writeFileSync(join(folder.path, "BTC_2026-01.csv"), chainCsv({ seed: "product", snapshots: 60 }));
    const [first] = cellWindows({ paths: [folder.path], fromSec: null });
    assert.ok(first !== undefined);
    cell = first;
  });
  after(() => folder.remove());

  const some = () => cell.pairs.filter((_, place) => place % STRIDE === 0);

  it("error: NaN where no snapshot quotes a volatility, and no pair gives none", () => {
    assert.deepEqual([...productMargins(cell.snapshots, [])], []);
    assert.ok(productMargins([], some().slice(0, 3)).every(Number.isNaN));
  });

  it("default: within value and the largest loss, and above endpoint mode on average", () => {
    const pairs = some();
    const [product, endpoint] = [productMargins(cell.snapshots, pairs), plimsollMargins(cell.snapshots, pairs)];
    pairs.forEach(({ value }, place) => {
      assert.ok((product[place] ?? -1) >= Math.min(1, value) && (product[place] ?? 2) <= 1);
    });
    const total = (margins: Float64Array): number => margins.reduce((sum, margin) => sum + margin, 0);
    assert.ok(total(product) > total(endpoint));
  });

  it("behavior: what later chains say changes nothing; the same pairs give the same margins", () => {
    const pairs = some().slice(0, 20);
    const newest = pairs.at(-1)?.snapshot.atSec ?? 0;
    const known = cell.snapshots.filter(({ atSec }) => atSec <= newest);
    assert.deepEqual(productMargins(known, pairs), productMargins(cell.snapshots, pairs));
  });
});
