/** Reads what a report did from the events of its transaction. */
import { hexToBytes, type Log, parseEventLogs } from "viem";
import { riskOracleAbi } from "../chain/abi/risk-oracle.ts";
import { PlimsollError } from "../domain/errors.ts";
import type { Address, Hex } from "../domain/units.ts";
import { decodeOutcomes, type EntryOutcome } from "../rules/entry-outcome.ts";

/** Outcomes of one accepted report. */
export interface ReportOutcomes {
  /** One name per entry, in the order of the report. */
  readonly entries: readonly EntryOutcome[];
  /** One name per class quantile, in the order of the report. */
  readonly classQuantiles: readonly EntryOutcome[];
}

/**
 * Outcomes of the report with `digest`, or `null` when the logs do not show that this report was accepted.
 *
 * @throws PlimsollError `OUTCOME_UNKNOWN` for an outcome of a newer contract.
 */
export function readOutcomes(logs: readonly Log[], oracle: Address, digest: Hex): ReportOutcomes | null {
  const ours = logs.filter(({ address }) => address.toLowerCase() === oracle.toLowerCase());
  const events = parseEventLogs({ abi: riskOracleAbi, logs: [...ours] });
  const accepted = events.findIndex((event) => event.eventName === "ReportAccepted" && event.args.digest === digest);
  if (accepted < 0) return null;
  const entries: EntryOutcome[] = [];
  let classQuantiles: readonly EntryOutcome[] = [];
  for (const event of events.slice(accepted + 1)) {
    // One transaction may carry several reports; the next one's entries follow its own acceptance.
    if (event.eventName === "ReportAccepted") break;
    if (event.eventName === "EntrySkipped") entries.push(outcomeName(event.args.outcome));
    if (event.eventName === "EntryTightened") entries.push("APPLIED_TIGHTENED");
    if (event.eventName === "EntryLoosened") entries.push("APPLIED_LOOSENED");
    if (event.eventName === "EntryRefreshed") entries.push("REFRESHED");
    if (event.eventName === "ClassQuantilesProcessed")
      classQuantiles = [...hexToBytes(event.args.outcomes)].map(outcomeName);
  }
  return { entries, classQuantiles };
}

function outcomeName(code: number): EntryOutcome {
  const [name] = decodeOutcomes(Uint8Array.of(code));
  if (name !== undefined && name !== null) return name;
  throw new PlimsollError({
    code: "OUTCOME_UNKNOWN",
    problem: `Outcome ${code} is a number that this version does not know.`,
    remedy: "Run the node version that belongs to the deployed rule engine.",
    context: { code },
  });
}
