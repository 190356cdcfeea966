/** SMT model of RiskRules and RiskReading: word fields, class and entry in, outcome and new fields out. */
import type { Model } from "./model.ts";
import {
  add,
  and,
  eq,
  int,
  ite,
  le,
  lt,
  max,
  min,
  mul,
  not,
  or,
  quotient,
  saturatingSub,
  sub,
  type Term,
} from "./term.ts";

const MINUTE = 60n;
const MAX_SCORE = 600n;
const MAX_RHO = 10_000n;

/** Fields of the stored word that the rules read or write. */
export const WORD_FIELDS = [
  "from",
  "target",
  "cap",
  "anchor",
  "prior",
  "pi",
  "score",
  "observedAt",
  "tightenedAt",
  "loosenedAt",
  "validity",
  "epoch",
  "grace",
  "ramp",
] as const;
/** Fields of the class that the rules read. */
export const CLASS_FIELDS = [
  "rhoFloor",
  "rhoCeiling",
  "rhoDefault",
  "piFloor",
  "piCap",
  "delta",
  "tightenStep",
  "tightenDrift",
  "tightenDelay",
  "loosenStep",
  "loosenDrift",
  "loosenDelay",
  "windowSec",
  "validityMinutes",
  "classGrace",
  "classRamp",
  "fallbackRamp",
  "maxAboveOpen",
  "piStep",
] as const;
/** The entry and the times of its report. */
export const ENTRY_FIELDS = ["rho", "newPi", "entryEpoch", "entryScore", "entryObservedAt", "now"] as const;

/** Terms of a word. */
export type WordTerms = Readonly<Record<(typeof WORD_FIELDS)[number], Term>>;
/** Terms of a class. */
export type ClassTerms = Readonly<Record<(typeof CLASS_FIELDS)[number], Term>>;
/** Terms of an entry. */
export type EntryTerms = Readonly<Record<(typeof ENTRY_FIELDS)[number], Term>>;

/** Seconds from the observation to the first stale second. */
export function validSec(validityMinutes: Term): Term {
  return mul(validityMinutes, MINUTE);
}

/** What applying an entry gives. */
export interface AppliedTerms {
  readonly outcome: Term;
  /** Fields afterwards; the old ones when the entry is refused. */
  readonly word: WordTerms;
  readonly standing: Term;
  /** Anchors of the window of `now` before the entry. */
  readonly anchor: Term;
  readonly prior: Term;
  /** Start of the window of `now`. */
  readonly windowStart: Term;
  /** Time of the last change before the entry. */
  readonly changedAt: Term;
}

/** Numbers of the outcomes, as in `EntryOutcome`. */
export const OUTCOME = { tightened: 0, loosened: 1, refreshed: 2, tightenDelay: 13, loosenDelay: 14 } as const;

/** Inputs named after the fields. */
export function fieldInputs<Field extends string>(
  model: Model,
  fields: readonly Field[],
): Readonly<Record<Field, Term>> {
  const entries = fields.map((field): [Field, Term] => [field, model.input(field)]);
  return Object.fromEntries(entries) as Record<Field, Term>;
}

/** `RiskReading.rampRho`. */
export function rampRho(model: Model, word: WordTerms, at: { readonly name: string; readonly nowSec: Term }): Term {
  const { from, target, tightenedAt, grace, ramp } = word;
  const start = add(tightenedAt, mul(grace, MINUTE));
  return rising(model, { name: at.name, from, to: target, elapsed: sub(at.nowSec, start), length: mul(ramp, MINUTE) });
}

interface Rise {
  readonly name: string;
  readonly from: Term;
  readonly to: Term;
  readonly elapsed: Term;
  readonly length: Term;
}

/** `RiskReading._rampUp`, and `from` before the start. */
function rising(model: Model, { name, from, to, elapsed, length }: Rise): Term {
  const since = model.define(`${name}_elapsed`, max(elapsed, 0));
  const span = model.define(`${name}_length`, length);
  const gain = model.ceil(`${name}_gain`, mul(sub(to, from), since), max(span, 1));
  const inside = ite(lt(elapsed, 0), from, ite(le(span, since), to, add(from, gain)));
  return model.define(name, ite(le(to, from), to, inside));
}

/** `RiskReading.standingRho`. */
export function standingRho(
  model: Model,
  {
    word,
    bounds,
    nowSec,
    name,
  }: { readonly word: WordTerms; readonly bounds: ClassTerms; readonly nowSec: Term; readonly name: string },
): Term {
  const staleFrom = add(word.observedAt, validSec(word.validity));
  const stale = and(not(eq(word.observedAt, 0)), le(staleFrom, nowSec));
  const now = rampRho(model, word, { name: `${name}_ramp`, nowSec });
  const then = rampRho(model, word, { name: `${name}_stale`, nowSec: staleFrom });
  const goal = max(word.target, bounds.rhoDefault);
  const elapsed = sub(nowSec, staleFrom);
  const length = mul(bounds.fallbackRamp, MINUTE);
  const fallback = rising(model, { name: `${name}_fallback`, from: then, to: goal, elapsed, length });
  const scored = min(ite(stale, max(now, fallback), now), word.cap);
  return model.define(name, ite(eq(word.observedAt, 0), word.target, scored));
}

/** `RiskRules.applyEntry` for a known word. */
export function applyEntry(
  model: Model,
  { word, bounds, entry }: { readonly word: WordTerms; readonly bounds: ClassTerms; readonly entry: EntryTerms },
): AppliedTerms {
  const { rho, newPi, now } = entry;
  const standing = standingRho(model, { word, bounds, nowSec: now, name: "standing" });
  const rhoSame = eq(rho, word.target);
  const changes = model.state("changes", not(and(rhoSame, eq(newPi, word.pi))));
  const tightens = model.state("tightens", ite(rhoSame, lt(word.pi, newPi), lt(word.target, rho)));
  const live = model.state("live", not(eq(word.observedAt, 0)));
  const windowNumber = model.floor("windowNumber", now, bounds.windowSec);
  const windowStart = model.define("windowStart", mul(windowNumber, bounds.windowSec));
  const changedAt = model.define("changedAt", max(word.tightenedAt, word.loosenedAt));
  const sameWindow = le(windowStart, changedAt);
  const nextWindow = le(windowStart, add(changedAt, bounds.windowSec));
  const anchor = model.define("newAnchor", ite(sameWindow, word.anchor, word.target));
  const prior = model.define("newPrior", ite(sameWindow, word.prior, ite(nextWindow, word.anchor, word.target)));
  const base = { word, bounds, entry, standing, live, changes, tightens, anchor, prior };
  const objection = model.define("objection", objectionOf(base));
  const accepted = model.state("accepted", eq(objection, OUTCOME.refreshed));
  const change = ite(tightens, int(OUTCOME.tightened), int(OUTCOME.loosened));
  const outcome = model.define("outcome", ite(accepted, ite(changes, change, int(OUTCOME.refreshed)), objection));
  const applied = { ...base, accepted };
  return { outcome, word: nextWord(model, applied), standing, anchor, prior, windowStart, changedAt };
}

interface Entering {
  readonly word: WordTerms;
  readonly bounds: ClassTerms;
  readonly entry: EntryTerms;
  readonly standing: Term;
  readonly live: Term;
  readonly changes: Term;
  readonly tightens: Term;
  readonly anchor: Term;
  readonly prior: Term;
}

/** The first objection in the order of the code; REFRESHED stands for none. */
function objectionOf(base: Entering): Term {
  const { word, bounds, entry, standing, live, changes, tightens, anchor, prior } = base;
  const { rho, newPi, now } = entry;
  const oldGap = saturatingSub(word.target, word.pi);
  const piMove = max(sub(newPi, word.pi), sub(word.pi, newPi));
  const checked = and(live, changes);
  const up = and(checked, tightens);
  const down = and(checked, not(tightens));
  const top = add(min(anchor, prior), bounds.tightenDrift);
  const staleEpoch = and(not(eq(entry.entryEpoch, word.epoch)), or(and(changes, not(tightens)), lt(rho, standing)));
  const checks: readonly (readonly [number, Term])[] = [
    [4, le(entry.entryObservedAt, word.observedAt)],
    [18, lt(int(MAX_SCORE), entry.entryScore)],
    [5, and(lt(rho, bounds.rhoFloor), not(and(live, le(word.target, rho))))],
    [6, and(lt(bounds.rhoCeiling, rho), not(and(live, le(rho, word.target))))],
    [7, and(lt(newPi, bounds.piFloor), not(and(live, le(word.pi, newPi))))],
    [8, and(lt(bounds.piCap, newPi), not(and(live, le(newPi, word.pi))))],
    [9, and(lt(rho, add(newPi, bounds.delta)), not(and(live, le(add(newPi, oldGap), rho))))],
    [17, staleEpoch],
    [12, and(checked, lt(bounds.piStep, piMove))],
    [10, and(up, lt(add(max(standing, word.target), bounds.tightenStep), rho))],
    [OUTCOME.tightenDelay, and(up, tightenDelayed(word, bounds, now))],
    [15, and(up, lt(top, rho), lt(standing, rho), lt(word.target, rho))],
    [11, and(down, lt(add(rho, bounds.loosenStep), word.target))],
    [OUTCOME.loosenDelay, and(down, loosenDelayed(word, bounds, now))],
    [16, and(down, lt(add(rho, bounds.loosenDrift), max(anchor, prior)), lt(rho, word.target))],
  ];
  return checks.reduceRight<Term>(
    (later, [outcome, refuses]) => ite(refuses, int(outcome), later),
    int(OUTCOME.refreshed),
  );
}

/** Whether the tightening lane is still closed. */
export function tightenDelayed(word: WordTerms, bounds: ClassTerms, nowSec: Term): Term {
  return lt(nowSec, add(word.tightenedAt, bounds.tightenDelay));
}

/** Whether the loosening lane is still closed. */
export function loosenDelayed(word: WordTerms, bounds: ClassTerms, nowSec: Term): Term {
  return lt(nowSec, add(word.loosenedAt, bounds.loosenDelay));
}

function nextWord(model: Model, base: Entering & { readonly accepted: Term }): WordTerms {
  const { word, bounds, entry, standing, live, changes, tightens, anchor, prior, accepted } = base;
  const { rho, newPi, now } = entry;
  const first = and(accepted, not(live));
  const moved = and(accepted, live, changes);
  const up = and(moved, tightens);
  const down = and(moved, not(tightens));
  const ramp = retargeted(model, { word, bounds, entry, standing });
  const rampStart = min(standing, rho);
  const field = (name: string, old: Term, ...cases: readonly (readonly [Term, Term])[]): Term =>
    model.define(
      `next_${name}`,
      cases.reduceRight<Term>((later, [when, value]) => ite(when, value, later), old),
    );
  return {
    from: field("from", word.from, [first, rampStart], [up, rampStart], [down, min(word.from, rho)]),
    target: field("target", word.target, [or(first, moved), rho]),
    cap: field("cap", word.cap, [first, min(int(MAX_RHO), add(rho, bounds.maxAboveOpen))]),
    anchor: field("anchor", word.anchor, [first, rho], [moved, anchor]),
    prior: field("prior", word.prior, [first, rho], [moved, prior]),
    pi: field("pi", word.pi, [or(first, moved), newPi]),
    score: field("score", word.score, [accepted, entry.entryScore]),
    observedAt: field("observedAt", word.observedAt, [accepted, entry.entryObservedAt]),
    tightenedAt: field("tightenedAt", word.tightenedAt, [or(first, up), now]),
    loosenedAt: field("loosenedAt", word.loosenedAt, [or(first, down), now]),
    validity: field("validity", word.validity, [accepted, bounds.validityMinutes]),
    epoch: word.epoch,
    grace: field("grace", word.grace, [first, bounds.classGrace], [up, ramp.grace]),
    ramp: field("ramp", word.ramp, [first, bounds.classRamp], [up, ramp.ramp]),
  };
}

/** `RiskRules._rampMinutes`. */
function retargeted(
  model: Model,
  { word, bounds, entry, standing }: Pick<Entering, "word" | "bounds" | "entry" | "standing">,
): { readonly grace: Term; readonly ramp: Term } {
  const start = model.define("rampStart", add(word.tightenedAt, mul(word.grace, MINUTE)));
  const end = model.define("rampEnd", add(start, mul(word.ramp, MINUTE)));
  const fresh = or(le(word.target, standing), le(end, entry.now));
  const wait = model.define("rampWait", max(sub(start, entry.now), 0));
  const left = model.define("rampLeft", sub(end, max(entry.now, start)));
  const graceLeft = min(bounds.classGrace, quotient(add(wait, MINUTE - 1n), int(MINUTE)));
  const grace = model.define("retargetedGrace", ite(fresh, bounds.classGrace, graceLeft));
  const below = max(mul(sub(word.target, standing), MINUTE), 1);
  const sameSlope = model.ceil("sameSlope", mul(left, sub(entry.rho, standing)), below);
  const latest = sub(add(bounds.classGrace, bounds.classRamp), grace);
  return { grace, ramp: model.define("retargetedRamp", ite(fresh, bounds.classRamp, min(sameSlope, latest))) };
}
