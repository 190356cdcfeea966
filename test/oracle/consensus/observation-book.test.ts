/** What one operator remembers of the others' observations: a known signature does not vouch for a changed text. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createObservationBook } from "../../../oracle/consensus/observation-book.ts";
import { digestOf, isSameObservation } from "../../../oracle/consensus/observe.ts";
import type { Observation } from "../../../oracle/domain/report.ts";
import { ACCOUNTS, ANCHOR, observationOf, SLOT, signWithoutGuard } from "./cluster.ts";

const OPERATORS = ACCOUNTS.slice(0, 4).map(({ address }) => address);
const OPERATOR = OPERATORS[1] ?? "0x";

/** Every single change that the digest sees. */
function variants(observation: Observation): readonly Observation[] {
  const [entry, ...entries] = observation.entries;
  const [quantile, ...quantiles] = observation.classQuantiles;
  assert.ok(entry !== undefined && quantile !== undefined);
  const entryChanges = [
    { sourceIndex: 1 },
    { positionId: 0n },
    { epoch: 9 },
    { rhoBps: 9 },
    { piBps: 9 },
    { score: 9 },
  ];
  const hash = `0x${"12".repeat(32)}` as const;
  return [
    { ...observation, slot: { ...SLOT, epoch: 7n } },
    { ...observation, slot: { ...SLOT, configDigest: hash } },
    { ...observation, operator: OPERATORS[2] ?? "0x" },
    { ...observation, anchor: { ...ANCHOR, blockNumber: 7n } },
    { ...observation, anchor: { ...ANCHOR, blockHash: hash } },
    { ...observation, anchor: { ...ANCHOR, timestampSec: 7 } },
    { ...observation, bundleHash: hash },
    { ...observation, featureSchemaHash: hash },
    { ...observation, fallbackBits: observation.fallbackBits + 1 },
    { ...observation, oldestInputAgeSec: observation.oldestInputAgeSec + 1 },
    { ...observation, entries: observation.entries.slice(1) },
    { ...observation, classQuantiles: [] },
    ...entryChanges.map((change) => ({ ...observation, entries: [{ ...entry, ...change }, ...entries] })),
    ...[{ classId: 0 }, { rhoBps: 9 }, { piBps: 9 }].map((change) => ({
      ...observation,
      classQuantiles: [{ ...quantile, ...change }, ...quantiles],
    })),
  ];
}

describe("isSameObservation", () => {
  it("error: false for every change that the digest sees", () => {
    const observation = observationOf(OPERATOR, 1_000);
    for (const changed of variants(observation)) {
      assert.equal(isSameObservation(observation, changed), false);
      assert.equal(isSameObservation(changed, observation), false);
    }
  });

  it("default: true for equal fields, whatever the spelling of the address", () => {
    const observation = observationOf(OPERATOR, 1_000);
    const copy = { ...structuredClone(observation), operator: `0x${OPERATOR.slice(2).toLowerCase()}` as const };
    assert.equal(isSameObservation(observation, copy), true);
    assert.equal(digestOf(observation), digestOf(copy));
  });
});

describe("createObservationBook", () => {
  it("error: bad-signature for a changed text before a signature that was checked", async () => {
    const book = createObservationBook(OPERATORS);
    const signed = await signWithoutGuard(1, observationOf(OPERATOR, 1_000));
    assert.equal((await book.verify(signed)).ok, true);
    for (const observation of variants(signed.observation)) {
      assert.equal((await book.verify({ ...signed, observation })).ok, false);
    }
    assert.equal((await book.verify(structuredClone(signed))).ok, true);
  });
});
