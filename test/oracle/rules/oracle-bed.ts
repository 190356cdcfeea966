/** A deployed RiskOracle whose owner is its own position source, and signed reports to it, for tests of the mirror. */
import assert from "node:assert/strict";
import hre from "hardhat";
import { bytesToHex, concat, keccak256, numberToHex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import type { RiskEntry, RiskReport } from "../../../oracle/domain/report.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import type { ClassQuantile } from "../../../oracle/domain/score.ts";
import { encodeClassQuantiles, encodeEntries } from "../../../oracle/rules/report-codec.ts";
import { readOutcomes } from "../../../oracle/submission/read-outcomes.ts";
import { WIDE_LIMITS } from "../chain/oracle-fixture.ts";

/** Longest time between an observation and its block, seconds. */
export const MAX_GAP_SEC = 20_000;
const BUNDLE = keccak256("0x01");
const OPERATORS = [1, 2, 3, 4].map((number) => privateKeyToAccount(numberToHex(number, { size: 32 })));

/** Contracts and clients of a test. */
export type OracleBed = Awaited<ReturnType<typeof deployBed>>;

/** Deploys with the given classes, ids from 0, and positions, ids from 1, that take the classes in turn. */
export async function deployBed(classes: readonly RiskClass[], positions: number) {
  const { viem } = await hre.network.create("local");
  const [wallet] = await viem.getWalletClients();
  assert.ok(wallet);
  const owner = wallet.account.address;
  const { address: authority } = await viem.deployContract("PlimsollAccessManager", [owner, 86_400, 3_600]);
  const signers = OPERATORS.map(({ address }) => address);
  const { address: verifier } = await viem.deployContract("SignerRegistry", [authority, 3_600, signers, 3]);
  const { address: engine } = await viem.deployContract("RuleEngine");
  const { address: extension } = await viem.deployContract("RiskOracleExtension", [zeroHash]);
  const parts = { authority, verifier, engine, extension };
  const { address } = await viem.deployContract("RiskOracle", [
    { ...parts, maxArrivalAgeSec: MAX_GAP_SEC, limits: WIDE_LIMITS },
  ]);
  const oracle = await viem.getContractAt("IRiskOracle", address);
  await oracle.write.setModelAllowed([BUNDLE, true]);
  await oracle.write.registerSource([owner]);
  for (const [id, riskClass] of classes.entries()) await oracle.write.setRiskClass([id, riskClass]);
  for (let id = 1; id <= positions; id += 1) await oracle.write.registerPosition([BigInt(id), id % classes.length]);
  return { oracle, owner, client: await viem.getPublicClient(), testClient: await viem.getTestClient() };
}

/** A report and the time of its block. */
export interface BedReport {
  readonly epoch: bigint;
  readonly observedAtSec: number;
  readonly appliedAtSec: number;
  readonly entries: readonly RiskEntry[];
  readonly quantiles: readonly ClassQuantile[];
}

/** Signs and submits a report in a block at its time; returns what became of its values. */
export async function submitTo({ oracle, client, testClient }: OracleBed, made: BedReport) {
  const entries = bytesToHex(encodeEntries(made.entries));
  const quantiles = bytesToHex(encodeClassQuantiles(made.quantiles));
  const report: RiskReport = {
    epoch: made.epoch,
    signerSetVersion: 1,
    observedAt: made.observedAtSec,
    validUntil: made.appliedAtSec + 600,
    chunkIndex: 0,
    chunkCount: 1,
    entriesHash: keccak256(entries),
    classQuantilesHash: keccak256(quantiles),
    positionsRoot: zeroHash,
    bundleHash: BUNDLE,
    evidenceHash: keccak256("0x02"),
    dispersionBps: 10,
  };
  const digest = reportDigest(report, { chainId: await client.getChainId(), oracle: oracle.address });
  const signatures = concat(await Promise.all(OPERATORS.slice(0, 3).map((operator) => signCompact(operator, digest))));
  await testClient.setNextBlockTimestamp({ timestamp: BigInt(made.appliedAtSec) });
  const hash = await oracle.write.submitReport([report, { signerBitmap: 7n, signatures }, entries, quantiles]);
  const receipt = await client.getTransactionReceipt({ hash });
  const outcomes = readOutcomes(receipt.logs, oracle.address, digest);
  assert.ok(outcomes !== null, "the report was not accepted");
  return outcomes;
}
