/** Outcomes of report entries, by their number on chain; mirror of `EntryOutcome` in `contracts/types/RiskTypes.sol`. */

/** Names in the order of their numbers, which are part of the event log and never change meaning. */
export const ENTRY_OUTCOMES = [
  "APPLIED_TIGHTENED",
  "APPLIED_LOOSENED",
  "REFRESHED",
  "UNKNOWN_POSITION",
  "OLDER_OBSERVATION",
  "RHO_BELOW_FLOOR",
  "RHO_ABOVE_CEILING",
  "PI_BELOW_FLOOR",
  "PI_ABOVE_CAP",
  "LINKED_RULE",
  "TIGHTEN_STEP",
  "LOOSEN_STEP",
  "PI_STEP",
  "TIGHTEN_DELAY",
  "LOOSEN_DELAY",
  "TIGHTEN_DRIFT",
  "LOOSEN_DRIFT",
  "STALE_EPOCH",
  "SCORE_RANGE",
] as const;

/** What became of one entry of a report. */
export type EntryOutcome = (typeof ENTRY_OUTCOMES)[number];

/** The outcomes that change a word. */
export type AcceptedOutcome = "APPLIED_TIGHTENED" | "APPLIED_LOOSENED" | "REFRESHED";

/** The outcomes that leave a word as it was, each with its reason. */
export type SkipReason = Exclude<EntryOutcome, AcceptedOutcome>;

/** Whether an outcome is a skip. */
export function isSkip(outcome: EntryOutcome): outcome is SkipReason {
  return outcome !== "APPLIED_TIGHTENED" && outcome !== "APPLIED_LOOSENED" && outcome !== "REFRESHED";
}

/**
 * Outcomes from bytes with their numbers, as `submitReport` and `previewEntries` return them.
 *
 * @returns one outcome per byte; `null` for a number that this version does not know.
 */
export function decodeOutcomes(bytes: Uint8Array): readonly (EntryOutcome | null)[] {
  return Array.from(bytes, (code) => ENTRY_OUTCOMES[code] ?? null);
}
