/** A kept report with the transaction that is watched, read back from the store. */
import { z } from "zod";
import type { QuorumReport, RoundSlot } from "../../domain/report.ts";
import type { Hex } from "../../domain/units.ts";
import type { KeptReport } from "../../platform/database/report-rows.ts";
import { decodeQuorum } from "../quorum-codec.ts";
import { slotOf } from "./report-fate.ts";

/** A report whose transaction is, or was, in a block or on its way. */
export interface WatchedReport {
  readonly quorum: QuorumReport;
  readonly slot: RoundSlot;
  readonly state: KeptReport["state"];
  readonly transactionHash: Hex;
  /** Block in which the transaction was seen last; `null` while it is in none. */
  readonly blockHash: Hex | null;
  readonly isFinal: boolean;
}

const hash = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value));

/** Reads a kept report; `null` where there is no transaction to watch. Throws zod's error for what nobody has kept. */
export function readWatchedReport(kept: KeptReport | null): WatchedReport | null {
  if (kept === null || kept.transactionHash === null) return null;
  const quorum = decodeQuorum(kept.payload);
  return {
    quorum,
    slot: slotOf(quorum),
    state: kept.state,
    transactionHash: hash.parse(kept.transactionHash),
    blockHash: hash.nullable().parse(kept.blockHash),
    isFinal: kept.isFinal,
  };
}
