/** The breaker at an anchor, or that it cannot be read. */
import { BaseError } from "viem";
import type { OracleReader } from "../../chain/oracle-reader.ts";
import type { BreakerReading } from "../../domain/breaker.ts";
import { hasCode } from "../../domain/errors.ts";
import type { Anchor } from "../../domain/report.ts";

/**
 * Reads the breaker. An RPC or a contract that does not tell it closes a round, not an operator; what else goes wrong is
 * thrown.
 */
export async function readBreaker(reader: Pick<OracleReader, "breaker">, anchor: Anchor): Promise<BreakerReading> {
  try {
    return { ok: true, value: await reader.breaker(anchor) };
  } catch (error) {
    if (error instanceof BaseError) return unreadable(error.shortMessage);
    if (hasCode(error, "BREAKER_UNKNOWN")) return unreadable(error.message);
    throw error;
  }
}

function unreadable(detail: string): BreakerReading {
  return { ok: false, reason: "breaker-unreadable", detail };
}
