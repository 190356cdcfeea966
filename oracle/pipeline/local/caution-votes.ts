/** Whether a quorum of operators calls for caution. */
import type { OperatorRoundResult } from "../operator/operator-settings.ts";

/** Assets for which at least `quorumSize` of the operators call for caution, each counted once. */
export function agreedCaution(
  results: readonly Pick<OperatorRoundResult, "caution">[],
  quorumSize: number,
): readonly string[] {
  const votes = new Map<string, number>();
  for (const { caution } of results)
    for (const asset of new Set(caution)) votes.set(asset, (votes.get(asset) ?? 0) + 1);
  return [...votes].filter(([, count]) => count >= quorumSize).map(([asset]) => asset);
}
