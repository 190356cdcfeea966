/** The product's policy on unpacked states of the rule engine: the same rules as `vault/oracle-policy.ts`, from the closed-form score. */
import type { RiskClass } from "../../domain/risk-class.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { clampToState } from "../../rules/clamp-entry.ts";
import { isSkip } from "../../rules/entry-outcome.ts";
import { reclassedWord } from "../../rules/risk-life.ts";
import {
  effectiveParams,
  isStale,
  leastRetainedRho,
  maintenanceOfState,
  openingParams,
  retainedRho,
} from "../../rules/risk-reading.ts";
import { applyToState, type EntryValues, initialState } from "../../rules/risk-rules.ts";
import { FIRST_EPOCH, packRiskWord, type RiskState, UNKNOWN_WORD, unpackRiskWord } from "../../rules/risk-word.ts";
import { classQuantiles, type WeighedScore } from "../../scoring/class-quantiles.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";
import type { MarginPolicy } from "../vault/margin-policy.ts";
import type { Moment } from "../vault/market-moment.ts";
import type { PlannedShort } from "../vault/opening-plan.ts";
import { DELIVERY_DELAY_SEC } from "../vault/report-delivery.ts";
import { createScoreMarks, type ScoreMarks } from "../vault/score-marks.ts";
import type { Short } from "../vault/short.ts";
import { classIdAt, clearClassIdAt, type VaultTerms } from "../vault/vault-terms.ts";
import type { AttackProbe } from "./attack-probe.ts";
import { chooseOpening, type WriterHabits } from "./logit-writer.ts";
import type { MechanismWorld } from "./mechanism-world.ts";

/** What the policy is made from. */
export interface StatePolicyOptions {
  readonly name: string;
  readonly world: MechanismWorld;
  readonly terms: VaultTerms;
  /** `null`: all openings as planned. */
  readonly writers: WriterHabits | null;
  /** Watches what an attacker could take; `null` for none. */
  readonly probe: AttackProbe | null;
}

interface Book extends StatePolicyOptions {
  readonly states: Map<number, RiskState>;
  readonly quantiles: Map<number, RiskState>;
  readonly marks: ScoreMarks;
}

const MAX_EPOCH = 2 ** 16 - 1;

/**
 * Creates the policy of one vault. Delivery limits are left out: at tens of shorts a vault they never bind
 * (`local` holds reports of more than 1 000 tightenings).
 */
export function statePolicy(options: StatePolicyOptions): MarginPolicy {
  const { terms, world, writers, probe } = options;
  const marks = createScoreMarks(terms);
  const book: Book = { ...options, states: new Map(), quantiles: new Map(), marks };
  return {
    name: options.name,
    terms,
    hour: (moment, shorts) => {
      report(book, moment, shorts);
      probe?.hour(moment, { shorts, rhoOf: (short, at) => readMaintenance(book, short, at), opening: openingOf(book) });
    },
    decide: (plan, moment) => {
      if (writers === null) return plan;
      const riskClass = classAt(terms, classIdAt(terms, plan.series, moment));
      const { rhoInitialBps, piBps } = openingOf(book)(plan, moment);
      const rhoMaintenanceBps = Math.ceil((rhoInitialBps * 10_000) / (10_000 + riskClass.betaBps));
      const quote = { rhoInitialBps, rhoMaintenanceBps, piBps };
      return chooseOpening({ plan, moment, quote }, writers, world.luck[plan.index] ?? 0);
    },
    open: (plan, moment) => {
      const classId = classIdAt(terms, plan.series, moment);
      book.states.set(plan.index, initialState(classId, classAt(terms, classId)));
      return openingOf(book)(plan, moment).rhoInitialBps;
    },
    maintenance: (short, moment) => readMaintenance(book, short, moment),
    initial: (short, moment) => {
      const asked = initialOf(book, short, moment);
      return Math.min(asked, retainedOf(book, short, moment) ?? asked);
    },
    reclassify: (short, moment) => reclassify(book, short, moment),
    mark: (short, moment) => marks.mark(short, { state: stateOf(book.states, short.plan), moment }),
    grew: ({ plan }) => {
      const state = book.states.get(plan.index);
      if (state !== undefined) book.states.set(plan.index, raised(state, classAt(terms, state.classId)));
    },
    retired: (short) => {
      book.states.delete(short.plan.index);
      marks.forget(short);
    },
  };
}

function readMaintenance({ states, terms }: Book, { plan }: Short, { timeSec }: Moment) {
  const state = stateOf(states, plan);
  return maintenanceOfState(state, { riskClass: classAt(terms, state.classId), nowSec: timeSec });
}

function openingOf(book: Book) {
  return (plan: Pick<PlannedShort, "series">, moment: Moment) =>
    openingIn(book, classIdAt(book.terms, plan.series, moment), moment);
}

/** What a new short of a class must meet. */
function openingIn({ quantiles, terms }: Book, classId: number, { timeSec }: Moment) {
  const quantile = quantiles.get(classId);
  const word = quantile === undefined ? UNKNOWN_WORD : packRiskWord(quantile);
  return openingParams(word, { riskClass: classAt(terms, classId), nowSec: timeSec });
}

/** What its own score asks for, not less than the floor under withdrawals, where the score counts; else `null`. */
function retainedOf(book: Book, short: Short, moment: Moment): number | null {
  const { states, terms, marks } = book;
  const state = stateOf(states, short.plan);
  if (!marks.counts(short, { state, moment })) return null;
  const own = retainedRho(state, classAt(terms, state.classId), moment.timeSec);
  return Math.max(own, leastRetainedRho(openingIn(book, state.classId, moment).rhoInitialBps));
}

/** As `OptionVault.reclassify`, which anybody may call. */
function reclassify({ states, terms, marks }: Book, short: Short, moment: Moment): void {
  const { plan } = short;
  const state = stateOf(states, plan);
  const classId = clearClassIdAt(terms, plan.series, moment);
  if (classId === null || classId === state.classId || isStale(state, moment.timeSec)) return;
  const classes = { oldClass: classAt(terms, state.classId), newClass: classAt(terms, classId) };
  const word = reclassedWord(packRiskWord(state), { ...classes, classId, nowSec: moment.timeSec });
  states.set(plan.index, unpackRiskWord(word));
  marks.reclassed(short, moment.timeSec);
}

/** What its own word asks for, and what a new short of its present class would have to meet. */
function initialOf(book: Book, { plan }: Short, moment: Moment): number {
  const { states, terms } = book;
  const state = stateOf(states, plan);
  const riskClass = classAt(terms, state.classId);
  const own = effectiveParams(packRiskWord(state), { riskClass, nowSec: moment.timeSec }).rhoInitialBps;
  return Math.max(own, openingOf(book)(plan, moment).rhoInitialBps);
}

function report(book: Book, moment: Moment, shorts: ReadonlyMap<number, Short>): void {
  const { world, states, terms } = book;
  const { timeSec, price } = moment;
  const weighed: WeighedScore[] = [];
  for (const { plan, size } of shorts.values()) {
    const scores = world.scores[plan.index];
    const age = (timeSec - plan.openSec) / SECONDS_PER_HOUR;
    if (scores === undefined || age >= scores.rhoBps.length) continue;
    const state = stateOf(states, plan);
    const riskClass = classAt(terms, state.classId);
    const rhoBps = within(scores.rhoBps[age] ?? 0, riskClass.rhoFloorBps, riskClass.rhoCeilingBps);
    const piMost = Math.min(riskClass.piCapBps, rhoBps - riskClass.deltaBps);
    const piBps = within(scores.piBps[age] ?? 0, riskClass.piFloorBps, piMost);
    states.set(plan.index, moved(state, { epoch: state.epoch, rhoBps, piBps, score: 0 }, { riskClass, timeSec }));
    weighed.push({ score: { classId: state.classId, rhoBps, piBps }, weight: size * Math.min(plan.strike, price) });
  }
  for (const { classId, rhoBps, piBps } of classQuantiles(weighed, DEFAULT_SCORING_SETTINGS.classQuantile)) {
    const riskClass = classAt(terms, classId);
    const state = book.quantiles.get(classId) ?? initialState(classId, riskClass);
    const entry = { epoch: FIRST_EPOCH, rhoBps, piBps, score: 0 };
    book.quantiles.set(classId, moved(state, entry, { riskClass, timeSec }));
  }
}

/** The state after the nearest entry that the rules accept; the same where there is none. */
function moved(
  state: RiskState,
  wished: EntryValues,
  { riskClass, timeSec }: { readonly riskClass: RiskClass; readonly timeSec: number },
): RiskState {
  const context = { riskClass, observedAtSec: timeSec, appliedAtSec: timeSec + DELIVERY_DELAY_SEC };
  // Operators clamp to the time of the observation, as `vault/report-delivery.ts` does; most entries need no clamping.
  const early = { ...context, appliedAtSec: timeSec };
  const clamped = clampToState(state, wished, early);
  if (!clamped.ok) return state;
  const applied = applyToState(state, clamped.value, context);
  return isSkip(applied.outcome) ? state : applied.state;
}

/** Next epoch; the cap counts from the present target where that is higher (`RiskOracle.raiseRisk`). */
function raised(state: RiskState, { maxAboveOpenBps }: RiskClass): RiskState {
  const epoch = state.epoch === MAX_EPOCH ? FIRST_EPOCH : state.epoch + 1;
  const cap = Math.min(10_000, state.rhoTarget + maxAboveOpenBps);
  return { ...state, epoch, rhoCap: Math.max(state.rhoCap, cap) };
}

function stateOf(states: ReadonlyMap<number, RiskState>, { index }: Pick<PlannedShort, "index">): RiskState {
  const state = states.get(index);
  if (state === undefined) throw new RangeError(`Short ${index} was never opened here.`);
  return state;
}

function classAt({ classes }: VaultTerms, classId: number): RiskClass {
  const riskClass = classes.get(classId);
  if (riskClass === undefined) throw new RangeError(`The grid names class ${classId}, which has no bounds.`);
  return riskClass;
}

function within(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
