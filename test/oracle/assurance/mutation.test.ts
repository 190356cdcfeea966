/** The mutant generator: which changes it makes, that they compile, and what a run's verdict depends on. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import type { Mutant } from "../../../scripts/mutate/mutation.ts";
import { constantIds, instrument, mutantsOf } from "../../../scripts/mutate/schemata.ts";
import { judgeMutants } from "../../../scripts/mutate/survivors.ts";
import { compileSolidity } from "../../../scripts/solidity/compile.ts";

const FILE = "Sample.sol";
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;
library Sample {
    uint256 internal constant LIMIT = 7;
    /// ρ and other letters of two bytes shift offsets.
    function capped(uint256 value, bool strict) internal pure returns (uint256 result) {
        if (strict && value > LIMIT) revert();
        result = value + 1;
        for (uint256 at = 0; at < 3; ++at) result += at;
        return result;
    }
    function nothing() internal pure {}
}
`;

describe("mutation", () => {
  let root: string;
  let mutants: readonly Mutant[];
  const changes = (): readonly string[] => mutants.map(({ original, replacement }) => `${original} -> ${replacement}`);
  const parsed = () => compileSolidity({ root, entries: [FILE], outputs: [] });

  before(() => {
    root = mkdtempSync(join(tmpdir(), "plimsoll-mutation-"));
    writeFileSync(join(root, FILE), SOURCE);
    const { trees } = parsed();
    const tree = trees.get(FILE);
    assert.ok(tree !== undefined);
    mutants = mutantsOf({ file: FILE, source: SOURCE, tree }, constantIds(trees.values()), 1);
  });

  after(() => rmSync(root, { recursive: true, force: true }));

  it("error: a source that does not compile is reported, not mutated", () => {
    const replaced = new Map([[FILE, SOURCE.replace("value + 1", "value +")]]);
    assert.ok(compileSolidity({ root, entries: [FILE], outputs: [], replaced }).errors.length > 0);
  });

  it("behavior: every operator makes its change", () => {
    const expected = [
      "if (strict && value > LIMIT) revert(); -> { }",
      "&& -> ||",
      "> -> >=",
      "> -> <=",
      "LIMIT -> (LIMIT + 1)",
      "result = value + 1; -> { }",
      "+ -> -",
      "1 -> (1 - 1)",
      "+= -> -=",
      "result -> ((result) + 1)",
    ];
    for (const change of expected) assert.ok(changes().includes(change), change);
  });

  it("behavior: the step of a loop is never deleted", () => {
    assert.ok(!changes().some((change) => change === "++at -> { }" || change === "++at; -> { }"));
  });

  it("behavior: lines and keys name the place, keys differ", () => {
    const guard = mutants.find(({ operator }) => operator === "guard-removal");
    assert.equal(guard?.line, 7);
    assert.equal(new Set(mutants.map(({ key }) => key)).size, mutants.length);
  });

  it("behavior: all mutants compile together, each in its own copy", () => {
    const tree = parsed().trees.get(FILE);
    assert.ok(tree !== undefined);
    const source = instrument({ file: FILE, source: SOURCE, tree }, mutants);
    const { errors } = compileSolidity({ root, entries: [FILE], outputs: [], replaced: new Map([[FILE, source]]) });
    assert.deepEqual(errors, []);
    assert.equal(source.match(/function capped_mutant\d+/g)?.length, mutants.length);
    assert.ok(source.includes("ρ and other letters"));
  });

  it("behavior: a file without mutants stays as it is", () => {
    const tree = parsed().trees.get(FILE);
    assert.ok(tree !== undefined);
    assert.equal(instrument({ file: FILE, source: SOURCE, tree }, []), SOURCE);
  });

  describe("verdict", () => {
    const results = (killed: number) =>
      mutants.slice(0, 10).map((mutant, index) => ({ mutant, killedBy: index < killed ? "Suite.test" : undefined }));
    const reasons = (from: number) => new Map(mutants.slice(from, 10).map(({ key }) => [key, "equal for all inputs"]));

    it("error: too few killed, a survivor without reason, an outdated reason", () => {
      assert.equal(judgeMutants(results(8), reasons(8)).pass, false);
      assert.equal(judgeMutants(results(9), new Map()).unexplained.length, 1);
      assert.equal(judgeMutants(results(10), reasons(9)).outdated.length, 1);
      assert.equal(judgeMutants([], new Map()).pass, false);
    });

    it("default: nine of ten killed and the tenth explained", () => {
      const verdict = judgeMutants(results(9), reasons(9));
      assert.equal(verdict.killedPercent, 90);
      assert.equal(verdict.pass, true);
    });
  });
});
