/** Stretches of time that the vault backtest looks at one by one. */
import type { Stretch } from "./policy-figures.ts";

/** A named stretch. */
export interface Episode extends Stretch {
  readonly name: string;
}

const MS_PER_SECOND = 1_000;

/** The falls of Luna and Celsius, of FTX, the yen carry trade, and the liquidation cascade; two weeks more for settlements. */
export const EPISODES: readonly Episode[] = [
  episode("2022-06", "2022-06-06", "2022-07-04"),
  episode("2022-11", "2022-11-05", "2022-12-01"),
  episode("2024-08", "2024-08-01", "2024-08-25"),
  episode("2025-10", "2025-10-08", "2025-11-01"),
];

/** Calendar years that a window touches. */
export function yearsOf({ fromSec, toSec }: Stretch): readonly Episode[] {
  const yearOf = (timeSec: number): number => new Date(timeSec * MS_PER_SECOND).getUTCFullYear();
  const first = yearOf(fromSec);
  return Array.from({ length: yearOf(toSec - 1) - first + 1 }, (_, place) =>
    episode(String(first + place), `${first + place}-01-01`, `${first + place + 1}-01-01`),
  );
}

function episode(name: string, from: string, to: string): Episode {
  return { name, fromSec: Date.parse(from) / MS_PER_SECOND, toSec: Date.parse(to) / MS_PER_SECOND };
}
