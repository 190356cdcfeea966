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
  const isAccepted = events.some(({ eventName, args }) => eventName === "ReportAccepted" && args.digest === digest);
  if (!isAccepted) return null;
  let entries: readonly EntryOutcome[] = [];
  let classQuantiles: readonly EntryOutcome[] = [];
  for (const event of events) {
    if (event.eventName === "EntriesProcessed") entries = outcomeNames(event.args.outcomes);
    if (event.eventName === "ClassQuantilesProcessed") classQuantiles = outcomeNames(event.args.outcomes);
  }
  return { entries, classQuantiles };
}

function outcomeNames(packed: Hex): readonly EntryOutcome[] {
  return decodeOutcomes(hexToBytes(packed)).map((name, index) => {
    if (name !== null) return name;
    throw new PlimsollError({
      code: "OUTCOME_UNKNOWN",
      problem: `Outcome ${index} of ${packed} is a number that this version does not know.`,
      remedy: "Run the node version that belongs to the deployed RiskOracle.",
      context: { index, packed },
    });
  });
}
