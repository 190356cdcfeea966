/** Windows that a shipped model has seen are named. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { fittedUntil } from "../../../scripts/evaluate/fitted-until.ts";

const IDS = ["quantile-net", "vol-lstm", "cascade", "hedger"];

describe("fittedUntil", () => {
  it("behavior: says of every model whether the window begins before the end of its training", () => {
    for (const [fromSec, hasSeenWindow] of [
      [Date.parse("2021-06-01") / 1_000, true],
      [Date.parse("2030-01-01") / 1_000, false],
      [null, null],
    ] as const)
      for (const id of IDS) {
        const found = fittedUntil(IDS, fromSec);
        assert.match(String(found.fittedUntil[id]), /^20\d\d-/);
        assert.equal(found.hasSeenWindow[id], hasSeenWindow);
      }
  });
});
