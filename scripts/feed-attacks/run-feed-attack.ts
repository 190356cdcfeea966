/** Plays sources around a true price, some of them the attacker's, through the defence and through plain aggregates. */

import { BPS } from "../../oracle/domain/units.ts";
import { createFeedDefence } from "../../oracle/ingestion/defence/feed-defence.ts";
import type { SourceReading } from "../../oracle/ingestion/defence/reading-faults.ts";
import { robustCentre } from "../../oracle/ingestion/defence/robust-centre.ts";
import type { Rng } from "../../oracle/math/rng.ts";
import { mean, quantile } from "../../oracle/math/statistics.ts";
import { FEED_ATTACKS, type FeedAttackName } from "./feed-attacks.ts";

/** A play. */
export interface AttackPlan {
  /** True price of each round, USD. */
  readonly truth: readonly number[];
  readonly stepSec: number;
  readonly sources: number;
  /** How many of them the attacker has; 0 for a clean play. */
  readonly bad: number;
  readonly attack: FeedAttackName;
  /** Round in which the attack begins; the rounds before are honest. */
  readonly fromRound: number;
  /** Whether an index that nobody attacks stands beside the sources. */
  readonly anchored?: boolean;
}

/** Errors against the truth, basis points. */
export interface ErrorQuantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What a play came to, over its rounds from the attack on. */
export interface AttackOutcome {
  readonly rounds: number;
  /** Rounds without an answer. */
  readonly vetoed: number;
  /** Rounds that answered more than a percent from the truth. */
  readonly followed: number;
  /** Rounds that answered more than 12 bp from it. */
  readonly beyond: number;
  /** Rounds in which a bad source was not used in full, or the round was vetoed. */
  readonly noticed: number;
  /** Rounds from the begin of the attack to the first in which it was noticed; `null` where it never was. */
  readonly delay: number | null;
  /** Of the rounds that answered. */
  readonly defence: ErrorQuantiles;
  /** Of all rounds. */
  readonly median: ErrorQuantiles;
  readonly madMean: ErrorQuantiles;
  readonly mean: ErrorQuantiles;
}

/** Deviation of a venue's price from the truth: medians of five then err by 9 bp at 99 %. */
export const VENUE_NOISE = 0.00064;
const FOLLOWED_BPS = 100;
/** The goal of design/models.md §3, row `feed-guard`. */
const BEYOND_BPS = 12;
const MEDIAN = 0.5;
const TAIL = 0.99;
/** An MAD mean as it is commonly set: three deviations, no floor, no ceiling. */
const PLAIN_MAD = { floor: 0, ceiling: Number.POSITIVE_INFINITY } as const;

interface Tracks {
  readonly defence: number[];
  readonly median: number[];
  readonly madMean: number[];
  readonly mean: number[];
  noticed: number;
  delay: number | null;
}

/** Plays one attack. The same generator gives the same play. */
export function runFeedAttack(plan: AttackPlan, rng: Rng): AttackOutcome {
  const defence = createFeedDefence("BTC");
  const pasts = Array.from({ length: plan.sources }, (): number[] => []);
  const tracks: Tracks = { defence: [], median: [], madMean: [], mean: [], noticed: 0, delay: null };
  for (const [round, price] of plan.truth.entries()) {
    const atSec = (round + 1) * plan.stepSec;
    const readings = pasts.map((past, index) => sourceSays({ plan, round, price, past, index, atSec }, rng));
    const anchors = plan.anchored === true ? [{ name: "index", price, years: 0 }] : [];
    const { values, verdicts } = defence.judge({ atSec, readings: { price: readings }, anchors });
    if (round < plan.fromRound) continue;
    const isNoticed = verdicts.some(({ action, sourceId }) => action !== "use" && isBad(sourceId, plan));
    note(tracks, { price, readings, value: values.price ?? null, isNoticed, round: round - plan.fromRound });
  }
  return outcomeOf(tracks);
}

interface Saying {
  readonly plan: AttackPlan;
  readonly round: number;
  readonly price: number;
  readonly past: number[];
  readonly index: number;
  readonly atSec: number;
}

function sourceSays({ plan, round, price, past, index, atSec }: Saying, rng: Rng): SourceReading {
  const honest = { sourceId: String(index), value: price * Math.exp(VENUE_NOISE * rng.normal()), sourceTimeSec: atSec };
  if (round < plan.fromRound) past.push(honest.value);
  if (round < plan.fromRound || index >= plan.bad) return honest;
  return FEED_ATTACKS[plan.attack](honest, { round: round - plan.fromRound, past });
}

function isBad(sourceId: string, { bad }: AttackPlan): boolean {
  return sourceId === "*" || Number(sourceId) < bad;
}

interface Played {
  readonly price: number;
  readonly readings: readonly SourceReading[];
  readonly value: number | null;
  readonly isNoticed: boolean;
  readonly round: number;
}

function note(tracks: Tracks, { price, readings, value, isNoticed, round }: Played): void {
  const errorOf = (answer: number): number => Math.abs(Math.log(answer / price)) * BPS;
  const logs = readings.map((reading) => ({ value: Math.log(reading.value), weight: 1 }));
  const { value: near, median } = robustCentre(logs, PLAIN_MAD);
  tracks.median.push(errorOf(Math.exp(median)));
  tracks.madMean.push(errorOf(Math.exp(near)));
  tracks.mean.push(errorOf(mean(readings.map((reading) => reading.value))));
  if (isNoticed) {
    tracks.noticed += 1;
    tracks.delay ??= round;
  }
  if (value === null) return;
  tracks.defence.push(errorOf(value));
}

function outcomeOf(tracks: Tracks): AttackOutcome {
  const rounds = tracks.median.length;
  return {
    rounds,
    vetoed: rounds - tracks.defence.length,
    followed: tracks.defence.filter((error) => error > FOLLOWED_BPS).length,
    beyond: tracks.defence.filter((error) => error > BEYOND_BPS).length,
    noticed: tracks.noticed,
    delay: tracks.delay,
    defence: quantilesOf(tracks.defence),
    median: quantilesOf(tracks.median),
    madMean: quantilesOf(tracks.madMean),
    mean: quantilesOf(tracks.mean),
  };
}

function quantilesOf(errors: readonly number[]): ErrorQuantiles {
  return { p50: quantile(errors, MEDIAN), p99: quantile(errors, TAIL), max: quantile(errors, 1) };
}
