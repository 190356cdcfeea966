/** Quorum reports on the real contracts: accepted, rejected with reason, resumed after a crash, never sent twice. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";
import { hexToBytes } from "viem";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { BREAKER_MODES } from "../../../oracle/domain/breaker.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { QuorumReport } from "../../../oracle/domain/report.ts";
import type { Hex } from "../../../oracle/domain/units.ts";
import { encodeSubmission, submitArguments } from "../../../oracle/submission/encode.ts";
import { createKeyQueue } from "../../../oracle/submission/key-queue.ts";
import type { LedgerStore, SubmissionRecord } from "../../../oracle/submission/ledger.ts";
import { type SubmissionOptions, submitReport } from "../../../oracle/submission/transmit.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture, SIGNERS, WIDE_LIMITS } from "../chain/oracle-fixture.ts";
import { type QuorumMaker, quorumMaker } from "./quorum-fixture.ts";

const ADDRESSES = SIGNERS.map(({ address }) => address);
/** A ledger in memory; `lost` throws once after the record is safe, like a crash between save and broadcast. */
function memoryLedger(): LedgerStore & { readonly records: Map<Hex, SubmissionRecord> } {
  const records = new Map<Hex, SubmissionRecord>();
  return {
    records,
    find: async (digest) => records.get(digest) ?? null,
    save: async (record) => void records.set(record.digest, record),
  };
}

describe("submitReport", () => {
  let anvil: Anvil;
  let fixture: OracleFixture;
  let ledger: ReturnType<typeof memoryLedger>;
  let quorumReport: QuorumMaker;
  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    fixture = await deployOracle(anvil);
    for (const strike of [55_000n, 60_000n, 65_000n]) await fixture.openCall(strike);
    quorumReport = quorumMaker(fixture);
  });
  after(async () => await anvil.stop());
  beforeEach(() => {
    ledger = memoryLedger();
  });

  function options(quorum: QuorumReport, further: Partial<SubmissionOptions> = {}): SubmissionOptions {
    return {
      quorum,
      signers: ADDRESSES,
      chain: fixture.chain,
      oracle: fixture.oracle,
      account: fixture.account,
      ledger,
      queue: createKeyQueue(),
      receiptTimeoutMs: 10_000,
      ...further,
    };
  }

  async function nonce(): Promise<number> {
    return await fixture.chain.reader.getTransactionCount({ address: fixture.account.address });
  }

  it("error: SUBMISSION_NOT_A_SIGNER, SUBMISSION_DUPLICATE_SIGNER", async () => {
    const quorum = await quorumReport(3_000);
    assert.throws(
      () => submitArguments(quorum, ADDRESSES.slice(1)),
      (error) => hasCode(error, "SUBMISSION_NOT_A_SIGNER"),
    );
    const twice = { ...quorum, attestations: [...quorum.attestations, ...quorum.attestations] };
    assert.throws(
      () => submitArguments(twice, ADDRESSES),
      (error) => hasCode(error, "SUBMISSION_DUPLICATE_SIGNER"),
    );
  });

  it("behavior: a report that the chain refuses is rejected by name and costs nothing", async () => {
    const before = await nonce();
    const cases = [
      { quorum: await quorumReport(3_000, { by: [0, 1] }), reason: /^SignerRegistry/ },
      {
        quorum: await quorumReport(3_000, { change: { bundleHash: `0x${"77".repeat(32)}` } }),
        reason: /^RiskOracleBundle$/,
      },
      { quorum: await quorumReport(3_000, { change: { validUntil: 1 } }), reason: /^RiskOracleExpired$/ },
      {
        quorum: await quorumReport(3_000, { change: { entriesHash: `0x${"77".repeat(32)}` } }),
        reason: /^RiskOraclePayloadHash$/,
      },
    ];
    for (const { quorum, reason } of cases) {
      const result = await submitReport(options(quorum));
      assert.equal(result.state, "rejected");
      assert.match(result.reason ?? "", reason);
      assert.equal(result.txHash, null);
    }
    assert.equal(await nonce(), before);
    assert.equal(ledger.records.size, 0);
  });

  it("default: accepted with one outcome per entry; the bitmap names signers 0, 1 and 3", async () => {
    const quorum = await quorumReport(3_500);
    const [, attestations] = submitArguments(quorum, ADDRESSES);
    assert.equal(attestations.signerBitmap, 0b1011n);
    assert.equal(hexToBytes(attestations.signatures).length, 3 * 64);
    const result = await submitReport(options(quorum));
    assert.equal(result.state, "accepted");
    assert.deepEqual(result.outcomes, [
      "APPLIED_TIGHTENED",
      "APPLIED_TIGHTENED",
      "APPLIED_TIGHTENED",
      "UNKNOWN_POSITION",
    ]);
    assert.equal(result.quantileOutcomes.length, 1);
    assert.ok((result.gasUsed ?? 0n) > 0n);
  });

  it("behavior: the same report again is found, by the ledger or by its event, and not sent", async () => {
    const quorum = await quorumReport(3_500);
    const first = await submitReport(options(quorum));
    const before = await nonce();
    assert.deepEqual(await submitReport(options(quorum)), first);
    assert.deepEqual(await submitReport(options(quorum, { ledger: memoryLedger() })), first);
    assert.equal(await nonce(), before);
  });

  it("behavior: a later epoch on chain supersedes a report", async () => {
    const older = await quorumReport(3_500);
    assert.equal((await submitReport(options(await quorumReport(3_500)))).state, "accepted");
    const result = await submitReport(options(older));
    assert.deepEqual([result.state, result.reason], ["rejected", "EPOCH_SUPERSEDED"]);
  });

  it("behavior: after a crash between intent and broadcast, or after broadcast, one transaction lands", async () => {
    for (const crashAt of ["before broadcast", "after broadcast"]) {
      const quorum = await quorumReport(3_500);
      const before = await nonce();
      await fixture.control("evm_setAutomine", [false]);
      const dying = submitReport(options(quorum, { receiptTimeoutMs: 200 }));
      await assert.rejects(dying, (error) => hasCode(error, "RECEIPT_TIMEOUT"));
      if (crashAt === "before broadcast") await fixture.control("anvil_dropAllTransactions", []);
      const restarted = submitReport(options(quorum));
      while ((await pendingCount()) === 0n) await new Promise((resolve) => setImmediate(resolve));
      await fixture.control("evm_setAutomine", [true]);
      await fixture.control("evm_mine", []);
      const result = await restarted;
      assert.equal(result.state, "accepted", crashAt);
      assert.equal(result.txHash, ledger.records.get(quorum.digest)?.transactionHash);
      assert.equal(await nonce(), before + 1, crashAt);
    }
  });

  it("behavior: concurrent reports of one key get their own nonces", async () => {
    const queue = createKeyQueue();
    const quorums = [await quorumReport(3_500), await quorumReport(3_600)];
    const results = await Promise.all(quorums.map(async (quorum) => await submitReport(options(quorum, { queue }))));
    assert.deepEqual(
      results.map(({ state }) => state),
      ["accepted", "accepted"],
    );
  });

  it("behavior: when another transmitter's copy lands first in the block, the report counts as accepted", async () => {
    const quorum = await quorumReport(3_500);
    await fixture.control("evm_setAutomine", [false]);
    const ours = submitReport(options(quorum));
    while ((await pendingCount()) === 0n) await new Promise((resolve) => setImmediate(resolve));
    const rival = SIGNERS[0];
    assert.ok(rival !== undefined);
    await fixture.control("anvil_setBalance", [rival.address, "0x8ac7230489e80000"]);
    await fixture.chain.signer(rival).sendTransaction({
      to: fixture.oracle,
      data: encodeSubmission(quorum, ADDRESSES),
      gas: 2_000_000n,
      maxPriorityFeePerGas: 50_000_000_000n,
      maxFeePerGas: 100_000_000_000n,
    });
    await fixture.control("evm_setAutomine", [true]);
    await fixture.control("evm_mine", []);
    const result = await ours;
    assert.equal(result.state, "accepted");
    assert.notEqual(result.txHash, ledger.records.get(quorum.digest)?.transactionHash);
    const lastEpoch = await fixture.chain.reader.readContract({
      address: fixture.oracle,
      abi: riskOracleAbi,
      functionName: "lastEpoch",
    });
    assert.equal(lastEpoch, quorum.bundle.report.epoch);
  });

  async function pendingCount(): Promise<bigint> {
    const pending = await fixture.chain.reader.getBlockTransactionCount({ blockTag: "pending" });
    return BigInt(pending);
  }

  it("behavior: a report over a cap of the effect guard is held, and found as held", async () => {
    const setLimits = async (limits: typeof WIDE_LIMITS) =>
      await fixture.send(fixture.oracle, riskOracleAbi, "setDeliveryLimits", [limits]);
    await setLimits({ ...WIDE_LIMITS, reportTightened: 2 });
    await fixture.control("evm_increaseTime", [3_600]);
    const quorum = await quorumReport(3_900);
    const result = await submitReport(options(quorum));
    assert.deepEqual([result.state, result.reason], ["held", "EFFECT_GUARD"]);
    assert.deepEqual([result.outcomes, result.quantileOutcomes], [[], []]);
    assert.notEqual(result.txHash, null);
    assert.deepEqual(await submitReport(options(quorum)), result);
    assert.deepEqual(await submitReport(options(quorum, { ledger: memoryLedger() })), result);
    await setLimits(WIDE_LIMITS);
  });

  it("behavior: a report that meets a halted oracle is rejected by name and costs nothing", async () => {
    const quorum = await quorumReport(3_950);
    await fixture.send(fixture.oracle, riskOracleAbi, "tripBreaker", [BREAKER_MODES.indexOf("HALTED"), 0]);
    const before = await nonce();
    const { state, reason, txHash } = await submitReport(options(quorum));
    assert.deepEqual([state, reason, txHash], ["rejected", "RiskOracleHalted", null]);
    assert.equal(await nonce(), before);
  });
});
