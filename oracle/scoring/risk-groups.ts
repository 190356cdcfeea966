/** Groups that a position is judged in. */
import type { RiskGroup } from "../domain/joint-risk.ts";
import type { Position } from "../domain/positions.ts";

/** The position's writer inside its source, its source, and the fund of its source that holds its collateral's coin. */
export function riskGroups({
  source: address,
  owner,
  kind,
  asset,
}: Pick<Position, "source" | "owner" | "kind" | "asset">): readonly RiskGroup[] {
  const source = address.toLowerCase();
  return [
    { kind: "writer", source, owner: owner.toLowerCase() },
    { kind: "source", source },
    { kind: "fund", source, collateral: kind === "put" ? "USD" : asset },
  ];
}
