/** Breaches and margins by group: tenor, delta, kind, and day. */
import { SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import { normalCdf } from "../../../oracle/math/special-functions.ts";
import { dayOf } from "./day-curves.ts";
import { isBreach, type MarginFigures, marginFigures } from "./margin-figures.ts";
import type { OptionPair } from "./snapshot-pairs.ts";

/** One group. */
export interface GroupFigures extends MarginFigures {
  readonly group: string;
  readonly pairs: number;
}

/** The day with most breaches. */
export interface WorstDay {
  /** Since the epoch. */
  readonly day: number;
  /** Its share of all breaches. */
  readonly share: number;
  /** Greatest relative move of the index within a horizon that begins on the day. */
  readonly move: number;
}

const TENOR_EDGES_DAYS = [2.5, 8, 30, 100];
const DELTA_EDGES = [0.1, 0.25, 0.45, 0.55, 0.75, 0.9];

/** Figures by tenor. */
export function byTenor(pairs: readonly OptionPair[], margins: Float64Array): readonly GroupFigures[] {
  const daysOf = ({ quote, snapshot }: OptionPair): number => (quote.expirySec - snapshot.atSec) / SECONDS_PER_DAY;
  return grouped({ pairs, margins }, { edges: TENOR_EDGES_DAYS, unit: " d", of: daysOf });
}

/** Figures by the size of the Black-76 delta. */
export function byDelta(pairs: readonly OptionPair[], margins: Float64Array): readonly GroupFigures[] {
  return grouped({ pairs, margins }, { edges: DELTA_EDGES, unit: "", of: deltaOf });
}

/** Figures of calls and of puts. */
export function byKind(pairs: readonly OptionPair[], margins: Float64Array): readonly GroupFigures[] {
  return (["call", "put"] as const).map((kind) =>
    figuresOf(`${kind}s`, { pairs, margins }, (pair) => pair.quote.kind === kind),
  );
}

/** Day with the most breaches; `null` without a breach. */
export function worstDay(pairs: readonly OptionPair[], margins: Float64Array): WorstDay | null {
  const counts = new Map<number, number>();
  let all = 0;
  pairs.forEach((pair, place) => {
    if (!isBreach(pair.laterValue, margins[place] ?? Number.NaN)) return;
    all += 1;
    counts.set(dayOf(pair), (counts.get(dayOf(pair)) ?? 0) + 1);
  });
  const [worst] = [...counts].sort(([, left], [, right]) => right - left);
  if (worst === undefined) return null;
  const moves = pairs.flatMap((pair) =>
    dayOf(pair) === worst[0] ? [Math.abs(pair.laterIndex / pair.snapshot.index - 1)] : [],
  );
  return { day: worst[0], share: worst[1] / all, move: moves.reduce((most, move) => Math.max(most, move), 0) };
}

interface Margined {
  readonly pairs: readonly OptionPair[];
  readonly margins: Float64Array;
}

interface Grouping {
  readonly edges: readonly number[];
  readonly unit: string;
  readonly of: (pair: OptionPair) => number;
}

function grouped(margined: Margined, { edges, unit, of }: Grouping): readonly GroupFigures[] {
  return [...edges, Number.POSITIVE_INFINITY].map((upper, place) => {
    const lower = edges[place - 1] ?? Number.NEGATIVE_INFINITY;
    const name =
      place === 0
        ? `below ${upper}${unit}`
        : place === edges.length
          ? `from ${lower}${unit}`
          : `${lower} to ${upper}${unit}`;
    return figuresOf(name, margined, (pair) => of(pair) >= lower && of(pair) < upper);
  });
}

function figuresOf(group: string, { pairs, margins }: Margined, isIn: (pair: OptionPair) => boolean): GroupFigures {
  const places = [...pairs.keys()].filter((place) => {
    const pair = pairs[place];
    return pair !== undefined && isIn(pair);
  });
  const own = places.flatMap((place) => pairs[place] ?? []);
  return {
    group,
    pairs: own.length,
    ...marginFigures(
      Float64Array.from(places, (place) => margins[place] ?? Number.NaN),
      own,
    ),
  };
}

function deltaOf({ quote, snapshot }: OptionPair): number {
  const deviation = quote.impliedVol * Math.sqrt((quote.expirySec - snapshot.atSec) / SECONDS_PER_YEAR);
  const upper = Math.log(quote.future / quote.strike) / deviation + deviation / 2;
  return quote.kind === "call" ? normalCdf(upper) : normalCdf(-upper);
}
