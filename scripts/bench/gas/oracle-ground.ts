/** A RiskOracle with five signers, threshold three, on an in-process chain: what gas of reports and reads is measured on. */
import hre from "hardhat";
import { bytesToHex, concat, type Hex, keccak256, numberToHex, stringToHex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import type { RiskEntry, RiskReport } from "../../../oracle/domain/report.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { encodeEntries } from "../../../oracle/rules/report-codec.ts";
import type { SubmitArguments } from "../../../oracle/submission/encode.ts";

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

/** Deploys the oracle and registers the positions, each by a transaction of the source. */
export async function openOracleGround({ positions, classes }: OracleGroundOptions) {
  const { viem } = await hre.network.create("local");
  const [client, testClient] = [await viem.getPublicClient(), await viem.getTestClient()];
  const [wallet] = await viem.getWalletClients();
  if (wallet === undefined) throw new RangeError("The local network has no account.");
  const owner = wallet.account.address;
  const addresses = SIGNERS.map(({ address }) => address);
  const signers = await viem.deployContract("SignerRegistry", [owner, owner, OVERLAP_SEC, addresses, THRESHOLD]);
  const engine = await viem.deployContract("RuleEngine");
  const models = await viem.deployContract("ModelRegistry", [owner]);
  const oracle = await viem.deployContract("RiskOracle", [
    {
      owner,
      verifier: signers.address,
      engine: engine.address,
      models: models.address,
      deploymentSalt: zeroHash,
      maxArrivalAgeSec: MAX_AGE_SEC,
    },
  ]);
  await models.write.setAllowed([BUNDLE, true]);
  await oracle.write.registerSource([owner]);
  for (let classId = 0; classId < classes; classId += 1) await oracle.write.setRiskClass([classId, GAS_CLASS]);
  for (let id = 1; id <= positions; id += 1) await oracle.write.registerPosition([BigInt(id), id % classes]);
  const { address: probe } = await viem.deployContract("ReadProbe");
  const request = async (method: string, params: readonly unknown[]): Promise<unknown> =>
    await client.transport.request({ method, params });
  return { owner, oracle, probe, client, testClient, request, chainId: await client.getChainId() };
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

function entryOf(id: number, rhoBps: number): RiskEntry {
  return { sourceIndex: 0, positionId: BigInt(id), epoch: 1, rhoBps, piBps: PI_BPS, score: SCORE };
}
