/** Results of a mutation run on disk: which of them outlive a change of the code or of the tests. */
import assert from "node:assert/strict";
import { appendFileSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { Mutant } from "../../../scripts/mutate/mutation.ts";
import { openProgress } from "../../../scripts/mutate/progress.ts";

const TESTS = ["test/contracts/First.t.sol", "test/contracts/Second.t.sol"];
const target = { name: "rules", files: ["contracts/Rules.sol"], tests: TESTS };

function mutant(id: number): Mutant {
  const place = { file: "contracts/Rules.sol", functionName: "rule", line: 1, start: 0, end: 1 };
  return { ...place, id, operator: "constant", original: "1", replacement: "2", key: `key ${id}` };
}

describe("mutation progress", () => {
  let root: string;
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text);
  const open = (isFresh = false, tests: readonly string[] = TESTS) =>
    openProgress({ root, target: { ...target, tests }, draw: "all" }, isFresh);
  const kept = (isFresh = false): readonly number[] => open(isFresh).results.map((result) => result.mutant.id);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "plimsoll-progress-"));
    for (const folder of ["contracts", "test/contracts"]) mkdirSync(join(root, folder), { recursive: true });
    write("contracts/Rules.sol", "library Rules {}");
    write("test/contracts/Fixture.sol", "abstract contract Fixture {}");
    write("test/contracts/First.t.sol", 'import {Fixture} from "./Fixture.sol";\ncontract FirstTest is Fixture {}');
    write("test/contracts/Second.t.sol", "contract SecondTest {}");
    const progress = open();
    progress.add({ mutant: mutant(1), killedBy: "FirstTest.test_Rule" });
    progress.add({ mutant: mutant(2), killedBy: "SecondTest.test_Rule" });
    progress.add({ mutant: mutant(3), killedBy: undefined });
    progress.add({ mutant: mutant(4), killedBy: "a loop without end" });
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("error: a line that was cut off is no result", () => {
    const [file] = globSync("cache/mutation/*", { cwd: root });
    assert.ok(file !== undefined);
    appendFileSync(join(root, file), '{"mutant":{"id":5');
    assert.deepEqual(kept(), [1, 2, 3, 4]);
  });

  it("default: the results are there again, unless the run begins anew", () => {
    assert.deepEqual(kept(), [1, 2, 3, 4]);
    assert.deepEqual(open().results[2], { mutant: mutant(3), killedBy: undefined });
    assert.deepEqual(kept(true), []);
  });

  it("behavior: other code drops every result", () => {
    write("contracts/Rules.sol", "library Rules { }");
    assert.deepEqual(kept(), []);
  });

  it("behavior: another test drops the kills that rest on it, and what no test killed", () => {
    write("test/contracts/Second.t.sol", "contract SecondTest { }");
    assert.deepEqual(kept(), [1]);
  });

  it("behavior: a test rests on what it imports", () => {
    write("test/contracts/Fixture.sol", "abstract contract Fixture { }");
    assert.deepEqual(kept(), [2]);
  });

  it("behavior: a new test leaves all kills by the old ones", () => {
    write("test/contracts/Third.t.sol", "contract ThirdTest {}");
    const { results } = open(false, [...TESTS, "test/contracts/Third.t.sol"]);
    assert.deepEqual(
      results.map((result) => result.mutant.id),
      [1, 2],
    );
  });
});
