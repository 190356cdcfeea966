/** What the operators say of caution together. */
import type { CautionState, CautionVotes } from "../../domain/caution.ts";
import type { OperatorRoundResult } from "../operator/operator-settings.ts";

/** Counts each operator once for an asset: who does not know is neither for caution nor against it. */
export function agreedCaution(
  results: readonly Pick<OperatorRoundResult, "caution">[],
  quorumSize: number,
): CautionVotes {
  const callers = countBy(results, ({ isCalling }) => isCalling);
  const open = countBy(results, ({ isCalling, reading }) => isCalling || reading.kind === "unknown");
  const calls = [...callers].filter(([, count]) => count >= quorumSize).map(([asset]) => asset);
  const unknown = [...open]
    .filter(([asset, count]) => count >= quorumSize && !calls.includes(asset))
    .map(([asset]) => asset);
  return { calls, unknown };
}

function countBy(
  results: readonly Pick<OperatorRoundResult, "caution">[],
  counts: (state: CautionState) => boolean,
): ReadonlyMap<string, number> {
  const votes = new Map<string, number>();
  for (const { caution } of results) {
    for (const asset of new Set(caution.filter(counts).map((state) => state.asset)))
      votes.set(asset, (votes.get(asset) ?? 0) + 1);
  }
  return votes;
}
