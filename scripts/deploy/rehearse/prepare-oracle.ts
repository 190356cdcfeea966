/** Brings an oracle to a moment at which an upgrade could go wrong: scores, a running ramp, a root, a held report, a history. */
import { riskHistoryAbi } from "../../../oracle/chain/abi/risk-history.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { signerRegistryAbi } from "../../../oracle/chain/abi/signer-registry.ts";
import type { RiskEntry } from "../../../oracle/domain/report.ts";
import type { DeploymentConfig } from "../deployment-config.ts";
import type { DeploymentRecord } from "../outputs.ts";
import type { ProposedCall } from "../propose/plan-changes.ts";
import type { DevelopmentChain } from "./development-chain.ts";
import { type Electorate, queueProposal } from "./pass-proposal.ts";
import { pushRehearsalPrices, type RehearsedPosition } from "./rehearsal-positions.ts";
import {
  entriesFor,
  newestRoot,
  quantilesOf,
  type RehearsalQuorum,
  type RehearsedReport,
  type ReportPlan,
  rehearsalSigners,
  signReport,
} from "./rehearsal-reports.ts";

/** What the reports left behind, for the time after the switch. */
export interface PreparedOracle {
  /** Pushed in the reports. */
  readonly tightened: readonly RehearsedPosition[];
  /** Only in the root, so that a proof of it says something new. */
  readonly proven: RehearsedPosition;
  readonly root: Awaited<ReturnType<typeof newestRoot>>;
  /** Leaves of the root's tree, in order. */
  readonly leaves: readonly RiskEntry[];
  readonly rooted: RehearsedReport;
  readonly held: RehearsedReport;
  /** Signed for the old verifier and not sent. */
  readonly inFlight: RehearsedReport;
  readonly lastEpoch: bigint;
}

/** Times of the reports before the switch, seconds: the second ramp is under way then, the held report can still be released. */
const SCORED_BEFORE_SEC = 3_000;
const TIGHTENED_BEFORE_SEC = 1_500;
const HELD_BEFORE_SEC = 600;
const IN_FLIGHT_BEFORE_SEC = 300;
/** First scores lie below the defaults, then rise. */
const FIRST_MOVE_BPS = -100;
const TIGHTEN_BPS = 200;
const HELD_BPS = 400;

/** Whose vote it is, and what was deployed. */
export interface Rotation extends Electorate {
  readonly config: DeploymentConfig;
  readonly record: DeploymentRecord;
}

/**
 * Passes a first proposal: signers whose keys the rehearsal has, a cap that its held report passes, and a history of the
 * first position.
 */
export async function takeSignatures(
  dev: DevelopmentChain,
  positions: readonly RehearsedPosition[],
  { config, record, ...electorate }: Rotation,
): Promise<RehearsalQuorum> {
  const { count, threshold } = config.operators;
  const first = firstOf(positions);
  const signers = rehearsalSigners(count);
  const reader = dev.chain.reader;
  const oracle = { address: dev.at("riskOracle"), abi: riskOracleAbi } as const;
  const live = await reader.readContract({ ...oracle, functionName: "deliveryLimits" });
  const limits = { ...live, reportTighteningBps: TIGHTEN_BPS * (positions.length - 1) };
  const registry = { target: dev.at("signerRegistry"), abi: signerRegistryAbi };
  const history = { target: dev.at("riskHistory"), abi: riskHistoryAbi };
  const calls: readonly ProposedCall[] = [
    callOf(registry, "activateSet", [signers.map(({ address }) => address), threshold]),
    callOf({ target: oracle.address, abi: riskOracleAbi }, "narrowDeliveryLimits", [limits]),
    callOf(history, "switchHistoryOf", [first.source, first.positionId, true]),
  ];
  const queued = await queueProposal(dev, calls, { ...electorate, title: "Rehearsal: signers, cap, history" });
  await dev.send(dev.deployer, queued.execution, queued.etaSec);
  const set = { address: registry.target, abi: signerRegistryAbi, functionName: "currentVersion" } as const;
  return { signers, threshold, setVersion: await reader.readContract(set), bundleHash: record.bundleHash };
}

function callOf(
  to: Pick<ProposedCall, "target" | "abi">,
  functionName: string,
  args: readonly unknown[],
): ProposedCall {
  return { ...to, functionName, args, title: functionName };
}

/** What the reports are about, and what they have to be done by. */
export interface TimeTable {
  readonly positions: readonly RehearsedPosition[];
  readonly etaSec: number;
  readonly config: DeploymentConfig;
}

/** Sends the reports on a time table that ends shortly before `etaSec`. */
export async function sendReports(
  dev: DevelopmentChain,
  quorum: RehearsalQuorum,
  { positions, etaSec, config }: TimeTable,
): Promise<PreparedOracle> {
  const oracle = { address: dev.at("riskOracle"), abi: riskOracleAbi } as const;
  const first = (await dev.chain.reader.readContract({ ...oracle, functionName: "lastEpoch" })) + 1n;
  const [tightened, proven] = [positions.slice(0, -1), firstOf(positions.slice(-1))];
  const report = async (number: bigint, beforeSec: number, plan: Omit<ReportPlan, "epoch" | "observedAt">) =>
    await signReport(dev, quorum, { epoch: first + number, observedAt: etaSec - beforeSec - 1, ...plan });

  const scores = { entries: await entriesFor(dev, positions, FIRST_MOVE_BPS), classQuantiles: quantilesOf(config) };
  const scored = await report(0n, SCORED_BEFORE_SEC, scores);
  await dev.send(dev.deployer, scored.submission, etaSec - SCORED_BEFORE_SEC);
  const { source, positionId } = firstOf(positions);
  const recordArgs = [source, positionId];
  const recordNow = { to: dev.at("riskHistory"), abi: riskHistoryAbi, functionName: "record", args: recordArgs };
  await dev.send(dev.deployer, recordNow);

  const entries = await entriesFor(dev, tightened, TIGHTEN_BPS);
  const tree = [...entries, ...(await entriesFor(dev, [proven], 0))];
  const rooted = await report(1n, TIGHTENED_BEFORE_SEC, { entries, tree });
  await dev.send(dev.deployer, rooted.submission, etaSec - TIGHTENED_BEFORE_SEC);
  const root = await newestRoot(dev);
  await dev.send(dev.deployer, recordNow);

  const held = await report(2n, HELD_BEFORE_SEC, { entries: await entriesFor(dev, tightened, HELD_BPS) });
  await dev.send(dev.deployer, held.submission, etaSec - HELD_BEFORE_SEC);

  await dev.mineAt(etaSec - IN_FLIGHT_BEFORE_SEC);
  await pushRehearsalPrices(dev, config);
  const inFlight = await report(3n, IN_FLIGHT_BEFORE_SEC, { entries: await entriesFor(dev, [proven], TIGHTEN_BPS) });
  return { tightened, proven, root, leaves: tree, rooted, held, inFlight, lastEpoch: first + 2n };
}

function firstOf(positions: readonly RehearsedPosition[]): RehearsedPosition {
  const [first] = positions;
  if (first === undefined) throw new RangeError("a deployment without markets has nothing to rehearse");
  return first;
}
