/** A proposal of the governor: built, shown with its delay and its effect, sent. */
import { type Account, encodeFunctionData, keccak256, stringToHex } from "viem";
import { plimsollAccessManagerAbi } from "../../../oracle/chain/abi/plimsoll-access-manager.ts";
import { plimsollGovernorAbi } from "../../../oracle/chain/abi/plimsoll-governor.ts";
import type { ChainClient } from "../../../oracle/chain/client.ts";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import type { Address, Hex } from "../../../oracle/domain/units.ts";
import type { LiveState } from "../../../oracle/pipeline/governance/live-positions.ts";
import { type ChangeEffect, effectOf } from "../../../oracle/rules/change-effect.ts";
import type { VerificationRun } from "../verify/context.ts";
import type { ProposedCall } from "./plan-changes.ts";

/** Arguments of `PlimsollGovernor.propose`. */
export interface Proposal {
  readonly targets: readonly Address[];
  readonly values: readonly bigint[];
  readonly calldatas: readonly Hex[];
  readonly description: string;
}

/** What readers should see before a vote begins. */
export interface ProposalPreview {
  readonly proposal: Proposal;
  readonly proposalId: bigint;
  /** Wait between vote and execution, seconds. */
  readonly delaySec: number;
  readonly calls: readonly { readonly title: string; readonly functionName: string; readonly delaySec: number }[];
  /** With the scores of now. */
  readonly now: ChangeEffect;
  /** Were reports to stop: every score stale and every fallback ramp over. */
  readonly stale: ChangeEffect;
  /** Positions whose market has no valid price now: their effect is unknown. */
  readonly unpriced: readonly bigint[];
}

const MINUTE_SEC = 60;

/**
 * Encodes calls as a proposal.
 *
 * @throws PlimsollError `PROPOSAL_EMPTY` when there is nothing to propose.
 */
export function buildProposal(calls: readonly ProposedCall[], description: string): Proposal {
  if (calls.length === 0) {
    throw new PlimsollError({
      code: "PROPOSAL_EMPTY",
      problem: "Nothing differs from what the chain has.",
      remedy:
        "Change the configuration given with --config, or name a change with --class, --call, --engine or --verifier.",
    });
  }
  return {
    targets: calls.map(({ target }) => target),
    values: calls.map(() => 0n),
    calldatas: calls.map(({ abi, functionName, args }) => encodeFunctionData({ abi, functionName, args: [...args] })),
    description,
  };
}

/** Where a proposal goes, and the state that it would change. */
export interface PreviewInput {
  readonly chain: ChainClient;
  readonly at: VerificationRun["at"];
  readonly state: LiveState;
}

/** Computes id, delays and the effect on live positions. */
export async function previewProposal(
  calls: readonly ProposedCall[],
  description: string,
  { chain, at, state }: PreviewInput,
): Promise<ProposalPreview> {
  const proposal = buildProposal(calls, description);
  const { targets, values, calldatas } = proposal;
  const proposalId = await chain.reader.readContract({
    address: at("governor"),
    abi: plimsollGovernorAbi,
    functionName: "hashProposal",
    args: [targets, values, calldatas, keccak256(stringToHex(description))],
  });
  const delays = await Promise.all(targets.map((target, index) => delayOf({ chain, at }, target, calldatas[index])));
  const change = { before: state.classes, after: classesAfter(state.classes, calls) };
  const nowSec = state.anchor.timestampSec;
  return {
    proposal,
    proposalId,
    delaySec: Math.max(...delays),
    calls: calls.map(({ title, functionName }, index) => ({ title, functionName, delaySec: delays[index] ?? 0 })),
    now: effectOf(state.positions, change, nowSec),
    stale: effectOf(state.positions, change, nowSec + longestSilence(change)),
    unpriced: state.unpriced,
  };
}

/** As the governor counts: the manager's delay, or the long one for calls that do not pass through it. */
async function delayOf({ chain, at }: Omit<PreviewInput, "state">, target: Address, data: Hex = "0x"): Promise<number> {
  const selector: Hex = `0x${data.slice(2, 10)}`;
  const manager = { address: at("accessManager"), abi: plimsollAccessManagerAbi } as const;
  const governor = { address: at("governor"), abi: plimsollGovernorAbi } as const;
  const args = [target, selector] as const;
  const ignored = await chain.reader.readContract({ ...governor, functionName: "isAccessManagerIgnored", args });
  if (ignored) return await chain.reader.readContract({ ...manager, functionName: "MIN_WIDENING_DELAY_SEC" });
  if (target.toLowerCase() === manager.address.toLowerCase()) {
    const adminArgs = [0n, governor.address] as const;
    const [, adminDelaySec] = await chain.reader.readContract({ ...manager, functionName: "hasRole", args: adminArgs });
    return adminDelaySec;
  }
  const callArgs = [governor.address, target, selector] as const;
  const [immediate, delaySec] = await chain.reader.readContract({
    ...manager,
    functionName: "canCall",
    args: callArgs,
  });
  if (immediate || delaySec > 0) return delaySec;
  throw new PlimsollError({
    code: "PROPOSAL_NOT_PERMITTED",
    problem: `The governor may not call ${selector} of ${target}: it was given up for ever, or the contract is closed.`,
    remedy: "Leave the call out.",
    context: { target, selector },
  });
}

function classesAfter(
  classes: ReadonlyMap<number, RiskClass>,
  calls: readonly ProposedCall[],
): ReadonlyMap<number, RiskClass> {
  const after = new Map(classes);
  for (const { newClass } of calls) if (newClass !== undefined) after.set(newClass.classId, newClass.riskClass);
  return after;
}

/** After this long without a report every value stands at its class default. */
function longestSilence(change: { readonly after: ReadonlyMap<number, RiskClass> }): number {
  const silences = [...change.after.values()].map(
    ({ validitySec, fallbackRampMinutes }) => validitySec + fallbackRampMinutes * MINUTE_SEC,
  );
  return Math.max(0, ...silences);
}

/** Sends a proposal and waits until it is mined; returns the transaction. */
export async function sendProposal(
  { chain, at }: Pick<PreviewInput, "chain" | "at">,
  { targets, values, calldatas, description }: Proposal,
  proposer: Account,
): Promise<Hex> {
  const hash = await chain.signer(proposer).writeContract({
    address: at("governor"),
    abi: plimsollGovernorAbi,
    functionName: "propose",
    args: [targets, values, calldatas, description],
  });
  const { status } = await chain.reader.waitForTransactionReceipt({ hash });
  if (status === "success") return hash;
  throw new PlimsollError({
    code: "PROPOSAL_REVERTED",
    problem: `The governor refused the proposal in transaction ${hash}.`,
    remedy: "Check that the proposer's votes reach the threshold and that the same proposal was not made before.",
    context: { hash },
  });
}
