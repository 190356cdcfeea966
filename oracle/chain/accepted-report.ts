/** The accepted report of an epoch, from the oracle's log. */
import type { Address, Hex } from "../domain/units.ts";
import { riskOracleAbi } from "./abi/risk-oracle.ts";
import type { ChainClient } from "./client.ts";

/** What the log says of a report. */
export interface AcceptedReport {
  readonly digest: Hex;
  readonly evidenceHash: Hex;
  readonly transactionHash: Hex;
}

const EVENT = riskOracleAbi.filter((item) => item.type === "event" && item.name === "ReportAccepted");

/**
 * Looks the report of an epoch up. An epoch is the number of the report's anchor block, so the log is read from there on.
 *
 * @returns `null` where none was accepted.
 */
export async function acceptedReport(
  { reader }: Pick<ChainClient, "reader">,
  oracle: Address,
  epoch: bigint,
): Promise<AcceptedReport | null> {
  const last = epoch + SPAN;
  const head = await reader.getBlockNumber();
  const range = { fromBlock: epoch, toBlock: last < head ? last : head };
  const logs = await reader.getLogs({ address: oracle, events: EVENT, strict: true, ...range });
  const found = logs.find((log) => log.eventName === "ReportAccepted" && log.args.epoch === epoch);
  if (found?.eventName !== "ReportAccepted") return null;
  const { digest, evidenceHash } = found.args;
  return { digest, evidenceHash, transactionHash: found.transactionHash };
}

/** Blocks after its anchor in which a report may arrive, 300 s, with room for fast chains and for held ones. */
const SPAN = 4_999n;
