/** What an RPC may be held to without another one: logs are those that were asked for, in their order. */
import { PlimsollError } from "../../domain/errors.ts";
import type { Address, Hex } from "../../domain/units.ts";
import type { BlockRange } from "./log-ranges.ts";

/** Where a log stands. */
export interface LogPlace {
  readonly address: Address;
  readonly blockNumber: bigint | null;
  readonly logIndex: number | null;
  readonly transactionHash?: Hex | null;
  readonly removed?: boolean;
}

/**
 * Logs as they came, once they are known to be of these addresses and blocks, each later than the one before.
 *
 * @throws PlimsollError `LOGS_INCONSISTENT`.
 */
export function checkedLogs<Log extends LogPlace>(
  logs: readonly Log[],
  { addresses, range }: { readonly addresses: readonly Address[]; readonly range: BlockRange },
): readonly Log[] {
  const wanted = new Set(addresses.map((address) => address.toLowerCase()));
  let [block, index] = [range.from, -1];
  for (const log of logs) {
    const { address, blockNumber, logIndex } = log;
    if (!wanted.has(address.toLowerCase())) throw inconsistent(log, range, "of another address");
    if (log.removed === true || blockNumber === null || logIndex === null)
      throw inconsistent(log, range, "of no block of the chain");
    if (blockNumber < range.from || blockNumber > range.to) throw inconsistent(log, range, "of a block not asked for");
    const isLater = blockNumber > block || (blockNumber === block && logIndex > index);
    if (!isLater) throw inconsistent(log, range, "out of order");
    [block, index] = [blockNumber, logIndex];
  }
  return logs;
}

/** The error for an answer that contradicts another answer of the same RPC, or the question. */
export function logsInconsistent(detail: string): PlimsollError<"LOGS_INCONSISTENT"> {
  return new PlimsollError({
    code: "LOGS_INCONSISTENT",
    problem: `The RPC's answers contradict each other: ${detail}.`,
    remedy: "Nothing of this look is used. If it stays so, use another RPC.",
    context: { detail },
  });
}

function inconsistent({ address, blockNumber }: LogPlace, { from, to }: BlockRange, fault: string) {
  return logsInconsistent(`a log of ${address} in block ${blockNumber}, asked for ${from} to ${to}, is ${fault}`);
}
