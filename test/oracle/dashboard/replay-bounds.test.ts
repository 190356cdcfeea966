/** A replay under the bounds of the time does what the chain did, and under others what they allow. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { replayBounds } from "../../../oracle/dashboard/core/replay-bounds.ts";
import { proposedBounds } from "../../../oracle/domain/bounds-fields.ts";
import { boundsOf, trailOf, trailPoint, VIEW_CLASS } from "../../helpers/changing-trail.ts";

const HOUR_SEC = 3_600;

describe("replayBounds", () => {
  it("behavior: without a past there is nothing; where nobody asked nothing moves", () => {
    assert.deepEqual(replayBounds([], VIEW_CLASS, boundsOf()).rhoBps, []);
    const unasked = [trailPoint({ scoredRhoBps: null, scoredPiBps: null })];
    const replayed = replayBounds(unasked, VIEW_CLASS, boundsOf());
    assert.deepEqual([replayed.rhoBps, replayed.clamped, replayed.tightened], [[2_000], 0, 0]);
  });

  it("default: wide bounds follow what was asked for", () => {
    const { points } = trailOf();
    const wide = boundsOf({ graceMinutes: 0, rampMinutes: 0 });
    const replayed = replayBounds(points, VIEW_CLASS, wide);
    assert.equal(replayed.clamped, 0);
    assert.equal(replayed.rhoBps.at(-1), points.at(-1)?.scoredRhoBps);
  });

  it("behavior: a floor holds what was asked for below it, and health is that of the higher ρ", () => {
    const points = [0, 1, 2].map((hour) =>
      trailPoint({ atSec: hour * HOUR_SEC + 1, rhoBps: 1_000, scoredRhoBps: 1_000, health: 2 }),
    );
    const { rhoBps, health, clamped } = replayBounds(points, VIEW_CLASS, boundsOf({ rhoFloorBps: 1_600 }));
    assert.deepEqual([rhoBps.at(-1), clamped, health.at(-1)], [1_600, 3, 1.25]);
  });

  it("behavior: unknown health stays unknown", () => {
    assert.deepEqual(replayBounds([trailPoint({ health: null })], VIEW_CLASS, boundsOf()).health, [null]);
  });
});

describe("proposedBounds", () => {
  const read = (query: Readonly<Record<string, string>>) => proposedBounds(boundsOf(), new Map(Object.entries(query)));
  it("error: what is no whole number, and bounds that contradict each other, are named", () => {
    assert.deepEqual(read({ rhoFloorBps: "-1" }).faults, ["rhoFloorBps"]);
    assert.deepEqual(read({ rhoFloorBps: "9000", rhoCeilingBps: "8000" }).faults, [
      ...["ρ floor above ρ ceiling", "ρ default outside floor and ceiling", "ρ initial outside floor and ceiling"],
    ]);
    assert.deepEqual(read({ betaBps: "0", rhoInitialBps: "1999" }).faults, ["ρ initial with β below ρ default"]);
    assert.deepEqual(read({ "tighten.stepBps": "0" }).faults, ["a step of 0 or above its drift"]);
    assert.deepEqual(read({ rhoCeilingBps: "10001" }).faults, ["ρ ceiling above 100 %"]);
    assert.deepEqual(read({ piFloorBps: "60" }).faults, ["π floor and δ above ρ floor"]);
    assert.deepEqual(read({ piCapBps: "300" }).faults, ["π default outside floor and cap"]);
  });
  it("default: fields of the class and of its lanes; the others stay", () => {
    const { proposed, faults } = read({ rhoFloorBps: "400", "loosen.stepBps": "100", other: "1" });
    assert.deepEqual(faults, []);
    assert.deepEqual(proposed, { ...boundsOf({ rhoFloorBps: 400 }), loosen: { ...boundsOf().loosen, stepBps: 100 } });
  });
});
