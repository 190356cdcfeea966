/** Reports of a rehearsal: real entries, real signatures of its own signers, sent like any other. */
import { bytesToHex, type Hex, keccak256, parseEventLogs, stringToHex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import type { MerkleTree } from "../../../oracle/chain/merkle-tree.ts";
import { buildPositionTree } from "../../../oracle/chain/position-tree.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import type { QuorumReport, RiskEntry, RiskReport } from "../../../oracle/domain/report.ts";
import type { ClassQuantile } from "../../../oracle/domain/score.ts";
import { encodeClassQuantiles, encodeEntries } from "../../../oracle/rules/report-codec.ts";
import { submitArguments } from "../../../oracle/submission/encode.ts";
import { classesOf, type DeploymentConfig } from "../deployment-config.ts";
import type { ContractCall, DevelopmentChain } from "./development-chain.ts";
import type { RehearsedPosition } from "./rehearsal-positions.ts";

/** Operators' keys of a rehearsal; known to everybody, and never worth anything outside it. */
export function rehearsalSigners(count: number) {
  return Array.from({ length: count }, (_, index) =>
    privateKeyToAccount(keccak256(stringToHex(`plimsoll rehearsal signer ${index}`))),
  );
}

/** Who signs, and for which set. */
export interface RehearsalQuorum {
  readonly signers: ReturnType<typeof rehearsalSigners>;
  readonly threshold: number;
  readonly setVersion: number;
  readonly bundleHash: Hex;
}

/** What a report says. */
export interface ReportPlan {
  readonly epoch: bigint;
  readonly observedAt: number;
  readonly entries: readonly RiskEntry[];
  readonly classQuantiles?: readonly ClassQuantile[];
  /** Entries of the tree whose root the report carries. */
  readonly tree?: readonly RiskEntry[];
}

/** A signed report, and the tree behind its root. */
export interface RehearsedReport {
  readonly quorum: QuorumReport;
  /** `submitReport` with it. */
  readonly submission: ContractCall;
  /** `releaseHeld` with it. */
  readonly release: ContractCall;
  readonly tree: MerkleTree | null;
}

const LIFE_SEC = 3_600;
/** Score of every entry: a probability of 1 %. */
const SCORE = 200;

/** Makes and signs a report. */
export async function signReport(
  { chain, at }: DevelopmentChain,
  { signers, threshold, setVersion, bundleHash }: RehearsalQuorum,
  { epoch, observedAt, entries, classQuantiles = [], tree: leaves = [] }: ReportPlan,
): Promise<RehearsedReport> {
  const tree = leaves.length === 0 ? null : buildPositionTree(epoch, leaves);
  const [packed, quantiles] = [bytesToHex(encodeEntries(entries)), bytesToHex(encodeClassQuantiles(classQuantiles))];
  const report: RiskReport = {
    ...{ epoch, signerSetVersion: setVersion, observedAt, validUntil: observedAt + LIFE_SEC },
    ...{ chunkIndex: 0, chunkCount: 1, entriesHash: keccak256(packed), classQuantilesHash: keccak256(quantiles) },
    ...{ positionsRoot: tree?.root ?? zeroHash, bundleHash, evidenceHash: zeroHash, dispersionBps: 0 },
  };
  const digest = reportDigest(report, { chainId: chain.chainId, oracle: at("riskOracle") });
  const slot = { configDigest: zeroHash, epoch };
  const attestations = await Promise.all(
    signers.slice(0, threshold).map(async (signer) => {
      return { slot, digest, operator: signer.address, signature: await signCompact(signer, digest) };
    }),
  );
  const quorum = {
    bundle: { report, entries, classQuantiles, leftOut: [], leftOutQuantiles: [], evidence: [] },
    digest,
    attestations,
  };
  const oracle = { to: at("riskOracle"), abi: riskOracleAbi };
  const args = submitArguments(
    quorum,
    signers.map(({ address }) => address),
  );
  return {
    quorum,
    tree,
    submission: { ...oracle, functionName: "submitReport", args },
    release: { ...oracle, functionName: "releaseHeld", args: [report, packed, quantiles] },
  };
}

/** Positions as they stand, each ρ moved by `moveBps` of its target. */
export async function entriesFor(
  { chain, at }: DevelopmentChain,
  positions: readonly RehearsedPosition[],
  moveBps: number,
): Promise<readonly RiskEntry[]> {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi, functionName: "getParams" } as const;
  return await Promise.all(
    positions.map(async ({ source, sourceIndex, positionId }) => {
      const params = await chain.reader.readContract({ ...oracle, args: [source, positionId] });
      const { epoch, rhoTargetBps, piBps } = params;
      return { sourceIndex, positionId, epoch, rhoBps: rhoTargetBps + moveBps, piBps, score: SCORE };
    }),
  );
}

/** Quantiles of every configured class: its defaults. */
export function quantilesOf(config: DeploymentConfig): readonly ClassQuantile[] {
  const classes = config.markets.flatMap((_, index) => classesOf(config, index + 1));
  return classes
    .map(({ classId, riskClass }) => ({ classId, rhoBps: riskClass.rhoDefaultBps, piBps: riskClass.piDefaultBps }))
    .sort((left, right) => left.classId - right.classId);
}

/** Header of the newest root, from the log of the block that published it. */
export async function newestRoot({ chain, at }: DevelopmentChain) {
  const logs = await chain.reader.getLogs({ address: at("riskOracle"), fromBlock: "latest" });
  const [published] = parseEventLogs({ abi: riskOracleAbi, logs, eventName: "RootPublished" });
  if (published === undefined) throw new RangeError("the newest block published no root");
  const { epoch, observedAt, expiresAt, place } = published.args;
  return { epoch, observedAt, expiresAt, place };
}
