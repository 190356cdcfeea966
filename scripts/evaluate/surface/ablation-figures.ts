/** Sums rows of the ablation up: how far requirements move, and which of the two was nearer to what followed. */
import { mean } from "../../../oracle/math/statistics.ts";
import type { AblationRow } from "./score-ablation.ts";

/** Figures of a group of options; amounts are shares of the largest loss. */
export interface AblationFigures {
  readonly options: number;
  /** Share of the options whose requirement above the mark moves by more than 2 % of itself, and the mean requirement over that of the rules. */
  readonly moved: number;
  readonly requirementRatio: number;
  /** Mean absolute difference of the value to the mark. */
  readonly valueErrorRules: number;
  readonly valueErrorSurface: number;
  /** Mean requirement above the mark. */
  readonly excessRules: number;
  readonly excessSurface: number;
  /** Share of the options whose later mark was above the requirement; 1 % is stated for the path's worst moment plus cost. */
  readonly breachesRules: number;
  readonly breachesSurface: number;
  /** Mean log-loss of the stated probabilities, over three collateral levels. */
  readonly logLossRules: number;
  readonly logLossSurface: number;
}

/** A requirement has moved by this share of itself. */
const MOVED = 0.02;
/** Half of what one path of 500 weighs: none of them must be certain. */
const LEAST_PROBABILITY = 0.001;
/** Upper edges of the groups. */
const DELTAS = [0.1, 0.3, 0.7, 1] as const;
const TENOR_DAYS = [7, 30, 90, Number.POSITIVE_INFINITY] as const;

/** A named group with its figures. */
export interface AblationGroup extends AblationFigures {
  readonly asset: string;
  readonly group: string;
}

/** Figures of each asset, whole and by |delta| and tenor; empty groups are left out. */
export function ablationGroups(rows: readonly AblationRow[]): readonly AblationGroup[] {
  return [...Map.groupBy(rows, ({ asset }) => asset)].flatMap(([asset, own]) => [
    { asset, group: "all", ...figuresOf(own) },
    ...groupsBy(own, DELTAS, { asset, name: "delta", of: ({ delta }) => delta }),
    ...groupsBy(own, TENOR_DAYS, { asset, name: "days", of: ({ days }) => days }),
  ]);
}

interface Grouping {
  readonly asset: string;
  readonly name: string;
  readonly of: (row: AblationRow) => number;
}

function groupsBy(
  rows: readonly AblationRow[],
  edges: readonly number[],
  { asset, name, of }: Grouping,
): readonly AblationGroup[] {
  return edges.flatMap((edge, place) => {
    const low = edges[place - 1] ?? 0;
    const own = rows.filter((row) => of(row) > low && of(row) <= edge);
    const group = Number.isFinite(edge) ? `${name} ${low}…${edge}` : `${name} above ${low}`;
    return own.length === 0 ? [] : [{ asset, group, ...figuresOf(own) }];
  });
}

function figuresOf(rows: readonly AblationRow[]): AblationFigures {
  const average = (of: (row: AblationRow) => number): number => mean(rows.map(of));
  const excess = (row: AblationRow, policy: Policy): number => row[policy].requirement - row.mark;
  return {
    options: rows.length,
    moved: average((row) => Number(Math.abs(excess(row, "surface") / excess(row, "rules") - 1) > MOVED)),
    requirementRatio: average((row) => row.surface.requirement) / average((row) => row.rules.requirement),
    valueErrorRules: average((row) => Math.abs(row.rules.value - row.mark)),
    valueErrorSurface: average((row) => Math.abs(row.surface.value - row.mark)),
    excessRules: average((row) => excess(row, "rules")),
    excessSurface: average((row) => excess(row, "surface")),
    breachesRules: average((row) => Number(row.laterMark > row.rules.requirement)),
    breachesSurface: average((row) => Number(row.laterMark > row.surface.requirement)),
    logLossRules: average((row) => logLoss(row, "rules")),
    logLossSurface: average((row) => logLoss(row, "surface")),
  };
}

type Policy = "rules" | "surface";

function logLoss(row: AblationRow, policy: Policy): number {
  return mean(
    row[policy].probabilities.map((stated, level) => {
      const probability = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, stated));
      return -Math.log(row.happened[level] === true ? probability : 1 - probability);
    }),
  );
}
