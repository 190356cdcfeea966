/** Ramps: where they start, that a new target never makes the ρ in force jump, and when they end. */
import { type Application, claim, isFresh, isLive } from "./application.ts";
import { Model } from "./model.ts";
import { productHint } from "./premises.ts";
import { fieldInputs, rampRho, standingRho, WORD_FIELDS, type WordTerms } from "./rules-model.ts";
import { add, and, eq, implies, int, le, lt, max, min, mul, not, sub, type Term } from "./term.ts";
import type { Claim } from "./z3.ts";

const MINUTE = 60n;

/** Lemmas about one running ramp, for any word. */
function rampLemmas(): readonly Claim[] {
  const model = new Model();
  const word = fieldInputs(model, WORD_FIELDS);
  const [nowSec, lowFrom, lowTarget] = model.inputs(["nowSec", "lowFrom", "lowTarget"]);
  const rho = rampRho(model, word, { name: "rho", nowSec });
  const low = rampRho(model, { ...word, from: lowFrom, target: lowTarget }, { name: "low", nowSec });
  const start = add(word.tightenedAt, mul(word.grace, MINUTE));
  const valid = and(...[...Object.values(word), nowSec, lowFrom, lowTarget].map((field) => le(0, field)));
  const { from, target } = word;
  const elapsed = max(sub(nowSec, start), 0);
  const length = max(mul(word.ramp, MINUTE), 1);
  const [gain, lowGain] = [sub(rho, from), sub(low, lowFrom)];
  const premises = [valid, lt(0, word.ramp)];
  const hints = [
    productHint(sub(from, lowFrom), sub(length, elapsed)),
    productHint(sub(target, lowTarget), elapsed),
    productHint(sub(sub(add(lowFrom, lowGain), 1), add(from, gain)), length),
    productHint(sub(target, from), sub(length, elapsed)),
    productHint(sub(target, from), elapsed),
    productHint(sub(sub(rho, target), 1), length),
    productHint(sub(sub(from, rho), 1), length),
  ];
  return [
    {
      name: "ramp: it stands at its start until its grace is over",
      models: [model],
      premises: [...premises, le(nowSec, start)],
      goal: eq(rho, min(from, target)),
    },
    {
      name: "ramp: it lies between its start and its target",
      models: [model],
      premises: [...premises, ...hints],
      goal: and(le(min(from, target), rho), le(rho, target)),
    },
    {
      name: "ramp: with a lower start and a lower target it is nowhere higher",
      models: [model],
      premises: [...premises, ...hints, le(lowFrom, from), le(lowTarget, target), le(lowFrom, lowTarget)],
      goal: le(low, rho),
    },
  ];
}

/** What an application does to the ramp; with the lemmas, the ρ in force is continuous at a tightening, else it only falls. */
export function rampClaims(made: Application): readonly Claim[] {
  return [...rampLemmas(), ...startClaims(made), ...endClaims(made)];
}

function startClaims(made: Application): readonly Claim[] {
  const { word, bounds, entry, applied } = made;
  const ramps = and(lt(0, bounds.classRamp), lt(0, word.ramp));
  const same = (...fields: readonly (keyof WordTerms)[]): Term =>
    and(...fields.map((field) => eq(applied.word[field], word[field])));
  return [
    claim("ramp: a tightening starts a ramp now at the ρ in force, also during a ramp: no jump", made, {
      // While fresh, the ρ in force lies on the ramp, at or below its target: the lemma above. A class without a ramp jumps
      // by the DAO's choice.
      premises: [isLive(made), isFresh(made), ramps, le(applied.standing, word.target), made.tightened],
      goal: and(
        eq(applied.word.from, applied.standing),
        eq(applied.word.target, entry.rho),
        eq(applied.word.tightenedAt, entry.now),
        lt(0, applied.word.ramp),
        le(applied.standing, word.cap),
        same("cap"),
      ),
    }),
    claim("ramp: a loosening keeps its times and lowers its start and target: the ρ in force never rises", made, {
      premises: [isLive(made), made.loosened],
      goal: and(
        le(applied.word.from, word.from),
        le(applied.word.target, word.target),
        le(applied.word.from, applied.word.target),
        same("tightenedAt", "grace", "ramp", "cap"),
      ),
    }),
  ];
}

function endClaims(made: Application): readonly Claim[] {
  const { model, word, bounds, entry, applied } = made;
  const next = standingRho(model, { word: applied.word, bounds, nowSec: entry.now, name: "standingAfter" });
  const start = add(word.tightenedAt, mul(word.grace, MINUTE));
  const end = add(start, mul(word.ramp, MINUTE));
  const rampEnd = add(applied.word.tightenedAt, mul(add(applied.word.grace, applied.word.ramp), MINUTE));
  const latest = add(entry.now, mul(add(bounds.classGrace, bounds.classRamp), MINUTE));
  return [
    claim("ramp: a re-targeted ramp ends no later than a fresh one", made, {
      premises: [isLive(made), made.tightened],
      goal: le(rampEnd, latest),
    }),
    claim("ramp: a re-targeted ramp gets no second grace", made, {
      premises: [isLive(made), made.tightened, lt(applied.standing, word.target), lt(entry.now, end)],
      goal: le(add(entry.now, mul(applied.word.grace, MINUTE)), add(max(start, entry.now), int(MINUTE - 1n))),
    }),
    claim("ramp: the ρ in force never exceeds the cap, which only the first score sets, Δ_max above itself", made, {
      goal: and(
        implies(isLive(made), and(le(applied.standing, word.cap), eq(applied.word.cap, word.cap))),
        implies(lt(0, applied.word.observedAt), le(next, applied.word.cap)),
        implies(
          and(not(isLive(made)), lt(applied.outcome, 3)),
          le(applied.word.cap, add(entry.rho, bounds.maxAboveOpen)),
        ),
      ),
    }),
  ];
}
