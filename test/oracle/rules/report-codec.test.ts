import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { RiskEntry } from "../../../oracle/domain/report.ts";
import {
  decodeClassQuantiles,
  decodeEntries,
  ENTRY_BYTES,
  encodeClassQuantiles,
  encodeEntries,
  QUANTILE_BYTES,
} from "../../../oracle/rules/report-codec.ts";

const UINT16 = fc.integer({ min: 0, max: 65_535 });
const ENTRY = fc.record(
  {
    sourceIndex: fc.integer({ min: 0, max: 2 }),
    positionId: fc.bigInt({ min: 0n, max: 2n ** 48n - 1n }),
    epoch: UINT16,
    rhoBps: UINT16,
    piBps: UINT16,
    score: UINT16,
  },
  { noNullPrototype: true },
);
const ONE: RiskEntry = { sourceIndex: 1, positionId: 2n ** 40n + 3n, epoch: 4, rhoBps: 5, piBps: 6, score: 7 };

function throws(code: string, action: () => unknown): void {
  assert.throws(action, (error: unknown) => hasCode(error, code));
}

describe("encodeEntries", () => {
  it("error: REPORT_FIELD_RANGE", () => {
    for (const field of ["sourceIndex", "epoch", "rhoBps", "piBps", "score"]) {
      for (const value of [-1, 65_536, 1.5, Number.NaN]) {
        throws("REPORT_FIELD_RANGE", () => encodeEntries([{ ...ONE, [field]: value }]));
      }
    }
    for (const positionId of [-1n, 2n ** 48n]) {
      throws("REPORT_FIELD_RANGE", () => encodeEntries([{ ...ONE, positionId }]));
    }
  });

  it("error: REPORT_NOT_ASCENDING", () => {
    throws("REPORT_NOT_ASCENDING", () => encodeEntries([ONE, ONE]));
    throws("REPORT_NOT_ASCENDING", () => encodeEntries([ONE, { ...ONE, sourceIndex: 0 }]));
  });

  it("default", () => {
    const bytes = encodeEntries([ONE]);
    assert.equal(Buffer.from(bytes).toString("hex"), "00010100000000030004000500060007");
    assert.equal(encodeEntries([]).length, 0);
  });
});

describe("decodeEntries", () => {
  it("error: REPORT_LENGTH", () => {
    throws("REPORT_LENGTH", () => decodeEntries(new Uint8Array(ENTRY_BYTES + 1)));
  });

  it("error: REPORT_NOT_ASCENDING", () => {
    throws("REPORT_NOT_ASCENDING", () => decodeEntries(new Uint8Array(2 * ENTRY_BYTES)));
  });

  it("default", () => {
    const key = (entry: RiskEntry): bigint => (BigInt(entry.sourceIndex) << 48n) | entry.positionId;
    const list = fc.uniqueArray(ENTRY, { selector: key, maxLength: 20 });
    fc.assert(
      fc.property(list, (entries) => {
        const sorted = [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
        assert.deepEqual(decodeEntries(encodeEntries(sorted)), sorted);
      }),
    );
  });
});

describe("encodeClassQuantiles", () => {
  it("error: REPORT_NOT_ASCENDING", () => {
    const quantile = { classId: 3, rhoBps: 1, piBps: 1 };
    throws("REPORT_NOT_ASCENDING", () => encodeClassQuantiles([quantile, quantile]));
  });

  it("default", () => {
    const quantiles = [
      { classId: 1, rhoBps: 300, piBps: 20 },
      { classId: 4_095, rhoBps: 10_000, piBps: 0 },
    ];
    const bytes = encodeClassQuantiles(quantiles);
    assert.equal(Buffer.from(bytes).toString("hex"), "0001012c00140fff27100000");
    assert.deepEqual(decodeClassQuantiles(bytes), quantiles);
    throws("REPORT_LENGTH", () => decodeClassQuantiles(bytes.slice(0, QUANTILE_BYTES - 1)));
  });
});
