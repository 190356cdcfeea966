/** The chain edge against the real contracts on anvil: connecting, reading, digests, revert reasons. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { getAddress } from "viem";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { connectChain, isTransportFailure } from "../../../oracle/chain/client.ts";
import { decodeRevertData, revertOf } from "../../../oracle/chain/decode-revert.ts";
import { createOracleReader } from "../../../oracle/chain/oracle-reader.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { RiskReport } from "../../../oracle/domain/report.ts";
import { initialWord } from "../../../oracle/rules/risk-rules.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { BUNDLE } from "../consensus/cluster.ts";
import { CLASS_ID, deployOracle, GENESIS_SEC, type OracleFixture, SIGNERS, WIDE_CLASS } from "./oracle-fixture.ts";

describe("chain edge", () => {
  let anvil: Anvil;
  let fixture: OracleFixture;
  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    fixture = await deployOracle(anvil);
    await fixture.openCall(60_000n);
  });
  after(async () => await anvil.stop());

  describe("connectChain", () => {
    it("error: CHAIN_ID_MISMATCH", async () => {
      const wrong = connectChain({ rpcUrl: anvil.rpcUrl, chainId: 1 });
      await assert.rejects(wrong, (error) => hasCode(error, "CHAIN_ID_MISMATCH"));
    });

    it("error: RPC_UNREACHABLE, a transport failure", async () => {
      const away = connectChain({ rpcUrl: "http://127.0.0.1:9", chainId: 1, retries: 0 });
      await assert.rejects(away, (error) => hasCode(error, "RPC_UNREACHABLE") && isTransportFailure(error.cause));
    });
  });

  describe("revertOf", () => {
    it("default: name and arguments of a custom error; a revert is no transport failure", async () => {
      const failure = await fixture.chain.reader
        .readContract({ address: fixture.oracle, abi: riskOracleAbi, functionName: "sourceAt", args: [9] })
        .catch((error: unknown) => error);
      const revert = revertOf(failure);
      assert.equal(revert?.code, "RiskOracleUnknownSourceIndex");
      assert.deepEqual(revert?.args, { sourceIndex: 9 });
      assert.equal(isTransportFailure(failure), false);
    });

    it("behavior: null for what is no revert, UnknownError for a foreign selector", () => {
      assert.equal(revertOf(new Error("socket")), null);
      assert.equal(decodeRevertData("0xdeadbeef").code, "UnknownError");
    });
  });

  describe("createOracleReader", () => {
    it("default: configuration, signers, classes and words at an anchor", async () => {
      const reader = createOracleReader(fixture.chain, fixture);
      const anchor = await reader.anchor();
      const set = await reader.signerSet(anchor);
      assert.deepEqual([set.signers, set.threshold], [SIGNERS.map(({ address }) => address), 3]);
      assert.deepEqual(await reader.sources(anchor), [getAddress(fixture.vault)]);
      assert.equal(await reader.isBundleAllowed(BUNDLE, anchor), true);
      assert.equal(await reader.lastEpoch(anchor), 0n);
      assert.deepEqual((await reader.riskClasses(anchor)).get(CLASS_ID), WIDE_CLASS);
      assert.deepEqual(await reader.positionWords(0, [1n, 2n], anchor), [initialWord(CLASS_ID, WIDE_CLASS), 0n]);
      assert.deepEqual(await reader.classWords([CLASS_ID], anchor), [0n]);
      assert.match(await reader.configDigest(anchor), /^0x[0-9a-f]{64}$/);
    });

    it("behavior: words of more positions than one call takes keep their order", async () => {
      const reader = createOracleReader(fixture.chain, fixture);
      const anchor = await reader.anchor();
      const ids = Array.from({ length: 1_001 }, (_, index) => BigInt(1_001 - index));
      const words = await reader.positionWords(0, ids, anchor);
      assert.equal(words.length, ids.length);
      assert.equal(words[1_000], initialWord(CLASS_ID, WIDE_CLASS));
      assert.equal(words.filter((word) => word !== 0n).length, 1);
      assert.deepEqual(await reader.positionWords(0, [], anchor), []);
    });

    it("behavior: reads the block it is asked for, and refuses one that is not on the chain", async () => {
      const reader = createOracleReader(fixture.chain, fixture);
      const anchor = await reader.anchor();
      await fixture.openCall(61_000n);
      assert.deepEqual(await reader.positionWords(0, [2n], anchor), [0n]);
      const gone = { ...anchor, blockHash: `0x${"12".repeat(32)}` } as const;
      await assert.rejects(reader.lastEpoch(gone));
    });
  });

  describe("reportDigest", () => {
    it("default: equals the contract's", async () => {
      const hash = (byte: string): `0x${string}` => `0x${byte.repeat(32)}`;
      const report: RiskReport = {
        epoch: 2n ** 64n - 1n,
        signerSetVersion: 4,
        observedAt: 2 ** 40 - 1,
        validUntil: 17,
        chunkIndex: 1,
        chunkCount: 65_535,
        entriesHash: hash("01"),
        classQuantilesHash: hash("02"),
        positionsRoot: hash("03"),
        bundleHash: hash("04"),
        evidenceHash: hash("05"),
        dispersionBps: 999,
      };
      const onChain = await fixture.chain.reader.readContract({
        address: fixture.oracle,
        abi: riskOracleAbi,
        functionName: "reportDigest",
        args: [report],
      });
      assert.equal(reportDigest(report, { chainId: anvil.chainId, oracle: fixture.oracle }), onChain);
    });
  });
});
