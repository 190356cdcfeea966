/** Limits of the gas rows (onchain-oracles.md §6.4, options-vaults.md §8.4) and the comparison with the snapshot. */

/** Nested figures as printed; null where the contract function does not exist. */
export interface GasFigures {
  readonly [row: string]: number | null | GasFigures;
}

/** Gas that a row must keep, and gas that would be as good as the best known. */
export interface GasLimit {
  readonly must: number;
  readonly stretch: number;
}

/** Limits by row. A thousand-fold push also has the limit of ten million in all, which its row implies. */
export const GAS_LIMITS: Readonly<Record<string, GasLimit>> = {
  "push.1": { must: 75_000, stretch: 64_000 },
  "push.10": { must: 16_000, stretch: 14_000 },
  "push.100": { must: 10_500, stretch: 9_000 },
  "push.1000": { must: 10_000, stretch: 8_500 },
  root: { must: 72_000, stretch: 66_000 },
  "applyProof.4": { must: 45_000, stretch: 40_000 },
  "applyProof.7": { must: 47_000, stretch: 42_000 },
  "applyProof.10": { must: 49_000, stretch: 44_000 },
  "applyProof.17": { must: 51_000, stretch: 48_700 },
  "read.cold": { must: 4_000, stretch: 2_500 },
  "read.warm": { must: 1_200, stretch: 1_000 },
  reject: { must: 32_000, stretch: 30_000 },
  "open.first": { must: 175_000, stretch: 155_000 },
  "open.next": { must: 160_000, stretch: 138_000 },
  addCollateral: { must: 55_000, stretch: 48_000 },
  "close.full": { must: 66_000, stretch: 60_000 },
  "close.partial": { must: 104_000, stretch: 95_000 },
  flag: { must: 55_000, stretch: 45_000 },
  "liquidate.burn": { must: 115_000, stretch: 105_000 },
  "liquidate.takeover": { must: 178_000, stretch: 165_000 },
  settlePrice: { must: 62_000, stretch: 55_000 },
  "settle.1": { must: 63_000, stretch: 58_000 },
  "settle.50each": { must: 21_000, stretch: 18_000 },
  redeem: { must: 66_000, stretch: 60_000 },
};

/** Growth over the snapshot that fails. */
export const MAX_GROWTH = 0.02;

/** Rows as "push.100" with their figures, in the order of the object. */
export function flattenGas(figures: GasFigures, path = ""): ReadonlyMap<string, number | null> {
  const rows = new Map<string, number | null>();
  for (const [name, value] of Object.entries(figures)) {
    if (value === null || typeof value === "number") rows.set(path + name, value);
    else for (const [row, figure] of flattenGas(value, `${path}${name}.`)) rows.set(row, figure);
  }
  return rows;
}

/** Rows that grew by more than {@link MAX_GROWTH} over the snapshot, or that were measured before and are gone. */
export function gasRegressions(snapshot: GasFigures, actual: GasFigures): readonly string[] {
  const now = flattenGas(actual);
  return [...flattenGas(snapshot)].flatMap(([row, before]) => {
    if (before === null) return [];
    const after = now.get(row) ?? null;
    if (after === null) return [`${row}: was ${before}, is not measured any more`];
    return after > before * (1 + MAX_GROWTH) ? [`${row}: ${before} -> ${after}`] : [];
  });
}

/** The table for people: figure, limits and verdict of each row. */
export function gasTable(figures: GasFigures): string {
  return [...flattenGas(figures)]
    .map(([row, gas]) => {
      const limit = GAS_LIMITS[row];
      const limits = limit === undefined ? "no limit" : `must ${limit.must}, stretch ${limit.stretch}`;
      return `${row.padEnd(20)} ${String(gas ?? "–").padStart(8)}  ${verdictOf(gas, limit).padEnd(8)} ${limits}`;
    })
    .join("\n");
}

/** Rows over their "must". */
export function missedMusts(figures: GasFigures): readonly string[] {
  return [...flattenGas(figures)]
    .filter(([row, gas]) => gas !== null && gas > (GAS_LIMITS[row]?.must ?? Number.POSITIVE_INFINITY))
    .map(([row]) => row);
}

function verdictOf(gas: number | null, limit: GasLimit | undefined): string {
  if (gas === null) return "none";
  if (limit === undefined) return "";
  if (gas <= limit.stretch) return "stretch";
  return gas <= limit.must ? "pass" : "MISS";
}
