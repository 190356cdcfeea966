/** The judged figures of the gap backtest, as JSON. */
import { mean } from "../../../oracle/math/statistics.ts";
import { atLeast, atMost, isoTime, type Target } from "../../../oracle/training/evaluate/evaluation.ts";
import type { RankedGaps } from "../../../oracle/training/gap/gap-scores.ts";
import { bestBaseline, type GapCell } from "./judge-cell.ts";
import { commonTimes, entriesOf, gapInterval, type Interval } from "./resample.ts";

/** Comparison over the cells. */
export interface GapSummary {
  readonly window: { readonly from: string | null; readonly to: string | null };
  readonly mean: {
    /** 1 − mean over cells of our gap / mean over cells of the cheapest rule's gap. */
    readonly vsBest: number;
    readonly vsStatic: number;
    /** 95 % block-bootstrap interval of `vsBest`, the cheapest rule chosen anew in every draw. */
    readonly ci: Interval;
  };
  readonly targets: Readonly<Record<string, Target>>;
}

/** design/models.md §2b. */
const LIMITS = { vsBest: 0.05, breachFrom: 0.005, breachTo: 0.015, pinball: 0.97 };

/** Compares all cells. */
export function summarise(cells: readonly GapCell[]): GapSummary {
  const times = commonTimes(cells);
  const ranked = cells.map(({ entries, ...cell }) => {
    const at = (name: string): RankedGaps | null => {
      const policy = entries[name];
      return policy === undefined ? null : entriesOf(cell, policy, times);
    };
    const rules = Object.keys(cell.baselines).flatMap((name) => at(name) ?? []);
    return { ours: at("plimsoll"), rules };
  });
  const drawn = (gapOf: (entries: RankedGaps) => number): number => {
    const ours = ranked.map(({ ours: found }) => (found === null ? Number.NaN : gapOf(found)));
    return 1 - mean(ours) / mean(ranked.map(({ rules }) => Math.min(...rules.map(gapOf))));
  };
  const vsBest = 1 - mean(ourGaps(cells)) / mean(cells.map((cell) => bestBaseline(cell).gapAt1pct));
  const vsStatic =
    1 - mean(ourGaps(cells)) / mean(cells.map(({ baselines }) => baselines.static?.gapAt1pct ?? Number.NaN));
  return {
    window: { from: isoTime(times[0] ?? null), to: isoTime(times.at(-1) ?? null) },
    mean: { vsBest, vsStatic, ci: gapInterval(times.length, drawn, "vsBest") },
    targets: targetsOf(cells, vsBest),
  };
}

/** A cell under its documented keys. */
export function cellJson({ n, breach, gap, scaled, pinball, baselines }: GapCell): Readonly<Record<string, unknown>> {
  return { n, breach, gap, gapAt1pct: scaled.gapAt1pct, pinball, pinballAt1pct: scaled.pinball, baselines };
}

function ourGaps(cells: readonly GapCell[]): readonly number[] {
  return cells.map(({ scaled }) => scaled.gapAt1pct);
}

function targetsOf(cells: readonly GapCell[], vsBest: number): Readonly<Record<string, Target>> {
  const breaches = cells.map(({ breach }) => breach);
  const ratios = cells.map(({ pinball, baselines }) => {
    return pinball / Math.min(...Object.values(baselines).map((score) => score.pinball));
  });
  return {
    vsBest: atLeast(vsBest, LIMITS.vsBest),
    leastBreach: atLeast(Math.min(...breaches), LIMITS.breachFrom),
    greatestBreach: atMost(Math.max(...breaches), LIMITS.breachTo),
    pinballToBest: atMost(mean(ratios), LIMITS.pinball),
  };
}
