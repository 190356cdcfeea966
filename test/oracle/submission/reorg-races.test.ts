/** Reorgs and rivals that come between two questions to the chain: nothing is concluded from answers that do not fit. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import { createPublicClient, custom, keccak256 } from "viem";
import type { ChainClient } from "../../../oracle/chain/client.ts";
import type { QuorumReport } from "../../../oracle/domain/report.ts";
import type { Hex } from "../../../oracle/domain/units.ts";
import { findLanded } from "../../../oracle/submission/confirm.ts";
import { encodeSubmission } from "../../../oracle/submission/encode.ts";
import type { LedgerStore, SubmissionRecord } from "../../../oracle/submission/ledger.ts";
import { locateTransaction } from "../../../oracle/submission/locate.ts";
import { type SendOptions, sendReport } from "../../../oracle/submission/transmit.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture, SIGNERS } from "../chain/oracle-fixture.ts";
import { type QuorumMaker, quorumMaker } from "./quorum-fixture.ts";

const ADDRESSES = SIGNERS.map(({ address }) => address);
const RICH = "0x56bc75e2d63100000";
const UNKNOWN: Hex = `0x${"12".repeat(32)}`;
const GAS = 2_000_000n;

function memoryLedger(): LedgerStore {
  const records = new Map<Hex, SubmissionRecord>();
  return {
    find: async (digest) => records.get(digest) ?? null,
    save: async (record) => void records.set(record.digest, record),
  };
}

describe("between two questions to the chain", () => {
  let anvil: Anvil;
  let fixture: OracleFixture;
  let quorumReport: QuorumMaker;
  let ledger: LedgerStore;

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    fixture = await deployOracle(anvil);
    for (const strike of [55_000n, 60_000n, 65_000n]) await fixture.openCall(strike);
    quorumReport = quorumMaker(fixture);
    ledger = memoryLedger();
  });
  afterEach(async () => void (await fixture.control("evm_setAutomine", [true])));
  after(async () => await anvil?.stop());

  /** The fixture's chain; `act` runs once, before the first request of `method` that `isMeant` is answered. */
  function interrupted(method: string, act: () => Promise<unknown>, isMeant = (_params: unknown) => true): ChainClient {
    let isOver = false;
    const request = async (call: { readonly method: string; readonly params?: unknown }) => {
      if (!isOver && call.method === method && isMeant(call.params)) {
        isOver = true;
        await act();
      }
      return await fixture.control(call.method, Array.isArray(call.params) ? call.params : []);
    };
    const { chain } = fixture.chain.reader;
    const reader = createPublicClient({ chain, transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 });
    return { ...fixture.chain, reader };
  }

  async function reorg(depth: number): Promise<void> {
    await fixture.control("anvil_reorg", [depth, []]);
  }

  function options(quorum: QuorumReport, further: Partial<SendOptions> = {}): SendOptions {
    const { chain, oracle, account } = fixture;
    return { quorum, signers: ADDRESSES, chain, oracle, account, ledger, ...further };
  }

  async function sent(quorum: QuorumReport, further: Partial<SendOptions> = {}): Promise<SubmissionRecord> {
    const sending = await sendReport(options(quorum, further));
    assert.equal(sending.kind, "sent");
    return sending.record;
  }

  async function rivalSends(quorum: QuorumReport): Promise<void> {
    const [rival] = SIGNERS;
    assert.ok(rival !== undefined);
    await fixture.control("anvil_setBalance", [rival.address, RICH]);
    const data = encodeSubmission(quorum, ADDRESSES);
    await fixture.chain.signer(rival).sendTransaction({ to: fixture.oracle, data, gas: GAS });
  }

  describe("locateTransaction", () => {
    it("error: an RPC that fails is no answer", async () => {
      const failing = interrupted("eth_getTransactionReceipt", async () => {
        throw new Error("the RPC is away");
      });
      await assert.rejects(locateTransaction(failing, UNKNOWN));
    });

    it("default: absent when unknown and while it waits, mined with the blocks after it", async () => {
      assert.deepEqual(await locateTransaction(fixture.chain, UNKNOWN), { kind: "absent" });
      await fixture.control("evm_setAutomine", [false]);
      const { transactionHash } = await sent(await quorumReport(3_500));
      assert.deepEqual(await locateTransaction(fixture.chain, transactionHash), { kind: "absent" });
      await fixture.control("anvil_mine", ["0x4"]);
      const place = await locateTransaction(fixture.chain, transactionHash);
      assert.equal(place.kind, "mined");
      assert.equal(place.blocksAfter, 3n);
      assert.equal(place.receipt.transactionHash, transactionHash);
    });

    it("behavior: unsure when a reorg came after the receipt, whether the block is another one or gone", async () => {
      const reorgs = [() => reorg(1), () => fixture.control("anvil_rollback", [1])];
      for (const act of reorgs) {
        const { transactionHash } = await sent(await quorumReport(3_500));
        const chain = interrupted("eth_getBlockByNumber", act);
        assert.deepEqual(await locateTransaction(chain, transactionHash), { kind: "unsure" });
      }
    });
  });

  describe("findLanded", () => {
    it("behavior: a reorg between epoch and event is not taken for a later report", async () => {
      const quorum = await quorumReport(3_500);
      await sent(quorum);
      const chain = interrupted("eth_getLogs", () => reorg(1));
      assert.equal(await findLanded({ chain, oracle: fixture.oracle, quorum }), null);
    });
  });

  describe("sendReport", () => {
    it("behavior: refused, because another transmitter's copy came first: the report is accepted", async () => {
      const quorum = await quorumReport(3_500);
      const isSimulation = (params: unknown) => JSON.stringify(params).includes('"from"');
      const chain = interrupted("eth_call", () => rivalSends(quorum), isSimulation);
      const sending = await sendReport(options(quorum, { chain }));
      assert.equal(sending.kind, "settled");
      assert.equal(sending.result.state, "accepted");
    });

    it("behavior: two of one key that are lost are sent again as they were, the second behind the first", async () => {
      const quorums = [await quorumReport(3_500), await quorumReport(3_600)] as const;
      const before = [await sent(quorums[0]), await sent(quorums[1])];
      await fixture.control("evm_setAutomine", [false]);
      await reorg(2);
      assert.deepEqual([await sent(quorums[0]), await sent(quorums[1])], before);
    });

    it("behavior: behind a gap a new transaction is signed, which does not wait for the gap to be filled", async () => {
      await fixture.control("anvil_dropAllTransactions", []);
      const quorums = [await quorumReport(3_500), await quorumReport(3_600)] as const;
      const [first, second] = [await sent(quorums[0]), await sent(quorums[1])];
      await reorg(2);
      const again = await sent(quorums[1]);
      assert.deepEqual([again.nonce, second.nonce], [first.nonce, first.nonce + 1]);
      assert.equal(again.transactionHash, keccak256(again.rawTransaction));
      assert.equal((await locateTransaction(fixture.chain, again.transactionHash)).kind, "mined");
    });
  });
});
