/** Looks again and again what the DAO decides: bounds in force, proposals, their effect on live positions. */

import type { Logger } from "pino";
import { formatUnits } from "viem";
import { plimsollGovernorAbi } from "../../chain/abi/plimsoll-governor.ts";
import { riskOracleAbi } from "../../chain/abi/risk-oracle.ts";
import type { ChainClient } from "../../chain/client.ts";
import type { OracleReader } from "../../chain/oracle-reader.ts";
import { createProposalLog, type LoggedProposal } from "../../chain/proposal-log.ts";
import {
  type GovernanceReport,
  PROPOSAL_STATES,
  type ProposalCall,
  type ProposalEffect,
  type ProposalRow,
  type ProposalState,
} from "../../domain/governance.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { Address, Hex } from "../../domain/units.ts";
import { effectOf, type MovedPosition } from "../../rules/change-effect.ts";
import { createKeyQueue } from "../../submission/key-queue.ts";
import { type LiveState, readLiveState } from "./live-positions.ts";
import { changesOf, classCallOf, functionNameOf } from "./proposal-calls.ts";

/** What a watch works with. */
export interface GovernanceWatchOptions {
  readonly chain: ChainClient;
  readonly reader: Pick<OracleReader, "anchor" | "configDigest" | "riskClasses">;
  /** Addresses by name; `governor`, and those of {@link readLiveState}. */
  readonly at: (name: string) => Address;
  /** First block of the governor. */
  readonly fromBlock: bigint;
  /** Told what a look has found. */
  readonly show: (report: GovernanceReport) => void;
  readonly logger: Pick<Logger, "warn">;
}

/** A watch; it looks only when it is asked to. */
export interface GovernanceWatch {
  /** Looks at the newest block; what cannot be read is logged, and what was known stays, with its time. */
  look(): Promise<void>;
}

const UNDECIDED: readonly ProposalState[] = ["pending", "active", "succeeded", "queued"];
const WAD_DECIMALS = 18;

/** Creates a watch. Looks that are asked for at the same time run one after the other. */
export function createGovernanceWatch(options: GovernanceWatchOptions): GovernanceWatch {
  const order = createKeyQueue();
  const log = createProposalLog({ ...options, governor: options.at("governor") });
  let seenBlock: bigint | null = null;
  let bounds: { readonly digest: Hex; readonly classes: ReadonlyMap<number, RiskClass> } | null = null;
  let isFailing = false;
  const look = async (): Promise<void> => {
    const head = await options.reader.anchor();
    if (head.blockNumber === seenBlock) return;
    const digest = await options.reader.configDigest(head);
    // The digest covers the version of the bounds: while it stays, so do they.
    if (bounds?.digest !== digest) bounds = { digest, classes: await options.reader.riskClasses(head) };
    const { classes } = bounds;
    const known = { classes, nowSec: head.timestampSec, proposals: await log.readTo(head) };
    const proposals = await readProposals(options, known);
    seenBlock = head.blockNumber;
    options.show({
      atSec: head.timestampSec,
      blockNumber: head.blockNumber.toString(),
      governor: options.at("governor"),
      classes: [...classes].map(([classId, riskClass]) => ({ classId, bounds: riskClass })),
      proposals: proposals.toReversed(),
    });
  };
  return {
    look: async () =>
      await order.run(async () => {
        try {
          await look();
          isFailing = false;
        } catch (err) {
          if (!isFailing) options.logger.warn({ err }, "the DAO cannot be read; trying again");
          isFailing = true;
        }
      }),
  };
}

interface Known {
  readonly classes: ReadonlyMap<number, RiskClass>;
  readonly nowSec: number;
  readonly proposals: readonly LoggedProposal[];
}

async function readProposals(options: GovernanceWatchOptions, known: Known) {
  const rows: ProposalRow[] = [];
  let live: LiveState | null = null;
  for (const proposal of known.proposals) {
    const row = await readProposal(options, proposal, known);
    if (!UNDECIDED.includes(row.state) || row.calls.every(({ classId }) => classId === null)) {
      rows.push(row);
      continue;
    }
    // Read only where somebody waits for it: it asks for every position.
    live ??= await readLiveState(options.chain, options.at);
    rows.push({ ...row, effect: effectOn(live, proposal) });
  }
  return rows;
}

async function readProposal(
  { chain, at }: GovernanceWatchOptions,
  proposal: LoggedProposal,
  { classes, nowSec }: Known,
): Promise<ProposalRow> {
  const governor = { address: at("governor"), abi: plimsollGovernorAbi } as const;
  const args = [proposal.id] as const;
  const read = chain.reader;
  const [state, start, end, eta, [against, inFavour, abstain]] = await Promise.all([
    read.readContract({ ...governor, functionName: "state", args }),
    read.readContract({ ...governor, functionName: "proposalSnapshot", args }),
    read.readContract({ ...governor, functionName: "proposalDeadline", args }),
    read.readContract({ ...governor, functionName: "proposalEta", args }),
    read.readContract({ ...governor, functionName: "proposalVotes", args }),
  ]);
  const name = PROPOSAL_STATES[state] ?? "pending";
  // Before the snapshot there is no supply to take a share of, be the proposal cancelled meanwhile.
  const isStarted = Number(start) < nowSec;
  const quorum = isStarted ? await read.readContract({ ...governor, functionName: "quorum", args: [start] }) : null;
  return {
    id: proposal.id.toString(),
    proposer: proposal.proposer,
    description: proposal.description,
    state: name,
    createdAtSec: proposal.createdAtSec,
    voteStartSec: Number(start),
    voteEndSec: Number(end),
    executableAtSec: eta === 0n ? null : Number(eta),
    executedAtSec: proposal.executed?.atSec ?? null,
    executedIn: proposal.executed?.transactionHash ?? null,
    votes: { for: tokens(inFavour), against: tokens(against), abstain: tokens(abstain) },
    quorum: quorum === null ? null : tokens(quorum),
    calls: await Promise.all(proposal.targets.map((_, index) => readCall({ chain, at }, proposal, { index, classes }))),
    effect: null,
  };
}

async function readCall(
  { chain, at }: Pick<GovernanceWatchOptions, "chain" | "at">,
  proposal: LoggedProposal,
  { index, classes }: { readonly index: number; readonly classes: ReadonlyMap<number, RiskClass> },
): Promise<ProposalCall> {
  const target = proposal.targets[index] ?? at("governor");
  const calldata = proposal.calldatas[index] ?? "0x";
  const call = target.toLowerCase() === at("riskOracle").toLowerCase() ? classCallOf(calldata) : null;
  const shown = { target, functionName: functionNameOf(calldata), calldata, classId: call?.classId ?? null };
  if (call === null) return { ...shown, changes: [] };
  const { executed } = proposal;
  const before =
    executed === null
      ? (classes.get(call.classId) ?? null)
      : await boundsBefore({ chain, at }, call.classId, executed.blockNumber);
  return { ...shown, changes: changesOf(before, call.bounds) };
}

/** Bounds one block before an execution; the class's own of then, also where later proposals changed it again. */
async function boundsBefore(
  { chain, at }: Pick<GovernanceWatchOptions, "chain" | "at">,
  classId: number,
  executedBlock: bigint,
): Promise<RiskClass> {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const blockNumber = executedBlock - 1n;
  return await chain.reader.readContract({ ...oracle, functionName: "riskClass", args: [classId], blockNumber });
}

function effectOn({ positions, classes, anchor, unpriced }: LiveState, { calldatas }: LoggedProposal): ProposalEffect {
  const after = new Map(classes);
  for (const calldata of calldatas) {
    const call = classCallOf(calldata);
    if (call !== null) after.set(call.classId, call.bounds);
  }
  const effect = effectOf(positions, { before: classes, after }, anchor.timestampSec);
  return {
    atSec: effect.atSec,
    positions: effect.positions,
    moved: effect.moved.map(toMove),
    newlyUnhealthy: effect.newlyUnhealthy.length,
    unpriced: unpriced.length,
  };
}

function toMove({ id, owner, classId, rhoBeforeBps, rhoAfterBps, healthBeforeWad, healthAfterWad }: MovedPosition) {
  const health = { healthBefore: tokens(healthBeforeWad), healthAfter: tokens(healthAfterWad) };
  return { positionId: id.toString(), owner, classId, rhoBeforeBps, rhoAfterBps, ...health };
}

function tokens(wad: bigint): number {
  return Number(formatUnits(wad, WAD_DECIMALS));
}
