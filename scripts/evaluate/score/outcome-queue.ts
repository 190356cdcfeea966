/** Judged positions that wait for the bars of the longest horizon. */
import type { AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import type { OpenJudgement } from "./judge-position.ts";

/** A judgement with its place and time. */
export interface Waiting extends OpenJudgement {
  readonly asset: AssetSymbol;
  readonly atSec: number;
}

/** The same once its outcome is known: `realised` is the largest close-out cost within the horizon, collateral units. */
export type Settled<Entry extends Waiting> = Omit<Entry, "realised"> & { readonly realised: number };

/** Time from a judgement to its outcome, seconds. */
export const OUTCOME_WAIT_SEC = DEFAULT_SCORING_SETTINGS.maxHorizonSec + SECONDS_PER_HOUR;

/** First in, first out. */
export interface OutcomeQueue<Entry extends Waiting> {
  add(entries: readonly Entry[]): void;
  /** Takes out what is due; an entry whose future is not whole is dropped. */
  settle(snapshot: MarketSnapshot): readonly Settled<Entry>[];
}

/** Creates an empty queue. */
export function createOutcomeQueue<Entry extends Waiting>(): OutcomeQueue<Entry> {
  let waiting: readonly Entry[] = [];
  return {
    add: (entries) => {
      waiting = [...waiting, ...entries];
    },
    settle: (snapshot) => {
      const isDue = ({ atSec }: Entry): boolean => atSec + OUTCOME_WAIT_SEC <= snapshot.atSec;
      const due = waiting.filter(isDue);
      waiting = waiting.filter((entry) => !isDue(entry));
      return due.flatMap((entry) => {
        const bars = snapshot.assets.get(entry.asset)?.bars;
        const realised = bars === undefined ? null : entry.realised(bars);
        return realised === null ? [] : [{ ...entry, realised }];
      });
    },
  };
}
