/** Reorganisations of a real chain under a watched report: dropped, moved, replaced, refused, and several at once. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import { privateKeyToAccount } from "viem/accounts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import type { QuorumReport } from "../../../oracle/domain/report.ts";
import type { Hex } from "../../../oracle/domain/units.ts";
import { bringBack } from "../../../oracle/pipeline/local/bring-back.ts";
import { createTransmitters } from "../../../oracle/pipeline/local/transmitters.ts";
import { readWatchedReport } from "../../../oracle/pipeline/local/watched-report.ts";
import { encodeSubmission } from "../../../oracle/submission/encode.ts";
import { SIGNERS } from "../chain/oracle-fixture.ts";
import { OPERATOR_KEYS, TRANSMITTERS } from "./desk-world.ts";
import {
  BEYOND_VALIDITY_SEC,
  FINALITY_BLOCKS,
  type OpenedDesk,
  openDesk,
  openWatchBed,
  type WatchBed,
} from "./watch-bed.ts";

const TEST_MS = 120_000;
const RICH = "0x56bc75e2d63100000";
const GAS = 2_000_000n;
const OUTCOMES_OF_THREE = ["final", "reorged", "resubmitted"].flatMap((outcome) => [outcome, outcome, outcome]);

describe("a report whose transaction is reorganised away", function () {
  this.timeout(TEST_MS);
  let bed: WatchBed;
  let desk: OpenedDesk;

  before(async () => {
    bed = await openWatchBed();
    desk = await openDesk(bed);
  });
  afterEach(async () => await desk.settle());
  after(async () => {
    await desk?.close();
    await bed?.close();
  });

  function operatorOf({ bundle }: QuorumReport): number {
    return Number(bundle.report.epoch % BigInt(TRANSMITTERS.length));
  }

  /** Signs a transaction of an operator's transmitter with a nonce, or a rival's copy of a report. */
  async function signed(
    key: Hex,
    call: { readonly to: Hex; readonly data?: Hex; readonly nonce?: number },
  ): Promise<Hex> {
    const wallet = bed.fixture.chain.signer(privateKeyToAccount(key));
    const nonce =
      call.nonce ?? (await bed.fixture.chain.reader.getTransactionCount({ address: wallet.account.address }));
    const fees = { maxPriorityFeePerGas: 2_000_000_000n, maxFeePerGas: 100_000_000_000n };
    return await wallet.signTransaction({ ...call, ...fees, type: "eip1559", nonce, gas: GAS });
  }

  async function rivalCopy(quorum: QuorumReport): Promise<Hex> {
    const rival = OPERATOR_KEYS[(operatorOf(quorum) + 1) % OPERATOR_KEYS.length];
    assert.ok(rival !== undefined);
    const data = encodeSubmission(
      quorum,
      SIGNERS.map(({ address }) => address),
    );
    return await signed(rival.transmitterKey, { to: bed.fixture.oracle, data });
  }

  /** Lines of the log, but those of looks that met the chain in the middle of its reorg. */
  function reorgWarnings(): readonly string[] {
    return desk.world.warnings.filter((line) => !line.startsWith("could not look"));
  }

  async function final(quorum: QuorumReport): Promise<void> {
    await bed.mine(FINALITY_BLOCKS);
    await desk.world.until(async () => (await desk.row(quorum)).is_final === true);
    await desk.drained();
  }

  /** Epochs that the chain has accepted since a block, in its order. */
  async function acceptedSince(fromBlock: bigint): Promise<readonly (bigint | undefined)[]> {
    const contract = { address: bed.fixture.oracle, abi: riskOracleAbi } as const;
    const events = await bed.fixture.chain.reader.getContractEvents({
      ...contract,
      eventName: "ReportAccepted",
      fromBlock,
    });
    return events.map(({ args }) => args.epoch);
  }

  it("behavior: the same bytes are sent again while their nonce is free, and become final", async () => {
    const untouched = await desk.submit();
    desk.world.forget();
    // Two scores of one second would not both be taken.
    await bed.fixture.control("evm_increaseTime", [1]);
    const quorum = await desk.submit();
    const before = await desk.row(quorum);
    await bed.reorg(1);
    await desk.world.until(() => desk.world.outcomes.includes("resubmitted"));
    await final(quorum);
    const after = await desk.row(quorum);
    assert.deepEqual([after.state, after.tx_hash, after.is_final], ["accepted", before.tx_hash, true]);
    assert.notEqual(after.block_hash, before.block_hash);
    // The older report was too deep for this reorg.
    await final(untouched);
    assert.deepEqual(desk.world.outcomes, ["reorged", "resubmitted", "final", "final"]);
    assert.equal(await bed.lastEpoch(), quorum.bundle.report.epoch);
    const shown = desk.world.rows.map(({ state, applied }) => [state, applied]);
    assert.deepEqual(shown, [
      ["accepted", 3],
      ["pending", 0],
      ["accepted", 3],
    ]);
    assert.deepEqual(reorgWarnings(), [
      "a reorg took a report's transaction out of the chain",
      "the report was sent again",
    ]);
  });

  it("behavior: a new transaction carries it when the nonce was taken, and is watched in its place", async () => {
    const quorum = await desk.submit();
    const before = await desk.record(quorum);
    const key = OPERATOR_KEYS[operatorOf(quorum)]?.transmitterKey;
    assert.ok(key !== undefined);
    await bed.reorg(1, [[await signed(key, { to: bed.fixture.vault, nonce: before.nonce }), 0]]);
    await desk.world.until(() => desk.world.outcomes.includes("resubmitted"));
    await final(quorum);
    const { transactionHash, nonce } = await desk.record(quorum);
    const after = await desk.row(quorum);
    assert.deepEqual([after.state, after.tx_hash], ["accepted", transactionHash]);
    assert.notEqual(transactionHash, before.transactionHash);
    assert.equal(nonce, before.nonce + 1);
    assert.deepEqual(desk.world.outcomes, ["reorged", "resubmitted", "final"]);
  });

  it("behavior: in another block already: the row is corrected, nothing is sent", async () => {
    const quorum = await desk.submit();
    const before = await desk.row(quorum);
    await bed.mine(1);
    await bed.reorg(2, [[(await desk.record(quorum)).rawTransaction, 1]]);
    await final(quorum);
    const after = await desk.row(quorum);
    assert.deepEqual([after.state, after.tx_hash], ["accepted", before.tx_hash]);
    assert.notEqual(after.block_hash, before.block_hash);
    assert.deepEqual(desk.world.outcomes, ["reorged", "final"]);
    assert.deepEqual(reorgWarnings(), ["a reorg moved a report's transaction to another block"]);
  });

  it("behavior: another transmitter's copy came first on the new branch: that one is watched", async () => {
    const quorum = await desk.submit();
    const { rawTransaction, transactionHash } = await desk.record(quorum);
    await bed.reorg(1, [
      [await rivalCopy(quorum), 0],
      [rawTransaction, 0],
    ]);
    await final(quorum);
    const after = await desk.row(quorum);
    assert.equal(after.state, "accepted");
    assert.notEqual(after.tx_hash, transactionHash);
    assert.deepEqual(desk.world.outcomes, ["reorged", "final"]);
  });

  it("behavior: a copy of another transmitter is watched too, and lost, the report is sent as our own", async () => {
    const quorum = await bed.quorumReport(3_500);
    await bed.fixture.chain.reader.sendRawTransaction({ serializedTransaction: await rivalCopy(quorum) });
    const result = await desk.submitOne(quorum);
    assert.equal(result?.state, "accepted");
    await bed.reorg(1);
    await desk.world.until(() => desk.world.outcomes.includes("resubmitted"));
    await final(quorum);
    const after = await desk.row(quorum);
    assert.deepEqual([after.state, after.tx_hash], ["accepted", (await desk.record(quorum)).transactionHash]);
    assert.notEqual(after.tx_hash, result.txHash);
    assert.deepEqual(desk.world.outcomes, ["reorged", "resubmitted", "final"]);
  });

  it("behavior: a report that has expired meanwhile is refused, costs nothing, and is watched no longer", async () => {
    const quorum = await desk.submit();
    const address = TRANSMITTERS[operatorOf(quorum)];
    assert.ok(address !== undefined);
    bed.proxy.become("refuse");
    await bed.reorg(1);
    await bed.fixture.control("evm_increaseTime", [BEYOND_VALIDITY_SEC]);
    await bed.mine(1);
    const before = await bed.fixture.chain.reader.getTransactionCount({ address });
    bed.proxy.become("pass");
    await desk.world.until(() => desk.world.outcomes.includes("refused"));
    await desk.drained();
    const { state, tx_hash } = await desk.row(quorum);
    assert.deepEqual([state, tx_hash], ["rejected", null]);
    assert.deepEqual(desk.world.outcomes, ["reorged", "refused"]);
    assert.equal(await bed.fixture.chain.reader.getTransactionCount({ address }), before);
  });

  it("behavior: superseded while its transaction waits: not waited for, and brought back if that was reorganised too", async () => {
    const quorum = await desk.submit();
    const { rawTransaction } = await desk.record(quorum);
    bed.proxy.become("refuse");
    const later = await bed.quorumReport(3_500);
    await bed.fixture.control("evm_setAutomine", [false]);
    await bed.reorg(2, [[await rivalCopy(later), 1]]);
    await bed.fixture.chain.reader.sendRawTransaction({ serializedTransaction: rawTransaction });
    bed.proxy.become("pass");
    await desk.world.until(() => desk.world.outcomes.includes("refused"));
    await desk.looks(2);
    assert.equal((await desk.row(quorum)).state, "rejected");
    assert.equal(await bed.lastEpoch(), later.bundle.report.epoch);
    await bed.fixture.control("anvil_dropAllTransactions", []);
    await bed.fixture.control("evm_setAutomine", [true]);
    await bed.reorg(1);
    await desk.world.until(() => desk.world.outcomes.includes("resubmitted"));
    await final(quorum);
    assert.equal((await desk.row(quorum)).state, "accepted");
    assert.deepEqual(desk.world.outcomes, ["reorged", "refused", "resubmitted", "final"]);
    assert.deepEqual(
      desk.world.rows.map(({ state }) => state),
      ["accepted", "pending", "rejected", "pending", "accepted"],
    );
  });

  describe("together with others", () => {
    /** Submits three reports, of three operators, and reorganises all of them away while nobody looks. */
    async function threeLost() {
      const before = await bed.fixture.chain.reader.getBlockNumber();
      const quorums = [await desk.submit()];
      for (let more = 0; more < 2; more += 1) {
        // The operators' turns are by block number: this makes them three different ones.
        await bed.mine(1);
        quorums.push(await desk.submit());
      }
      const after = await bed.fixture.chain.reader.getBlockNumber();
      bed.proxy.become("refuse");
      await bed.reorg(Number(after - before));
      return { quorums, newest: quorums.at(-1), since: before + 1n };
    }

    /** The newest one is looked at first, over an RPC that works. */
    async function bringNewestBack(newest: QuorumReport | undefined): Promise<void> {
      assert.ok(newest !== undefined);
      const { options, shared } = desk.world;
      const transmitters = createTransmitters(options.keys, options.stores);
      const watched = readWatchedReport(await shared.report(newest.digest));
      assert.ok(watched !== null);
      await bringBack({ ...options, chain: bed.fixture.chain, transmitters }, watched);
    }

    it("behavior: the older ones go first, since the chain takes rising epochs only", async () => {
      const { quorums, newest, since } = await threeLost();
      await bringNewestBack(newest);
      const epochs = quorums.map(({ bundle }) => bundle.report.epoch);
      bed.proxy.become("pass");
      for (const quorum of quorums) await final(quorum);
      // Only now: what was sent is mined a moment later.
      assert.deepEqual(await acceptedSince(since), epochs);
      assert.deepEqual(desk.world.outcomes.toSorted(), OUTCOMES_OF_THREE);
    });

    it("behavior: looked at all at once, each is brought back once, and in order", async () => {
      const { quorums, since } = await threeLost();
      bed.proxy.become("pass");
      const isBack = (outcome: string) => outcome === "resubmitted";
      await desk.world.until(() => desk.world.outcomes.filter(isBack).length === quorums.length);
      for (const quorum of quorums) await final(quorum);
      assert.deepEqual(
        await acceptedSince(since),
        quorums.map(({ bundle }) => bundle.report.epoch),
      );
      assert.deepEqual(desk.world.outcomes.toSorted(), OUTCOMES_OF_THREE);
    });

    it("behavior: an older one that cannot be sent does not keep the newer ones back", async () => {
      const { quorums, newest, since } = await threeLost();
      const [oldest, ...others] = quorums;
      assert.ok(oldest !== undefined);
      const payer = TRANSMITTERS[operatorOf(oldest)];
      assert.ok(payer !== undefined);
      await bed.setBalance(payer, "0x0");
      await bringNewestBack(newest);
      await bed.setBalance(payer, RICH);
      assert.ok(desk.world.warnings.includes("an older report could not be brought back yet"));
      bed.proxy.become("pass");
      await desk.world.until(() => desk.world.outcomes.includes("refused"));
      assert.deepEqual(
        await acceptedSince(since),
        others.map(({ bundle }) => bundle.report.epoch),
      );
      assert.equal((await desk.row(oldest)).state, "rejected");
    });
  });
});
