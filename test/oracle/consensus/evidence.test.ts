/** Evidence of double signatures: what proves, and what must not. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import { createAttestationBook } from "../../../oracle/consensus/attestation-book.ts";
import { type Evidence, verifyEvidence } from "../../../oracle/consensus/evidence.ts";
import { createPeerBudget } from "../../../oracle/consensus/peer-budget.ts";
import type { RiskReport, SignedReport } from "../../../oracle/domain/report.ts";
import { ACCOUNTS, ANCHOR, BUNDLE, CONFIG, DOMAIN, observationOf, SLOT, signWithoutGuard } from "./cluster.ts";

const [LIAR, OTHER] = ACCOUNTS;
assert.ok(LIAR !== undefined && OTHER !== undefined);
const OPERATORS = [LIAR.address, OTHER.address];

function reportOf(epoch: bigint, dispersionBps: number): RiskReport {
  return {
    epoch,
    signerSetVersion: 1,
    observedAt: ANCHOR.timestampSec,
    validUntil: ANCHOR.timestampSec + 60,
    chunkIndex: 0,
    chunkCount: 1,
    entriesHash: CONFIG,
    classQuantilesHash: CONFIG,
    positionsRoot: CONFIG,
    bundleHash: BUNDLE,
    evidenceHash: CONFIG,
    dispersionBps,
  };
}

async function signReport(report: RiskReport, signer: (typeof ACCOUNTS)[number]): Promise<SignedReport> {
  const digest = reportDigest(report, DOMAIN);
  const slot = { configDigest: CONFIG, epoch: report.epoch };
  const signature = await signCompact(signer, digest);
  return { report, attestation: { slot, digest, operator: signer.address, signature } };
}

describe("verifyEvidence", () => {
  it("error: false for one digest twice, another signer, another slot, a changed message", async () => {
    const one = await signReport(reportOf(SLOT.epoch, 1), LIAR);
    const two = await signReport(reportOf(SLOT.epoch, 2), LIAR);
    const later = await signReport(reportOf(SLOT.epoch + 1n, 2), LIAR);
    const moved = { ...later, attestation: { ...later.attestation, slot: SLOT } };
    const foreign = await signReport(reportOf(SLOT.epoch, 2), OTHER);
    const changed = { ...two, report: reportOf(SLOT.epoch, 3) };
    for (const second of [one, later, moved, foreign, changed]) {
      const evidence: Evidence = { kind: "report", slot: SLOT, operator: LIAR.address, messages: [one, second] };
      assert.equal(await verifyEvidence(evidence, DOMAIN), false);
    }
  });

  it("default: true for two reports, and for two observations, of one slot by one key", async () => {
    const one = await signReport(reportOf(SLOT.epoch, 1), LIAR);
    const two = await signReport(reportOf(SLOT.epoch, 2), LIAR);
    const operator = LIAR.address;
    assert.equal(await verifyEvidence({ kind: "report", slot: SLOT, operator, messages: [one, two] }, DOMAIN), true);
    const first = await signWithoutGuard(0, observationOf(operator, 1_000));
    const second = await signWithoutGuard(0, observationOf(operator, 1_001));
    const messages = [first, second] as const;
    assert.equal(await verifyEvidence({ kind: "observation", slot: SLOT, operator, messages }, DOMAIN), true);
  });
});

describe("createAttestationBook", () => {
  it("error: an old signature passed off as one for this slot is invalid and accuses nobody", async () => {
    const book = createAttestationBook(OPERATORS, DOMAIN);
    await book.file(await signReport(reportOf(SLOT.epoch, 1), LIAR));
    const old = await signReport(reportOf(SLOT.epoch - 1n, 1), LIAR);
    const moved = { ...old, attestation: { ...old.attestation, slot: SLOT } };
    assert.equal((await book.file(moved)).kind, "invalid");
    const stranger = ACCOUNTS[5];
    assert.ok(stranger !== undefined);
    assert.equal((await book.file(await signReport(reportOf(SLOT.epoch, 1), stranger))).kind, "invalid");
  });

  it("default: added once, known again, conflict for a second digest, quorum in signer order", async () => {
    const book = createAttestationBook(OPERATORS, DOMAIN);
    const second = await signReport(reportOf(SLOT.epoch, 1), OTHER);
    const first = await signReport(reportOf(SLOT.epoch, 1), LIAR);
    assert.equal((await book.file(second)).kind, "added");
    assert.equal(book.quorum(second.attestation.digest, 2), null);
    assert.equal((await book.file(first)).kind, "added");
    assert.equal((await book.file(first)).kind, "known");
    assert.equal((await book.file(await signReport(reportOf(SLOT.epoch, 2), LIAR))).kind, "conflict");
    const quorum = book.quorum(first.attestation.digest, 2)?.map(({ operator }) => operator);
    assert.deepEqual(quorum, OPERATORS);
  });
});

describe("createPeerBudget", () => {
  it("default: refuses beyond frames or bytes, refills with time, ignores a clock set back", () => {
    const budget = createPeerBudget({ framesPerSec: 2, bytesPerSec: 100, burstSec: 1 }, 0);
    assert.deepEqual(
      [budget.spend(60, 0), budget.spend(60, 0), budget.spend(40, 0), budget.spend(0, 0)],
      [true, false, true, false],
    );
    assert.deepEqual([budget.spend(1, 500), budget.spend(1, 100), budget.spend(1, 500)], [true, false, false]);
  });
});
