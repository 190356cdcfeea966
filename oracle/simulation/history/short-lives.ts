/** Writes down what becomes of the shorts of one class in a replay, from outside the policy that decides about them. */
import type { ReplayedFate } from "../../domain/history.ts";
import { unpackRiskWord } from "../../rules/risk-word.ts";
import type { MarginPolicy } from "../vault/margin-policy.ts";
import type { Moment } from "../vault/market-moment.ts";
import type { PlannedShort } from "../vault/opening-plan.ts";
import type { OraclePolicyOptions } from "../vault/oracle-policy.ts";
import type { Short } from "../vault/short.ts";
import { classIdAt, type VaultTerms } from "../vault/vault-terms.ts";
import type { AskedBook } from "./recorded-scorer.ts";

/** The class at the start of one hour. */
export interface ClassHour {
  readonly atSec: number;
  readonly spot: number;
  readonly shorts: number;
  /** Sums over the shorts, basis points and USD. */
  readonly rhoSum: number;
  readonly askedSum: number;
  readonly askedCount: number;
  readonly lockedUsd: number;
}

/** One short so far. */
export interface ShortLife {
  readonly plan: PlannedShort;
  hours: number;
  rhoSum: number;
  greatest: number;
  clamped: number;
  tightened: number;
  loosened: number;
  lockedUsdHours: number;
  isFlagged: boolean;
  isLiquidated: boolean;
  sizeE8: bigint;
}

/** What was written down. */
export interface Lives {
  /** By the place in the plan; only shorts that were in the class. */
  readonly byIndex: Map<number, ShortLife>;
  readonly hours: ClassHour[];
}

/** The class that is watched, under which terms, and what was asked for. */
export interface LivesOptions {
  readonly classId: number;
  readonly terms: VaultTerms;
  readonly asked: AskedBook;
}

/** Empty lives. */
export function createLives(): Lives {
  return { byIndex: new Map(), hours: [] };
}

/** What the policy is to be made with, so that entries are counted. */
export function entryCounter({ byIndex }: Lives, asked: AskedBook): NonNullable<OraclePolicyOptions["noteEntry"]> {
  return (wished, applied) => {
    const life = byIndex.get(wished.index);
    if (life === undefined) return;
    const state = applied === null ? null : unpackRiskWord(applied.word);
    // A word holds the time of its observation: what was asked then, before any bound.
    const raw = state === null ? undefined : asked.get(state.observedAt)?.get(wished.index);
    const isAsAsked = raw !== undefined && state?.rhoTarget === raw.rhoBps && state.pi === raw.piBps;
    life.clamped += isAsAsked ? 0 : 1;
    life.tightened += applied?.outcome === "APPLIED_TIGHTENED" ? 1 : 0;
    life.loosened += applied?.outcome === "APPLIED_LOOSENED" ? 1 : 0;
  };
}

/** The policy, which writes down the class at the start of every hour. */
export function observed(policy: MarginPolicy, lives: Lives, options: LivesOptions): MarginPolicy {
  let before: ReadonlyMap<number, Short> = new Map();
  return {
    ...policy,
    hour: (moment, shorts) => {
      noteEnds(lives, before, { moment, shorts });
      for (const short of shorts.values()) {
        const isOfClass = classIdAt(options.terms, short.plan.series, moment) === options.classId;
        if (isOfClass && !lives.byIndex.has(short.plan.index)) lives.byIndex.set(short.plan.index, unborn(short));
      }
      policy.hour(moment, shorts);
      lives.hours.push(noteHour(lives, policy, { moment, shorts, options }));
      before = new Map(shorts);
    },
  };
}

function unborn({ plan, sizeE8 }: Short): ShortLife {
  const counts = { hours: 0, rhoSum: 0, greatest: 0, clamped: 0, tightened: 0, loosened: 0, lockedUsdHours: 0 };
  return { plan, ...counts, isFlagged: false, isLiquidated: false, sizeE8 };
}

interface Seen {
  readonly moment: Moment;
  readonly shorts: ReadonlyMap<number, Short>;
}

/** What has gone before its expiry, or has become smaller, was liquidated: writers here never close. */
function noteEnds({ byIndex }: Lives, before: ReadonlyMap<number, Short>, { moment, shorts }: Seen): void {
  for (const [index] of before) {
    const life = byIndex.get(index);
    const now = shorts.get(index);
    if (life === undefined) continue;
    if (now === undefined ? life.plan.expirySec > moment.timeSec : now.sizeE8 < life.sizeE8) life.isLiquidated = true;
    if (life.isLiquidated) life.isFlagged = true;
    if (now !== undefined) life.sizeE8 = now.sizeE8;
  }
}

function noteHour(
  { byIndex }: Lives,
  policy: MarginPolicy,
  { moment, shorts, options }: Seen & { readonly options: LivesOptions },
): ClassHour {
  const { timeSec, price } = moment;
  const sum = { shorts: 0, rhoSum: 0, askedSum: 0, askedCount: 0, lockedUsd: 0 };
  for (const short of shorts.values()) {
    const life = byIndex.get(short.plan.index);
    if (life === undefined) continue;
    const { rhoBps } = policy.maintenance(short, moment);
    const asked = options.asked.get(timeSec)?.get(short.plan.index);
    const lockedUsd = short.size * short.perContract * (short.plan.kind === "put" ? 1 : price);
    sum.shorts += 1;
    sum.rhoSum += rhoBps;
    sum.askedSum += asked?.rhoBps ?? 0;
    sum.askedCount += asked === undefined ? 0 : 1;
    sum.lockedUsd += lockedUsd;
    life.hours += 1;
    life.rhoSum += rhoBps;
    life.greatest = Math.max(life.greatest, rhoBps);
    life.lockedUsdHours += lockedUsd;
    life.isFlagged ||= short.flaggedAtSec !== null;
  }
  return { atSec: timeSec, spot: price, ...sum };
}

/** A life in short. */
export function fateOf(life: ShortLife | undefined): ReplayedFate {
  const hours = life?.hours ?? 0;
  return {
    meanRhoBps: life === undefined || hours === 0 ? null : life.rhoSum / hours,
    greatestRhoBps: life === undefined || hours === 0 ? null : life.greatest,
    clamped: life?.clamped ?? 0,
    lockedUsd: life === undefined || hours === 0 ? 0 : life.lockedUsdHours / hours,
    isFlagged: life?.isFlagged ?? false,
    isLiquidated: life?.isLiquidated ?? false,
  };
}
