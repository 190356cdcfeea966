/** The newest block of a chain that is believed, from an RPC that keeps up with it. */
import type { ChainClient } from "../../chain/client.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { Anchor } from "../../domain/report.ts";

/** When a block is believed. */
export interface HeadLimits {
  /** Blocks after which an event is believed. */
  readonly confirmations: number;
  /** Oldest head that an RPC in step with its chain may have, seconds. */
  readonly maxLagSec: number;
}

/**
 * The newest block that is believed.
 *
 * @throws PlimsollError `CHAIN_LAGS` where the RPC's newest block is too old, `CHAIN_TOO_SHORT`; viem's errors.
 */
export async function confirmedHead(
  chain: ChainClient,
  { confirmations, maxLagSec }: HeadLimits,
  nowSec: number,
): Promise<Anchor> {
  const head = await chain.reader.getBlock();
  const ageSec = nowSec - Number(head.timestamp);
  if (ageSec > maxLagSec) throw chainLags(chain, { ageSec, maxLagSec, blockNumber: head.number });
  const blockNumber = head.number - BigInt(confirmations);
  if (blockNumber < 0n) throw chainTooShort(chain, head.number, confirmations);
  const block = confirmations === 0 ? head : await chain.reader.getBlock({ blockNumber });
  return { blockNumber, blockHash: block.hash, timestampSec: Number(block.timestamp) };
}

function chainLags(
  { rpcUrl }: ChainClient,
  {
    ageSec,
    maxLagSec,
    blockNumber,
  }: { readonly ageSec: number; readonly maxLagSec: number; readonly blockNumber: bigint },
): PlimsollError<"CHAIN_LAGS"> {
  return new PlimsollError({
    code: "CHAIN_LAGS",
    problem: `The newest block ${blockNumber} of the RPC ${rpcUrl} is ${Math.round(ageSec)} s old, limit ${maxLagSec} s.`,
    remedy: "Use an RPC that follows its chain; if the chain itself has stopped, nothing can be read from it.",
    context: { rpcUrl, ageSec, maxLagSec, blockNumber },
  });
}

function chainTooShort({ rpcUrl }: ChainClient, blockNumber: bigint, confirmations: number) {
  return new PlimsollError({
    code: "CHAIN_TOO_SHORT",
    problem: `The chain behind ${rpcUrl} has ${blockNumber} blocks, fewer than the ${confirmations} confirmations asked for.`,
    remedy: "Wait, or lower confirmations.",
    context: { rpcUrl, blockNumber, confirmations },
  });
}
