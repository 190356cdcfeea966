/** Pasts of positions: bounded, whatever number of them a long run has seen. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { LivePosition } from "../../../../oracle/pipeline/local/live-state.ts";
import { createPositionTrails } from "../../../../oracle/pipeline/local/trail/position-trails.ts";
import { samplePosition } from "../../../../scripts/bench/scoring-input.ts";
import { VIEW_SOURCE } from "../../../helpers/changing-view.ts";

/** 400 000 points at 24 a position. */
const ROOM = 16_666;

function livePosition(id: number): LivePosition {
  const params = {
    rhoBps: 1,
    rhoTargetBps: 2,
    rhoInitialBps: 3,
    piBps: 4,
    score: 5,
    classId: 1,
    epoch: 1,
    observedAt: 1,
  };
  const position = samplePosition({ source: VIEW_SOURCE, id: BigInt(id), classId: 1 });
  return { position, params: { ...params, validUntil: 9, status: "FRESH" }, health: null, score: null };
}

describe("createPositionTrails", () => {
  it("behavior: the longest ended positions are forgotten, open ones never", () => {
    const trails = createPositionTrails();
    const all = Array.from({ length: ROOM + 2 }, (_, id) => livePosition(id));
    trails.note(all, 1);
    assert.equal(trails.classPositions(1).length, ROOM + 2);
    // All but the first have ended: the second ended with the others and stands first among them.
    trails.note(all.slice(0, 1), 2);
    assert.equal(trails.classPositions(1).length, ROOM);
    assert.deepEqual(
      trails.position(VIEW_SOURCE, "0")?.points.map(({ atSec }) => atSec),
      [1, 2],
    );
    assert.deepEqual([trails.position(VIEW_SOURCE, "1"), trails.position(VIEW_SOURCE, "2")], [null, null]);
    assert.equal(trails.position(VIEW_SOURCE, "3")?.points.length, 1);
  });
});
