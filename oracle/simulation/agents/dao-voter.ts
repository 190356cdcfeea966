/**
 * The DAO of a local run: one holder of votes who proposes a change of bounds, votes for it, queues it and executes it, each as
 * soon as the governor lets him. What comes next is read from the chain at every step.
 */
import { encodeFunctionData, type Hex, keccak256, stringToHex } from "viem";
import { plimsollGovernorAbi } from "../../chain/abi/plimsoll-governor.ts";
import { plimsollTokenAbi } from "../../chain/abi/plimsoll-token.ts";
import { riskOracleAbi } from "../../chain/abi/risk-oracle.ts";
import { PROPOSAL_STATES, type ProposalState } from "../../domain/governance.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { Address } from "../../domain/units.ts";
import { confirm, type LocalClient } from "./local-world.ts";

/** Contracts and account of the voter. */
export interface DaoVoterInput {
  readonly client: LocalClient;
  readonly governor: Address;
  readonly votesToken: Address;
  readonly oracle: Address;
  /** Unlocked account that holds the votes. */
  readonly holder: Address;
}

/** A change of one class's bounds that only narrows. */
export interface NarrowingChange {
  readonly classId: number;
  readonly before: RiskClass;
  readonly bounds: RiskClass;
  /** Text of the proposal. */
  readonly description: string;
}

/** Walks one proposal through. */
export interface DaoVoter {
  /** Does what can be done now. @returns what happened, for people. */
  step(): Promise<readonly string[]>;
  /** Whether the change is in force. */
  isDone(): boolean;
}

const FOR = 1;

/** Creates the voter of one change. */
export function createDaoVoter(input: DaoVoterInput, change: NarrowingChange): DaoVoter {
  const proposal = proposalOf(input, change);
  let isDone = false;
  const act = async (): Promise<string | null> => {
    const id = await idOf(input, proposal);
    const state = await stateOf(input, id);
    if (state === null) return await propose(input, proposal);
    if (state === "active") return await voteOnce(input, id);
    if (state === "succeeded") return await queue(input, proposal, id);
    if (state === "queued") return await executeWhenDue(input, proposal, id);
    isDone = state !== "pending";
    return isDone ? `proposal ${shortId(id)} is ${state}` : null;
  };
  return {
    step: async () => {
      if (isDone) return [];
      const delegated = await delegateOnce(input);
      const event = await act();
      const inForce = event?.endsWith(EXECUTED) ? [await boundsInForce(input, change)] : [];
      isDone ||= inForce.length > 0;
      return [delegated, event, ...inForce].filter((said) => said !== null);
    },
    isDone: () => isDone,
  };
}

const EXECUTED = "executed";
const ID_DIGITS = 8;

interface LocalProposal {
  readonly targets: readonly Address[];
  readonly values: readonly bigint[];
  readonly calldatas: readonly Hex[];
  readonly description: string;
}

function proposalOf({ oracle }: DaoVoterInput, { classId, bounds, description }: NarrowingChange): LocalProposal {
  const args = [classId, bounds] as const;
  const call = encodeFunctionData({ abi: riskOracleAbi, functionName: "narrowRiskClass", args });
  return { targets: [oracle], values: [0n], calldatas: [call], description };
}

/** Arguments of `queue` and `execute`. */
function hashedArguments({ targets, values, calldatas, description }: LocalProposal) {
  return [targets, values, calldatas, keccak256(stringToHex(description))] as const;
}

async function idOf({ client, governor }: DaoVoterInput, proposal: LocalProposal): Promise<bigint> {
  const contract = { address: governor, abi: plimsollGovernorAbi } as const;
  return await client.readContract({ ...contract, functionName: "hashProposal", args: hashedArguments(proposal) });
}

/** `null` for a proposal that was never made, which the governor has no state for. */
async function stateOf({ client, governor }: DaoVoterInput, id: bigint): Promise<ProposalState | null> {
  const contract = { address: governor, abi: plimsollGovernorAbi } as const;
  const snapshot = await client.readContract({ ...contract, functionName: "proposalSnapshot", args: [id] });
  if (snapshot === 0n) return null;
  return PROPOSAL_STATES[await client.readContract({ ...contract, functionName: "state", args: [id] })] ?? null;
}

/** Votes count only once they are delegated, be it to their holder. */
async function delegateOnce({ client, votesToken, holder }: DaoVoterInput): Promise<string | null> {
  const token = { address: votesToken, abi: plimsollTokenAbi } as const;
  if ((await client.readContract({ ...token, functionName: "getVotes", args: [holder] })) > 0n) return null;
  const call = { ...token, functionName: "delegate", args: [holder], account: holder } as const;
  await confirm(client, await client.writeContract(call), "delegate votes");
  return "DAO: votes delegated";
}

async function propose({ client, governor, holder }: DaoVoterInput, proposal: LocalProposal): Promise<string> {
  const { targets, values, calldatas, description } = proposal;
  const args = [targets, values, calldatas, description] as const;
  const call = { address: governor, abi: plimsollGovernorAbi, functionName: "propose", args, account: holder } as const;
  await confirm(client, await client.writeContract(call), "propose");
  return `DAO: proposed "${description}"`;
}

async function voteOnce({ client, governor, holder }: DaoVoterInput, id: bigint): Promise<string | null> {
  const contract = { address: governor, abi: plimsollGovernorAbi } as const;
  if (await client.readContract({ ...contract, functionName: "hasVoted", args: [id, holder] })) return null;
  const call = { ...contract, functionName: "castVote", args: [id, FOR], account: holder } as const;
  await confirm(client, await client.writeContract(call), "vote");
  return `DAO: voted for proposal ${shortId(id)}`;
}

async function queue({ client, governor, holder }: DaoVoterInput, proposal: LocalProposal, id: bigint) {
  const contract = { address: governor, abi: plimsollGovernorAbi } as const;
  const call = { ...contract, functionName: "queue", args: hashedArguments(proposal), account: holder } as const;
  await confirm(client, await client.writeContract(call), "queue a proposal");
  const eta = await client.readContract({ ...contract, functionName: "proposalEta", args: [id] });
  const { timestamp } = await client.getBlock();
  return `DAO: proposal ${shortId(id)} succeeded, queued; the timelock holds it for ${Number(eta) - Number(timestamp)} s`;
}

async function executeWhenDue({ client, governor, holder }: DaoVoterInput, proposal: LocalProposal, id: bigint) {
  const contract = { address: governor, abi: plimsollGovernorAbi } as const;
  const eta = await client.readContract({ ...contract, functionName: "proposalEta", args: [id] });
  const { timestamp } = await client.getBlock();
  if (timestamp < BigInt(eta)) return null;
  const call = { ...contract, functionName: "execute", args: hashedArguments(proposal), account: holder } as const;
  await confirm(client, await client.writeContract(call), "execute a proposal");
  return `DAO: proposal ${shortId(id)} ${EXECUTED}`;
}

/** The parameter as the oracle has it now, beside what it was. */
async function boundsInForce({ client, oracle }: DaoVoterInput, { classId, before }: NarrowingChange): Promise<string> {
  const contract = { address: oracle, abi: riskOracleAbi } as const;
  const { rhoFloorBps } = await client.readContract({ ...contract, functionName: "riskClass", args: [classId] });
  return `DAO: class ${classId} moved: ρ floor ${before.rhoFloorBps} → ${rhoFloorBps} bps`;
}

function shortId(id: bigint): string {
  return `${id.toString().slice(0, ID_DIGITS)}…`;
}
