/** The gate before an artefact is written. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { EXPORT_PARITY_LIMIT, exportParity } from "../../../oracle/training/export-parity.ts";

const PLAIN = Float64Array.of(0.5, -1, 2);
const refused = (error: unknown): boolean => hasCode(error, "EXPORT_PARITY");

describe("exportParity", () => {
  it("error: EXPORT_PARITY above the limit, for no number, and for too few", () => {
    const above = Float64Array.of(0.5, -1, 2 + 1.01 * EXPORT_PARITY_LIMIT);
    for (const exported of [above, Float64Array.of(0.5, Number.NaN, 2), Float64Array.of(0.5, -1)]) {
      assert.throws(() => exportParity(exported, PLAIN, "two files"), refused);
    }
    assert.throws(() => exportParity(PLAIN, Float64Array.of(Number.NaN), "two files"), refused);
  });

  it("default: the largest difference, further rows of the export unread", () => {
    assert.equal(exportParity(Float64Array.of(0.5, -1, 2, 99), PLAIN, "two files"), 0);
    const parity = exportParity(Float64Array.of(0.5, -1 - 5e-6, 2), PLAIN, "two files");
    assert.ok(Math.abs(parity - 5e-6) < 1e-15);
  });
});
