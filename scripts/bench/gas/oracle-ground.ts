/** A RiskOracle with five signers, threshold three, on an in-process chain: what gas of roots and proofs is measured on. */
import hre from "hardhat";
import { bytesToHex, concat, type Hex, keccak256, numberToHex, stringToHex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import type { RiskEntry, RiskReport } from "../../../oracle/domain/report.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { isSkip } from "../../../oracle/rules/entry-outcome.ts";
import { encodeEntries } from "../../../oracle/rules/report-codec.ts";
import type { SubmitArguments } from "../../../oracle/submission/encode.ts";
import { readOutcomes } from "../../../oracle/submission/read-outcomes.ts";

/** What a ground is laid with. */
export interface OracleGroundOptions {
  /** Positions to register, ids 1, 2, 3, … of source 0. */
  readonly positions: number;
  /** Risk classes, over which the positions are spread evenly. */
  readonly classes: number;
}

/** The ground. */
export type OracleGround = Awaited<ReturnType<typeof openOracleGround>>;

/** What one report moves. */
export interface ReportWish {
  /** Position ids, ascending. */
  readonly ids: readonly number[];
  readonly rhoBps: number;
  /** Default: what makes the report acceptable now. */
  readonly header?: Partial<RiskReport>;
}

const SIGNERS = [1, 2, 3, 4, 5].map((number) => privateKeyToAccount(numberToHex(number, { size: 32 })));
const THRESHOLD = 3;
const FIRST_THREE = 0b111n;
const BUNDLE = keccak256(stringToHex("bundle"));
const OVERLAP_SEC = 3_600;
const MAX_AGE_SEC = 600;
const PI_BPS = 500;
const SCORE = 200;

/** Bounds that let the measured steps pass. */
export const GAS_CLASS: RiskClass = {
  rhoFloorBps: 300,
  rhoCeilingBps: 9_000,
  rhoDefaultBps: 3_000,
  rhoInitialBps: 3_000,
  piFloorBps: 50,
  piCapBps: 4_000,
  piDefaultBps: 1_000,
  deltaBps: 100,
  tighten: { stepBps: 300, driftBps: 2_000, delaySec: 300 },
  loosen: { stepBps: 150, driftBps: 800, delaySec: 600 },
  windowSec: 86_400,
  validitySec: 3_600,
  graceMinutes: 10,
  rampMinutes: 30,
  fallbackRampMinutes: 1_440,
  betaBps: 2_000,
  maxAboveOpenBps: 2_000,
  piStepBps: 100,
  active: true,
};

/** Caps that let the measured reports pass; checking them costs the same whatever they are. */
const GAS_LIMITS = {
  reportTightened: 1_000,
  reportTighteningBps: 1_000_000,
  windowTightened: 60_000,
  windowTighteningBps: 16_000_000,
  windowSec: 86_400,
  dispersionBps: 500,
  violations: 0,
  coolDownSec: 3_600,
  heldSec: 3_600,
  rootValiditySec: 3_600,
};

/** Deploys the oracle and registers the positions, each by a transaction of the source. */
export async function openOracleGround({ positions, classes }: OracleGroundOptions) {
  const { viem } = await hre.network.create("local");
  const [client, testClient] = [await viem.getPublicClient(), await viem.getTestClient()];
  const [wallet] = await viem.getWalletClients();
  if (wallet === undefined) throw new RangeError("The local network has no account.");
  const owner = wallet.account.address;
  const addresses = SIGNERS.map(({ address }) => address);
  // The creator is the manager's admin without delay.
  const { address: authority } = await viem.deployContract("PlimsollAccessManager", [owner, 86_400, 3_600]);
  const signers = await viem.deployContract("SignerRegistry", [authority, OVERLAP_SEC, addresses, THRESHOLD]);
  const engine = await viem.deployContract("RuleEngine");
  const extension = await viem.deployContract("RiskOracleExtension", [zeroHash]);
  const { address } = await viem.deployContract("RiskOracle", [
    {
      authority,
      verifier: signers.address,
      engine: engine.address,
      extension: extension.address,
      maxArrivalAgeSec: MAX_AGE_SEC,
      limits: GAS_LIMITS,
    },
  ]);
  const oracle = await viem.getContractAt("IRiskOracle", address);
  await oracle.write.setModelAllowed([BUNDLE, true]);
  await oracle.write.registerSource([owner]);
  for (let classId = 0; classId < classes; classId += 1) await oracle.write.setRiskClass([classId, GAS_CLASS]);
  for (let id = 1; id <= positions; id += 1) await oracle.write.registerPosition([BigInt(id), id % classes]);
  return { owner, oracle, client, testClient, chainId: await client.getChainId() };
}

/** Signs a report by three of the five signers, as of the newest block. */
export async function signedReport(ground: OracleGround, wish: ReportWish): Promise<SubmitArguments> {
  const { oracle, client, chainId } = ground;
  const { timestamp } = await client.getBlock();
  const entries = bytesToHex(encodeEntries(wish.ids.map((id) => entryOf(id, wish.rhoBps))));
  const report: RiskReport = {
    epoch: (await oracle.read.lastEpoch()) + 1n,
    signerSetVersion: 1,
    observedAt: Number(timestamp),
    validUntil: Number(timestamp) + MAX_AGE_SEC,
    chunkIndex: 0,
    chunkCount: 1,
    entriesHash: keccak256(entries),
    classQuantilesHash: keccak256("0x"),
    positionsRoot: zeroHash,
    bundleHash: BUNDLE,
    evidenceHash: keccak256(stringToHex("evidence")),
    dispersionBps: 10,
    ...wish.header,
  };
  const digest = reportDigest(report, { chainId, oracle: oracle.address });
  const parts = await Promise.all(SIGNERS.slice(0, THRESHOLD).map((signer) => signCompact(signer, digest)));
  const signatures: Hex = concat(parts);
  return [report, { signerBitmap: FIRST_THREE, signatures }, entries, "0x"];
}

/** Submits a report for the first `size` positions; returns the gas of its transaction. */
export async function pushReport(ground: OracleGround, size: number, rhoBps: number): Promise<number> {
  const { oracle, client, testClient, chainId } = ground;
  await testClient.mine({ blocks: 1 });
  const ids = Array.from({ length: size }, (_, index) => index + 1);
  const args = await signedReport(ground, { ids, rhoBps });
  const hash = await oracle.write.submitReport(args);
  const { logs, gasUsed } = await client.getTransactionReceipt({ hash });
  const outcomes = readOutcomes(logs, oracle.address, reportDigest(args[0], { chainId, oracle: oracle.address }));
  const applied = outcomes?.entries.filter((outcome) => !isSkip(outcome));
  if (applied?.length !== size) throw new RangeError(`${applied?.length ?? 0} of ${size} entries were applied.`);
  return Number(gasUsed);
}

function entryOf(id: number, rhoBps: number): RiskEntry {
  return { sourceIndex: 0, positionId: BigInt(id), epoch: 1, rhoBps, piBps: PI_BPS, score: SCORE };
}
