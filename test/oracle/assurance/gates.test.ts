/** Coverage table, gas and layout snapshots, handler totals: what makes a gate fail. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { flattenGas, gasRegressions, gasTable, missedMusts } from "../../../scripts/bench/gas/limits.ts";
import { judgeCoverage, parseCoverageTable } from "../../../scripts/coverage/coverage-table.ts";
import { brokenPairs, layoutDifferences } from "../../../scripts/snapshots/storage-layout.ts";
import { handlerTable, handlerTotals, rarelySuccessful } from "../../../scripts/solidity/handler-table.ts";

const tableOf = (line: number, statement: number): string => `
╔══════╗
║ \u001b[33mFile Path\u001b[39m │ Line % │ Statement % │ Uncovered Lines ║
╟──────╢
║ contracts/A.sol │ 100.00 │ 100.00 │ - ║
║ contracts/B.sol │ 91.55  │ 90.48  │ 195, 201-203 ║
╟──────╢
║ Total │ ${line} │ ${statement} │  ║
╚══════╝`;

describe("coverage gate", () => {
  it("error: below either limit, or no table at all", () => {
    assert.equal(judgeCoverage(parseCoverageTable(tableOf(97.99, 99))).pass, false);
    assert.equal(judgeCoverage(parseCoverageTable(tableOf(99, 95.99))).pass, false);
    assert.equal(judgeCoverage(parseCoverageTable("Compilation failed")).pass, false);
  });

  it("default: rows and total", () => {
    const verdict = judgeCoverage(parseCoverageTable(tableOf(98, 96)));
    assert.equal(verdict.pass, true);
    assert.deepEqual(verdict.files, [
      { path: "contracts/A.sol", linePercent: 100, statementPercent: 100, uncovered: "" },
      { path: "contracts/B.sol", linePercent: 91.55, statementPercent: 90.48, uncovered: "195, 201-203" },
    ]);
  });
});

describe("gas snapshot", () => {
  const snapshot = { push: { 1: 70_000, 10: 15_000 }, root: null, redeem: 60_000 };

  it("error: growth over 2 %, and a row that is gone", () => {
    assert.deepEqual(gasRegressions(snapshot, { ...snapshot, redeem: 61_201 }), ["redeem: 60000 -> 61201"]);
    assert.equal(gasRegressions(snapshot, { push: { 1: 70_000, 10: null }, redeem: 60_000 }).length, 1);
  });

  it("behavior: 2 % exactly, less gas and new rows pass", () => {
    assert.deepEqual(gasRegressions(snapshot, { push: { 1: 71_400, 10: 1 }, root: 9, redeem: 60_000 }), []);
  });

  it("behavior: rows are named by their path, misses of a must are listed", () => {
    assert.deepEqual([...flattenGas(snapshot).keys()], ["push.1", "push.10", "root", "redeem"]);
    assert.deepEqual(missedMusts({ push: { 1: 75_001, 10: 16_000 }, root: null }), ["push.1"]);
    assert.match(gasTable({ push: { 1: 75_001 } }), /push\.1\s+75001\s+MISS/);
  });
});

describe("storage layout snapshot", () => {
  const snapshot = { "A.sol:A": ["0+0 owner: address (20)", "1+0 sum: uint256 (32)"] };

  it("error: a moved, a new and a lost variable, and another order", () => {
    assert.equal(
      layoutDifferences(snapshot, { "A.sol:A": ["0+0 owner: address (20)", "2+0 sum: uint256 (32)"] }).length,
      2,
    );
    assert.equal(layoutDifferences(snapshot, {}).length, 2);
    assert.equal(layoutDifferences(snapshot, { "A.sol:A": snapshot["A.sol:A"].toReversed() }).length, 1);
  });

  it("error: a contract and its extension that do not have one layout", () => {
    const lines = ["0+0 owner: address (20)"];
    const pair = [["A", "B"]] as const;
    assert.equal(brokenPairs({ A: lines }, pair).length, 1);
    assert.equal(brokenPairs({ A: lines, B: [...lines, "1+0 sum: uint256 (32)"] }, pair).length, 1);
    assert.deepEqual(brokenPairs({ A: lines, B: lines }, pair), []);
  });

  it("default: nothing changed", () => {
    assert.deepEqual(layoutDifferences(snapshot, snapshot), []);
  });
});

describe("handler table", () => {
  const environment = (calls: bigint, successes: bigint) => ({
    "PLIMSOLL_HANDLER:VaultHandler:open": ((calls << 128n) | successes).toString(),
    PATH: "/bin",
  });

  it("error: an action that succeeds in under half of many calls", () => {
    assert.equal(rarelySuccessful(handlerTotals(environment(200n, 99n))).length, 1);
  });

  it("behavior: half, and few calls, are no fault", () => {
    assert.deepEqual(rarelySuccessful(handlerTotals(environment(200n, 100n))), []);
    assert.deepEqual(rarelySuccessful(handlerTotals(environment(199n, 0n))), []);
  });

  it("default: one line per action", () => {
    assert.match(
      handlerTable(handlerTotals(environment(200n, 150n))),
      /VaultHandler\s+open\s+200 calls\s+75\.0 % succeed/,
    );
  });
});
