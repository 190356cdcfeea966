/** Option chains of a simulated index, as files of `deribit-options`. */

import { SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../oracle/domain/units.ts";
import { fastOptionValue } from "../../oracle/math/black76-kernel.ts";
import { createRng } from "../../oracle/math/rng.ts";

/** First line of a chain file. */
export const CHAIN_HEADER = "ts,expiry,strike,cp,bid,ask,mark,iv,fut,idx,oi,vol,delta";
/** Time of the first snapshot: 2026-01-05 00:00 UTC. */
export const CHAIN_START_SEC = Date.UTC(2026, 0, 5) / 1_000;

/** What a chain is made of. */
export interface ChainOptions {
  readonly seed: string;
  /** Snapshots, six hours apart. */
  readonly snapshots: number;
  /** From this snapshot on other random numbers are drawn. */
  readonly noiseFrom?: number;
  /** Volatility of the index, a year. */
  readonly vol?: number;
}

const IMPLIED_VOL = 0.5;
const STEP_SEC = 6 * SECONDS_PER_HOUR;
const MONEYNESS = [0.65, 0.8, 0.9, 1, 1.1, 1.2, 1.5];

/** Text of a chain file: expiries 3 and 30 days ahead of every seventh day, seven strikes, calls and puts. */
export function chainCsv({ seed, snapshots, noiseFrom = snapshots, vol = 0.4 }: ChainOptions): string {
  const rng = createRng(seed);
  const noise = createRng(`${seed}-noise`);
  let index = 50_000;
  const lines = Array.from({ length: snapshots }, (_, place) => {
    const atSec = CHAIN_START_SEC + place * STEP_SEC;
    const shock = rng.normal();
    const used = place < noiseFrom ? shock : 2 * noise.normal();
    index *= Math.exp(vol * Math.sqrt(STEP_SEC / SECONDS_PER_YEAR) * used);
    return snapshotLines(atSec, index);
  });
  return [CHAIN_HEADER, ...lines.flat()].join("\n");
}

function snapshotLines(atSec: number, index: number): readonly string[] {
  const week = Math.floor((atSec - CHAIN_START_SEC) / (7 * SECONDS_PER_DAY));
  const expiries = [10, 37].map((days) => CHAIN_START_SEC + (7 * week + days) * SECONDS_PER_DAY);
  return expiries.flatMap((expiryDay) =>
    MONEYNESS.flatMap((moneyness) => {
      const strike = 1_000 * Math.round(50 * moneyness);
      return (["call", "put"] as const).map((kind) => {
        const tenor = (expiryDay + 8 * SECONDS_PER_HOUR - atSec) / SECONDS_PER_YEAR;
        const deviation = IMPLIED_VOL * Math.sqrt(tenor);
        const mark = fastOptionValue({ kind, forward: index, strike, deviation }) / index;
        const date = new Date(expiryDay * 1_000).toISOString().slice(0, 10).replaceAll("-", "");
        const letter = kind === "call" ? "C" : "P";
        return `${atSec},${date},${strike},${letter},,,${mark},${IMPLIED_VOL},${index},${index},1,1,0`;
      });
    }),
  );
}
