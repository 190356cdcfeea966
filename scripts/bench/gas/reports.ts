/** Signs and submits reports on a benchmark's ground. */
import { keccak256, stringToHex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import type { QuorumReport, ReportBundle } from "../../../oracle/domain/report.ts";
import { encodeClassQuantiles, encodeEntries } from "../../../oracle/rules/report-codec.ts";
import { unpackRiskWord } from "../../../oracle/rules/risk-word.ts";
import { confirm } from "../../../oracle/simulation/agents/local-world.ts";
import { submitArguments } from "../../../oracle/submission/encode.ts";
import { readOutcomes } from "../../../oracle/submission/read-outcomes.ts";
import { BENCH_CHAIN_ID, BENCH_THRESHOLD, type BenchGround } from "../bench-ground.ts";

/** What a report asks for. */
export interface ReportWish {
  readonly ids: readonly bigint[];
  readonly rhoBps: number;
  readonly piBps: number;
  /** Default: what makes the report acceptable now. */
  readonly header?: Partial<ReportBundle["report"]>;
}

const REPORT_LIFE_SEC = 300;
const SCORE = 250;
/** More than a report of a thousand entries takes: given, so that nothing is estimated. */
const SUBMIT_GAS = 16_000_000n;

/** Submits a report signed by three of the signers; every entry must be applied. @returns gas of the transaction */
export async function applyReport(ground: BenchGround, wish: ReportWish): Promise<number> {
  const quorum = await signedReport(ground, wish);
  const receipt = await confirm(ground.client, await submit(ground, quorum), "submit a report");
  const outcomes = readOutcomes(receipt.logs, ground.oracleContracts.oracle, quorum.digest)?.entries ?? [];
  const applied = outcomes.filter((outcome) => outcome.startsWith("APPLIED") || outcome === "REFRESHED");
  if (applied.length !== wish.ids.length)
    throw new RangeError(`Only ${applied.length} of ${wish.ids.length} entries apply: ${[...new Set(outcomes)]}.`);
  return Number(receipt.gasUsed);
}

/** Submits a report that is refused. @returns gas of the transaction */
export async function refuseReport(ground: BenchGround, wish: ReportWish): Promise<number> {
  const quorum = await signedReport(ground, wish);
  const before = await ground.client.getBlockNumber();
  // The node answers a reverting transaction with an error, after it has mined it.
  await submit(ground, quorum).catch(() => undefined);
  const block = await ground.client.getBlock({ includeTransactions: true });
  const [transaction] = block.transactions;
  if (block.number === before || transaction === undefined) throw new RangeError("The refused report was not mined.");
  const receipt = await ground.client.getTransactionReceipt({ hash: transaction.hash });
  if (receipt.status !== "reverted") throw new RangeError("The report was not refused.");
  return Number(receipt.gasUsed);
}

async function submit(ground: BenchGround, quorum: QuorumReport): Promise<`0x${string}`> {
  const [transmitter] = ground.keys;
  if (transmitter === undefined) throw new RangeError("The ground has no operators.");
  const account = privateKeyToAccount(transmitter.transmitterKey);
  return await ground.chain.signer(account).writeContract({
    address: ground.oracleContracts.oracle,
    abi: riskOracleAbi,
    functionName: "submitReport",
    args: submitArguments(
      quorum,
      ground.keys.map(({ signer }) => signer),
    ),
    gas: SUBMIT_GAS,
  });
}

async function signedReport(ground: BenchGround, wish: ReportWish): Promise<QuorumReport> {
  const anchor = await ground.reader.anchor();
  const words = await ground.reader.positionWords(0, wish.ids, anchor);
  const entries = wish.ids.map((positionId, index) => ({
    sourceIndex: 0,
    positionId,
    epoch: unpackRiskWord(words[index] ?? 0n).epoch,
    rhoBps: wish.rhoBps,
    piBps: wish.piBps,
    score: SCORE,
  }));
  const report: ReportBundle["report"] = {
    epoch: anchor.blockNumber,
    signerSetVersion: (await ground.reader.signerSet(anchor)).version,
    observedAt: anchor.timestampSec,
    validUntil: anchor.timestampSec + REPORT_LIFE_SEC,
    chunkIndex: 0,
    chunkCount: 1,
    entriesHash: keccak256(encodeEntries(entries)),
    classQuantilesHash: keccak256(encodeClassQuantiles([])),
    positionsRoot: zeroHash,
    bundleHash: ground.bundleHash,
    evidenceHash: keccak256(stringToHex("bench")),
    dispersionBps: 12,
    ...wish.header,
  };
  const digest = reportDigest(report, { chainId: BENCH_CHAIN_ID, oracle: ground.oracleContracts.oracle });
  const slot = { configDigest: await ground.reader.configDigest(anchor), epoch: report.epoch };
  const attestations = await Promise.all(
    ground.keys.slice(0, BENCH_THRESHOLD).map(async ({ signer, signerKey }) => {
      const signature = await signCompact(privateKeyToAccount(signerKey), digest);
      return { slot, digest, operator: signer, signature };
    }),
  );
  return {
    bundle: { report, entries, classQuantiles: [], leftOut: [], leftOutQuantiles: [], evidence: [] },
    digest,
    attestations,
  };
}
