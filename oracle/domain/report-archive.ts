/** Reports of the past as a node keeps them: whole, with signatures, so that others can check what was signed. */
import type { QuorumReport, RiskEntry } from "./report.ts";
import type { Address, Hex } from "./units.ts";
import type { ReportRow } from "./view.ts";

/** A moment of the past: an observation time, or a block. */
export type AsOf =
  | { readonly kind: "time"; readonly atSec: number }
  | { readonly kind: "block"; readonly blockNumber: bigint };

/** A report with the entry of one position, and what the chain did with it. */
export interface ProvenEntry {
  readonly quorum: QuorumReport;
  readonly entry: RiskEntry;
  /** E.g. `APPLIED_TIGHTENED`. */
  readonly outcome: string;
  readonly transactionHash: Hex;
  readonly blockNumber: bigint;
  /** Whether the transaction is too deep to be reorganised away. */
  readonly isFinal: boolean;
}

/** Where reports are valid: what their signatures are bound to. */
export interface ArchivePlace {
  readonly chainId: number;
  readonly oracle: Address;
}

/** Reads what is kept. */
export interface ReportArchive {
  readonly place: ArchivePlace;
  /** The newest applied entry of a position, as of a moment or of now; `null` where none was applied. */
  newestEntry(sourceIndex: number, positionId: bigint, asOf: AsOf | null): Promise<ProvenEntry | null>;
  /** Reports as of a moment, the newest first. */
  reports(asOf: AsOf, limit: number): Promise<readonly ReportRow[]>;
}
