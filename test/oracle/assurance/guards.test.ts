/** The reviewed list of guards fits the sources: what `npm run mutate:guards` would stop at is found in every test run. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";
import { readGuards } from "../../../scripts/mutate/guard-list.ts";
import { GuardPlaceError, instrumentGuards, sourcesOf } from "../../../scripts/mutate/guard-sources.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const guards = readGuards(ROOT);

describe("the list of guards", () => {
  it("error: GUARD_PLACE for a text that is not in its source", () => {
    const [first] = guards;
    const [edit] = first?.edits ?? [];
    assert.ok(first !== undefined && edit !== undefined);
    const gone = { ...first, edits: [{ ...edit, guard: "if (nobody.wrote(this)) revert();" }] };
    assert.throws(() => instrumentGuards([gone], sourcesOf(ROOT)), GuardPlaceError);
  });

  it("behavior: every guard stands in its source, once and apart from the others", () => {
    const instrumented = instrumentGuards(guards, sourcesOf(ROOT));
    const files = new Set(guards.flatMap(({ edits }) => edits.map(({ file }) => file)));
    assert.deepEqual(new Set(instrumented.keys()), files);
    assert.ok(guards.length > 100);
  });
});
