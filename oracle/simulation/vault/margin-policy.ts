/** What decides about the collateral of shorts: the one thing in which simulated vaults differ. */
import type { Maintenance } from "../../rules/risk-reading.ts";
import type { Moment } from "./market-moment.ts";
import type { PlannedShort } from "./opening-plan.ts";
import type { Short } from "./short.ts";
import type { VaultTerms } from "./vault-terms.ts";

/** A policy of one vault; it keeps what it needs to know of the shorts by the place in their plan. */
export interface MarginPolicy {
  readonly name: string;
  /** Terms of this policy's own vault; absent: those of the run. */
  readonly terms?: VaultTerms;
  /** What becomes of a planned opening: as planned, changed, or `null`: not written. Absent: all are opened as planned. */
  decide?(plan: PlannedShort, moment: Moment): PlannedShort | null;
  /** At every full hour, before anything else happens: a policy with an oracle reports here. */
  hour(moment: Moment, shorts: ReadonlyMap<number, Short>): void;
  /** Admits a new short. @returns ρ that it must meet, basis points. */
  open(plan: PlannedShort, moment: Moment): number;
  /** ρ and π in force, and the ρ of before the present drift windows, basis points. */
  maintenance(short: Short, moment: Moment): Maintenance;
  /** ρ that a withdrawal must leave, basis points. */
  initial(short: Short, moment: Moment): number;
  /** Moves the short to the class of its moneyness and tenor, where that has changed; what has no classes does nothing. */
  reclassify(short: Short, moment: Moment): void;
  /** Marks that a score of the short stands, where that is so and no mark stands yet; absent: there are no marks. */
  mark?(short: Short, moment: Moment): void;
  /** The writer took collateral out: a new epoch. */
  grew(short: Short, moment: Moment): void;
  /** The short is gone. */
  retired(short: Short): void;
}
