/** The bundle hash: order of models is irrelevant, everything else changes it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { keccak256, stringToBytes } from "viem/utils";
import { bundleHash } from "../../../oracle/models/model-bundle.ts";

const HASH = `0x${"11".repeat(32)}` as const;
const OTHER = `0x${"22".repeat(32)}` as const;
const [A, B] = [
  { id: "a", sha256: HASH },
  { id: "b", sha256: OTHER },
] as const;

describe("bundleHash", () => {
  it("default: keccak256 of the canonical JSON", () => {
    const text = `{"featureSchemaHash":"${HASH}","models":[{"id":"a","sha256":"${HASH}"},{"id":"b","sha256":"${OTHER}"}],"scoringVersion":"1"}`;
    assert.equal(bundleHash([A, B], HASH, "1"), keccak256(stringToBytes(text)));
    assert.equal(bundleHash([B, A], HASH, "1"), bundleHash([A, B], HASH, "1"));
  });

  it("behavior: a model, the schema and the scoring version each change it", () => {
    const hashes = [
      bundleHash([A, B], HASH, "1"),
      bundleHash([A], HASH, "1"),
      bundleHash([A, { ...B, sha256: HASH }], HASH, "1"),
      bundleHash([A, B], OTHER, "1"),
      bundleHash([A, B], HASH, "2"),
    ];
    assert.equal(new Set(hashes).size, hashes.length);
  });
});
