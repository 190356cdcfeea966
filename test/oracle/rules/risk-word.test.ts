import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { packRiskWord, RISK_WORD_LANES, unpackRiskWord } from "../../../oracle/rules/risk-word.ts";

const WORD = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });

describe("packRiskWord", () => {
  it("error: RISK_WORD_OVERFLOW", () => {
    const empty = unpackRiskWord(0n);
    for (const [field, bits] of RISK_WORD_LANES) {
      for (const value of [2 ** bits, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        assert.throws(
          () => packRiskWord({ ...empty, [field]: value }),
          (error: unknown) => hasCode(error, "RISK_WORD_OVERFLOW"),
        );
      }
    }
  });

  it("default", () => {
    assert.equal(
      RISK_WORD_LANES.reduce((sum, [, bits]) => sum + bits, 0),
      256,
    );
    fc.assert(fc.property(WORD, (word) => packRiskWord(unpackRiskWord(word)) === word));
  });

  it("behavior: a full lane leaves its neighbours alone", () => {
    let shift = 256;
    for (const [field, bits] of RISK_WORD_LANES) {
      shift -= bits;
      const full = 2 ** bits - 1;
      assert.equal(packRiskWord({ ...unpackRiskWord(0n), [field]: full }), BigInt(full) << BigInt(shift), field);
    }
  });
});
