/** Which positions are scored: every way in which a source and the oracle can disagree first. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { admitPositions } from "../../../oracle/pipeline/operator/admit-positions.ts";
import { wordKey } from "../../../oracle/pipeline/operator/position-words.ts";
import { initialWord } from "../../../oracle/rules/risk-rules.ts";
import { SAMPLE_CLASS, samplePosition } from "../../../scripts/bench/scoring-input.ts";

const WORD = initialWord(1, SAMPLE_CLASS);
const OTHER_SOURCE = "0x00000000000000000000000000000000000000bb";
const position = samplePosition();

function admit(
  positions = [position],
  words = new Map([[wordKey(position), WORD]]),
  classes = new Map([[1, SAMPLE_CLASS]]),
) {
  return admitPositions(positions, { words, classes });
}

describe("admitPositions", () => {
  it("behavior: rejects what the oracle does not know, once a source and reason", () => {
    const positions = [samplePosition({ id: 8n }), samplePosition({ id: 9n }), position];
    const { positions: admitted, rejected } = admit(positions);
    assert.deepEqual(admitted, [position]);
    assert.deepEqual(rejected, [{ source: position.source, reason: "unknown-position", count: 2 }]);
  });

  it("behavior: an equal id of another source is another position", () => {
    const other = samplePosition({ source: OTHER_SOURCE, sourceIndex: 1 });
    const { positions: admitted, rejected } = admit([position, other]);
    assert.deepEqual(admitted, [position]);
    assert.deepEqual(rejected, [{ source: OTHER_SOURCE, reason: "unknown-position", count: 1 }]);
  });

  it("behavior: rejects an epoch that is not the word's, whether older or newer", () => {
    for (const epoch of [0, 2]) {
      const { positions: admitted, rejected } = admit([samplePosition({ epoch })]);
      assert.deepEqual([admitted, rejected[0]?.reason], [[], "epoch-mismatch"]);
    }
  });

  it("behavior: rejects a class that was never set or that no pair can satisfy", () => {
    for (const classes of [new Map(), new Map([[1, { ...SAMPLE_CLASS, rhoCeilingBps: 40 }]])]) {
      assert.equal(admit([position], undefined, classes).rejected[0]?.reason, "class-unusable");
    }
  });

  it("default: takes the class of the word, whatever the source calls it", () => {
    const { positions: admitted, rejected } = admit([samplePosition({ classId: 77 })]);
    assert.deepEqual([admitted, rejected], [[position], []]);
  });
});
