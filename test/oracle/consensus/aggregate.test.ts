/** The report of a set of observations: order, liars, missing positions, clamping, evidence. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { keccak256, stringToHex } from "viem";
import { aggregate, type ChainView, lowerMedian, upperMedian } from "../../../oracle/consensus/aggregate.ts";
import { digestOf, type VerifiedObservation } from "../../../oracle/consensus/observe.ts";
import type { Observation, RiskEntry } from "../../../oracle/domain/report.ts";
import type { Hex } from "../../../oracle/domain/units.ts";
import { ACCOUNTS, ANCHOR, BUNDLE, FREE_RULES, observationOf, POSITION_EPOCH, SLOT } from "./cluster.ts";

const VIEW: ChainView = {
  slot: SLOT,
  anchor: ANCHOR,
  bundleHash: BUNDLE,
  signerSetVersion: 1,
  reportLifeSec: 600,
  rules: FREE_RULES,
};

/** An observation as if its signature had been checked; the signature's bytes only have to differ. */
function heard(observation: Observation): VerifiedObservation {
  const signature: Hex = `0x${keccak256(stringToHex(observation.operator)).slice(2)}${"00".repeat(32)}`;
  return { observation, signature, digest: digestOf(observation) };
}

function operator(index: number): Hex {
  return ACCOUNTS[index]?.address ?? "0x";
}

const four = [1_000, 1_100, 1_200, 1_300].map((rho, index) => heard(observationOf(operator(index), rho)));

function withEntries(index: number, change: (entry: RiskEntry) => RiskEntry | null): VerifiedObservation {
  const observation = observationOf(operator(index), 1_000 + 100 * index);
  return heard({ ...observation, entries: observation.entries.flatMap((entry) => change(entry) ?? []) });
}

describe("aggregate", () => {
  it("error: too-few-observations below 2f+1, and for voices of another slot, anchor or bundle", () => {
    const [first, second, third] = four;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    assert.equal(aggregate([first, second], VIEW, { f: 1 }).ok, false);
    for (const change of [
      { slot: { ...SLOT, epoch: 7n } },
      { anchor: { ...ANCHOR, blockNumber: 7n } },
      { bundleHash: SLOT.configDigest },
    ]) {
      const stranger = heard({ ...third.observation, ...change });
      assert.equal(aggregate([first, second, stranger], VIEW, { f: 1 }).ok, false);
    }
  });

  it("error: too-few-observations when one operator spoke twice or contradicts itself", () => {
    const [first, second] = four;
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(aggregate([first, second, second], VIEW, { f: 1 }).ok, false);
    const contradiction = heard(observationOf(operator(1), 9_999));
    assert.equal(aggregate([...four.slice(0, 3), contradiction], VIEW, { f: 1 }).ok, false);
  });

  it("default: upper median for ρ, lower for π and score, trimmed dispersion", () => {
    const result = aggregate(four, VIEW, { f: 1 });
    assert.ok(result.ok);
    const { report, entries, classQuantiles } = result.value;
    assert.deepEqual([entries[0]?.rhoBps, entries[0]?.piBps, entries[0]?.score], [1_200, 275, 200]);
    assert.deepEqual(classQuantiles, [{ classId: 1, rhoBps: 1_200, piBps: 275 }]);
    assert.equal(report.dispersionBps, 100);
    assert.equal(report.validUntil - report.observedAt, 600);
  });

  it("behavior: a position without 2f+1 voices of the chain's epoch is left out with its reason", () => {
    const lacking = withEntries(0, (entry) => (entry.positionId === 2n ? null : entry));
    const older = withEntries(1, (entry) =>
      entry.positionId === 2n ? { ...entry, epoch: POSITION_EPOCH - 1 } : entry,
    );
    const result = aggregate([lacking, older, ...four.slice(2)], VIEW, { f: 1 });
    assert.ok(result.ok);
    assert.deepEqual(
      result.value.leftOut.map(({ entry, reason }) => [entry.positionId, reason]),
      [[2n, "too-few-voices"]],
    );
    assert.deepEqual(
      result.value.entries.map(({ positionId }) => positionId),
      [1n, 3n, 4n, 5n],
    );
  });

  it("behavior: what the rules clamp is reported clamped, what they refuse is left out", () => {
    const rules: ChainView["rules"] = {
      ...FREE_RULES,
      positionEpoch: (_source, id) => (id === 5n ? null : POSITION_EPOCH),
      clampEntry: (entry) =>
        entry.positionId === 1n
          ? { ok: false, reason: "LINKED_RULE" }
          : { ok: true, value: { ...entry, rhoBps: 1_150 } },
      clampQuantile: () => ({ ok: false, reason: "UNKNOWN_CLASS" }),
    };
    const result = aggregate(four, { ...VIEW, rules }, { f: 1 });
    assert.ok(result.ok);
    assert.deepEqual(
      result.value.leftOut.map(({ reason }) => reason),
      ["LINKED_RULE", "unknown-position"],
    );
    assert.deepEqual(
      result.value.entries.map(({ rhoBps }) => rhoBps),
      [1_150, 1_150, 1_150],
    );
    assert.deepEqual(result.value.classQuantiles, []);
    assert.deepEqual(result.value.leftOutQuantiles, [
      { quantile: { classId: 1, rhoBps: 1_200, piBps: 275 }, reason: "UNKNOWN_CLASS" },
    ]);
  });

  it("behavior: the same report for every order of the observations", () => {
    const expected = aggregate(four, VIEW, { f: 1 });
    fc.assert(
      fc.property(fc.shuffledSubarray(four, { minLength: 4 }), (shuffled) => {
        assert.deepEqual(aggregate(shuffled, VIEW, { f: 1 }), expected);
      }),
      { numRuns: 24 },
    );
  });

  it("behavior: f liars reporting anything stay within the honest range", () => {
    const value = fc.integer({ min: 0, max: 65_535 });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 5, maxLength: 5 }),
        fc.array(value, { minLength: 2, maxLength: 2 }),
        (honest, lies) => {
          const voices = [...honest, ...lies].map((rhoBps, index) => {
            const observation = observationOf(operator(index), 0, 1);
            const entries = observation.entries.map((entry) => ({ ...entry, rhoBps, piBps: rhoBps, score: rhoBps }));
            return heard({ ...observation, entries });
          });
          for (let missing = 0; missing <= 2; missing += 1) {
            const result = aggregate(voices.slice(missing), VIEW, { f: 2 });
            assert.ok(result.ok);
            const [entry] = result.value.entries;
            for (const agreed of [entry?.rhoBps, entry?.piBps, entry?.score]) {
              const present = honest.slice(missing);
              assert.ok(agreed !== undefined && agreed >= Math.min(...present) && agreed <= Math.max(...present));
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("upperMedian", () => {
  it("default: ⌊m/2⌋ for even and odd counts, 0 for none", () => {
    assert.deepEqual([upperMedian([3, 1, 2]), upperMedian([4, 1, 3, 2]), upperMedian([])], [2, 3, 0]);
  });
});

describe("lowerMedian", () => {
  it("default: ⌊(m−1)/2⌋ for even and odd counts, 0 for none", () => {
    assert.deepEqual([lowerMedian([3, 1, 2]), lowerMedian([4, 1, 3, 2]), lowerMedian([])], [2, 2, 0]);
  });
});
