/** Proposals of the governor, read from its log: what was proposed, queued, executed and cancelled. */
import { getAddress } from "viem";
import type { Anchor } from "../domain/report.ts";
import type { Address, Hex } from "../domain/units.ts";
import { plimsollGovernorAbi } from "./abi/plimsoll-governor.ts";
import type { ChainClient } from "./client.ts";
import { followBlocks } from "./follow-blocks.ts";

/** A proposal as its events tell it. */
export interface LoggedProposal {
  readonly id: bigint;
  readonly proposer: Address;
  readonly description: string;
  readonly targets: readonly Address[];
  readonly calldatas: readonly Hex[];
  readonly createdAtSec: number;
  /** Block, time and transaction of the execution; `null` while there is none. */
  readonly executed: { readonly blockNumber: bigint; readonly atSec: number; readonly transactionHash: Hex } | null;
}

/** Follows the log. */
export interface ProposalLog {
  /** Proposals as of a block, the oldest first; rejects with viem's error when the RPC fails, and may be asked again. */
  readTo(head: Anchor): Promise<readonly LoggedProposal[]>;
}

/** What is followed. */
export interface ProposalLogOptions {
  readonly chain: ChainClient;
  readonly governor: Address;
  /** First block of the governor. */
  readonly fromBlock: bigint;
}

type ProposalEvent = { readonly blockNumber: bigint; readonly atSec: number; readonly id: bigint } & (
  | { readonly kind: "created"; readonly proposal: Omit<LoggedProposal, "executed" | "createdAtSec"> }
  | { readonly kind: "executed"; readonly transactionHash: Hex }
);

const WATCHED = plimsollGovernorAbi.filter(
  (item) => item.type === "event" && (item.name === "ProposalCreated" || item.name === "ProposalExecuted"),
);

/** Creates a follower that has seen nothing yet. Calls must not overlap. */
export function createProposalLog(options: ProposalLogOptions): ProposalLog {
  const follower = followBlocks<ProposalEvent>({
    fromBlock: options.fromBlock,
    readRange: (from, to) => readRange(options, from, to),
  });
  return { readTo: async (head) => foldEvents(await follower.readTo(head)) };
}

async function readRange({ chain, governor }: ProposalLogOptions, fromBlock: bigint, toBlock: bigint) {
  const logs = await chain.reader.getLogs({ address: governor, events: WATCHED, fromBlock, toBlock, strict: true });
  return await Promise.all(
    logs.map(async (log): Promise<ProposalEvent> => {
      const { timestamp } = await chain.reader.getBlock({ blockNumber: log.blockNumber });
      const place = { blockNumber: log.blockNumber, atSec: Number(timestamp), id: log.args.proposalId };
      if (log.eventName === "ProposalExecuted")
        return { ...place, kind: "executed", transactionHash: log.transactionHash };
      const { proposalId: id, description, targets, calldatas, proposer } = log.args;
      const shown = {
        id,
        description,
        proposer: getAddress(proposer),
        targets: [...targets],
        calldatas: [...calldatas],
      };
      return { ...place, kind: "created", proposal: shown };
    }),
  );
}

function foldEvents(events: readonly ProposalEvent[]): readonly LoggedProposal[] {
  const proposals = new Map<bigint, LoggedProposal>();
  for (const event of events) {
    const { id, atSec, blockNumber } = event;
    if (event.kind === "created") proposals.set(id, { ...event.proposal, createdAtSec: atSec, executed: null });
    const known = proposals.get(id);
    if (event.kind === "executed" && known !== undefined) {
      proposals.set(id, { ...known, executed: { blockNumber, atSec, transactionHash: event.transactionHash } });
    }
  }
  return [...proposals.values()];
}
