/** A proposal on a development chain from its sending to the last second before it may run. */
import { keccak256, parseEventLogs, stringToHex } from "viem";
import { plimsollGovernorAbi } from "../../../oracle/chain/abi/plimsoll-governor.ts";
import { plimsollTokenAbi } from "../../../oracle/chain/abi/plimsoll-token.ts";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type { DeploymentConfig } from "../deployment-config.ts";
import type { Parties } from "../parties.ts";
import type { ProposedCall } from "../propose/plan-changes.ts";
import { buildProposal, type Proposal } from "../propose/proposal.ts";
import type { ContractCall, DevelopmentChain } from "./development-chain.ts";

/** A proposal that was voted and queued. */
export interface QueuedProposal {
  /** Time from which it may run, seconds. */
  readonly etaSec: number;
  /** What anybody may call from then on. */
  readonly execution: ContractCall;
}

/** Who votes and how long it takes. */
export interface Electorate {
  readonly voter: Address;
  readonly governance: DeploymentConfig["governance"];
}

const FOR = 1;

/**
 * The holder of a deployment's own token, with all votes.
 *
 * @throws PlimsollError `REHEARSAL_NO_VOTER` where the token existed before.
 */
export async function gatherVotes(
  dev: DevelopmentChain,
  { token }: Parties,
  { governance }: DeploymentConfig,
): Promise<Electorate> {
  if (token.kind !== "new") {
    throw new PlimsollError({
      code: "REHEARSAL_NO_VOTER",
      problem: "The votes of this deployment belong to a token that it did not make.",
      remedy: "Rehearse on a network whose parties.json makes a new token.",
    });
  }
  const votes = { to: dev.at("votesToken"), abi: plimsollTokenAbi };
  await dev.send(token.holder, { ...votes, functionName: "delegate", args: [token.holder] });
  // Votes count from the second after their delegation on.
  await dev.mineAt((await dev.now()) + 2);
  return { voter: token.holder, governance };
}

/** Proposes, votes and queues through the governor, moving the clock as far as each step needs. */
export async function queueProposal(
  dev: DevelopmentChain,
  calls: readonly ProposedCall[],
  { voter, governance, title }: Electorate & { readonly title: string },
): Promise<QueuedProposal> {
  const governor = { to: dev.at("governor"), abi: plimsollGovernorAbi };
  const proposal = buildProposal(calls, title);
  const { targets, values, calldatas, description } = proposal;
  await dev.send(voter, { ...governor, functionName: "propose", args: [targets, values, calldatas, description] });
  const proposalId = await newestProposal(dev);
  await dev.mineAt((await dev.now()) + governance.votingDelaySec + 1);
  await dev.send(voter, { ...governor, functionName: "castVote", args: [proposalId, FOR] });
  await dev.mineAt((await dev.now()) + governance.votingPeriodSec + 1);
  await dev.send(voter, { ...governor, functionName: "queue", args: argumentsOf(proposal) });
  const contract = { address: governor.to, abi: plimsollGovernorAbi } as const;
  const eta = await dev.chain.reader.readContract({ ...contract, functionName: "proposalEta", args: [proposalId] });
  return { etaSec: Number(eta), execution: { ...governor, functionName: "execute", args: argumentsOf(proposal) } };
}

async function newestProposal({ chain, at }: DevelopmentChain): Promise<bigint> {
  const logs = await chain.reader.getLogs({ address: at("governor"), fromBlock: "latest" });
  const [created] = parseEventLogs({ abi: plimsollGovernorAbi, logs, eventName: "ProposalCreated" });
  if (created === undefined) throw new RangeError("the governor logged no proposal in the newest block");
  return created.args.proposalId;
}

function argumentsOf({ targets, values, calldatas, description }: Proposal): readonly unknown[] {
  return [targets, values, calldatas, keccak256(stringToHex(description))];
}
