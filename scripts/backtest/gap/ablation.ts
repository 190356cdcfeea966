/** What each family of signals is worth: the gap at 1 % breaches with it against without it. */
import { mean } from "../../../oracle/math/statistics.ts";
import type { GapPath } from "../../../oracle/models/gap/adverse-gaps.ts";
import { gapForecast } from "../../../oracle/models/gap/gap-forecast.ts";
import { GAP_EXPONENTS, type GapExponents } from "../../../oracle/models/gap/gap-settings.ts";
import { entriesAt, gapScore, type RankedGaps, scaledToBreach } from "../../../oracle/training/gap/gap-scores.ts";
import { tiltWalk } from "../../../oracle/training/gap/tilt-walk.ts";
import type { DailySignal } from "../../../oracle/training/volatility/daily-signal.ts";
import { crossAssetSignals } from "./cross-asset.ts";
import type { GapMarket } from "./gap-market.ts";
import { momentsOf } from "./gap-window.ts";
import type { GapCell } from "./judge-cell.ts";
import { commonTimes, entriesOf, gapInterval, type Interval } from "./resample.ts";

/** Worth of a family. */
export interface AblationScore {
  /** Mean over cells of gap with the family / gap without it − 1; negative where it helps. NaN without moments. */
  readonly gapChange: number;
  /** 95 % block-bootstrap interval of that. */
  readonly ci: Interval;
  /** Moments that it rests on. */
  readonly n: number;
}

/** Names of the families in the report, by those of the files. */
const FAMILY_NAMES: Readonly<Record<string, string>> = {
  funding: "funding",
  "funding-recent": "funding",
  "stablecoin-velocity": "stablecoin",
  "stablecoin-supply": "stablecoin",
  social: "social",
  "fear-and-greed": "fear-and-greed",
  "onchain-flows": "on-chain",
  macro: "macro",
  positions: "positions",
};

/** Parts of the forecast itself, switched off by their exponents. */
const OWN_FAMILIES: Readonly<Record<string, Partial<GapExponents>>> = {
  dvol: { implied: 0 },
  calendar: { week: 0 },
  trend: { dayTrend: 0, weekTrend: 0, distance: 0 },
  "last-hours": { short: 0 },
};

/** With and without a family, by cell. */
type Variant = (cell: GapCell) => { readonly used: GapPath; readonly unused: GapPath };

/**
 * Judges every family for which there are signals. Families of the forecast are taken out of it; the others are put in, as a tilt
 * that is refitted every 180 days on what was known.
 *
 * @param cells judged cells; a family counts at the moments at which all of them have it.
 */
export function ablateFamilies(
  cells: readonly GapCell[],
  signals: readonly DailySignal[],
): Readonly<Record<string, AblationScore>> {
  const own = Object.entries(OWN_FAMILIES).map(([name, change]) => [name, withoutOwn(change)] as const);
  const families = [...new Set(Object.values(FAMILY_NAMES))];
  const added = families.map((name) => {
    const members = signals.filter(({ family }) => FAMILY_NAMES[family] === name);
    return [name, withTilt(cells, () => members)] as const;
  });
  const crossed = ["cross-asset", withTilt(cells, crossSignals(cells))] as const;
  return Object.fromEntries([...added, crossed, ...own].map(([name, variant]) => [name, judge(name, cells, variant)]));
}

function withoutOwn(change: Partial<GapExponents>): Variant {
  return ({ market: { bars, impliedVol }, horizonHours, forecast }) => ({
    used: forecast,
    unused: gapForecast({ bars, horizonHours, impliedVol, exponents: { ...GAP_EXPONENTS, ...change } }),
  });
}

function withTilt(cells: readonly GapCell[], signalsOf: (market: GapMarket) => readonly DailySignal[]): Variant {
  const tilted = new Map<GapCell, GapPath>();
  for (const horizonHours of new Set(cells.map((cell) => cell.horizonHours))) {
    const own = cells.filter((cell) => cell.horizonHours === horizonHours);
    const markets = own.map(({ market, forecast, moves }) => {
      return { startSec: market.startSec, forecast, moves, signals: signalsOf(market) };
    });
    tiltWalk(markets, horizonHours).forEach((path, place) => {
      const cell = own[place];
      if (cell !== undefined) tilted.set(cell, path);
    });
  }
  return (cell) => ({ used: tilted.get(cell) ?? cell.forecast, unused: cell.forecast });
}

/** Each asset hears from the first other one. */
function crossSignals(cells: readonly GapCell[]): (market: GapMarket) => readonly DailySignal[] {
  const markets = [...new Set(cells.map(({ market }) => market))];
  const found = new Map(
    markets.map((market) => {
      const peer = markets.find((other) => other !== market);
      return [market, peer === undefined ? [] : crossAssetSignals(market, peer)];
    }),
  );
  return (market) => found.get(market) ?? [];
}

function judge(name: string, cells: readonly GapCell[], variant: Variant): AblationScore {
  const found = cells.map((cell) => ({ cell, ...variant(cell) }));
  const known = found.map(({ cell, used, unused }) => {
    const window = { fromSec: Number.NEGATIVE_INFINITY, toSec: Number.POSITIVE_INFINITY };
    const usable = new Set(momentsOf(cell.market, window, [used, unused]));
    return { market: cell.market, moments: cell.moments.filter((row) => usable.has(row)) };
  });
  const times = commonTimes(known);
  const pairs = found.map(({ cell, used, unused }): readonly [RankedGaps, RankedGaps] => {
    const at = (path: GapPath): RankedGaps => entriesOf(cell, entriesAt(path, cell.moves, cell.moments), times);
    return [at(used), at(unused)];
  });
  const change = (gapOf: (ranked: RankedGaps) => number): number =>
    mean(pairs.map(([used, unused]) => gapOf(used) / gapOf(unused) - 1));
  return {
    gapChange: times.length === 0 ? Number.NaN : change(exactGap),
    ci: gapInterval(times.length, change, `ablation/${name}`),
    n: times.length,
  };
}

/** The same knob as the cells' own: the interpolated quantile. */
function exactGap({ gaps, ratios }: RankedGaps): number {
  return gapScore(scaledToBreach({ gaps, moves: ratios.map((ratio, entry) => ratio * (gaps[entry] ?? Number.NaN)) }))
    .gap;
}
