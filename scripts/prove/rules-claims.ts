/** The promises in the header of `contracts/libraries/RiskRules.sol`, as claims about its model. */
import { application, claim, isFresh, isLive } from "./application.ts";
import { productHint } from "./premises.ts";
import { rampClaims } from "./ramp-claims.ts";
import { type ClassTerms, loosenDelayed, OUTCOME, tightenDelayed, WORD_FIELDS, type WordTerms } from "./rules-model.ts";
import { add, and, eq, implies, ite, le, lt, max, min, or, sub, type Term, variable } from "./term.ts";
import type { Claim } from "./z3.ts";

/** The value lies within the drift of both anchors. */
function withinDrift(value: Term, anchors: readonly [Term, Term], bounds: ClassTerms): Term {
  return and(
    ...anchors.flatMap((anchor) => [
      le(value, add(anchor, bounds.tightenDrift)),
      le(anchor, add(value, bounds.loosenDrift)),
    ]),
  );
}

function linkedClaims(): readonly Claim[] {
  const made = application();
  const { word, bounds, entry, applied } = made;
  const { target, pi } = applied.word;
  const [oldGap, gap] = [sub(word.target, word.pi), sub(target, pi)];
  const inside = (rho: Term, penalty: Term): Term =>
    and(
      le(bounds.rhoFloor, rho),
      le(rho, bounds.rhoCeiling),
      le(bounds.piFloor, penalty),
      le(penalty, bounds.piCap),
      le(add(penalty, bounds.delta), rho),
    );
  return [
    claim("linked rule: an applied pair keeps π + δ ≤ ρ, or the live gap where the DAO raised δ above it", made, {
      premises: [made.changed],
      goal: or(le(bounds.delta, gap), and(isLive(made), le(max(oldGap, 0), gap))),
    }),
    claim("bounds: a pair inside its bounds stays inside, whatever is signed", made, {
      premises: [inside(word.target, word.pi)],
      goal: inside(target, pi),
    }),
    claim("bounds: a first score is inside, with no allowance", made, {
      premises: [eq(word.observedAt, 0), lt(applied.outcome, 3)],
      goal: inside(target, pi),
    }),
    claim("pair: both fields move, or neither", made, {
      goal: or(and(eq(target, entry.rho), eq(pi, entry.newPi)), and(eq(target, word.target), eq(pi, word.pi))),
    }),
    claim("refusal: the word stays as it is", made, {
      premises: [lt(2, applied.outcome)],
      goal: and(...WORD_FIELDS.map((field) => eq(applied.word[field], word[field]))),
    }),
  ];
}

function driftClaims(): readonly Claim[] {
  const made = application();
  const { word, bounds, entry, applied } = made;
  const before = withinDrift(word.target, [word.anchor, word.prior], bounds);
  const after = withinDrift(applied.word.target, [applied.word.anchor, applied.word.prior], bounds);
  const top = add(min(applied.anchor, applied.prior), bounds.tightenDrift);
  return [
    claim("drift: while fresh, the target stays within the drift of its values at the starts of both windows", made, {
      premises: [isLive(made), isFresh(made), before],
      goal: after,
    }),
    claim("drift: after silence too, but for the fallback ρ already in force", made, {
      premises: [isLive(made), before, lt(max(top, word.target), applied.word.target)],
      goal: le(applied.word.target, applied.standing),
    }),
    claim("drift: the time that passes between two entries keeps it", made, {
      premises: [before],
      goal: withinDrift(word.target, [applied.anchor, applied.prior], bounds),
    }),
    claim(
      "drift: every change writes the time of its lane, so the later lane tells the window of the last change",
      made,
      {
        premises: [made.changed],
        goal: eq(max(applied.word.tightenedAt, applied.word.loosenedAt), entry.now),
      },
    ),
    claim("drift: a first score starts both anchors at itself", made, {
      premises: [eq(word.observedAt, 0), lt(applied.outcome, 3)],
      goal: and(eq(applied.word.anchor, entry.rho), eq(applied.word.prior, entry.rho)),
    }),
    anchorClaim(),
  ];
}

function anchorClaim(): Claim {
  const made = application();
  const { model, word, bounds, applied } = made;
  const windowNumber = variable("windowNumber");
  const changed = model.floor("changedWindow", applied.changedAt, bounds.windowSec);
  // The target is constant since the window of its last change, so it stood at the start of every later window.
  const isSame = eq(windowNumber, changed);
  const earlier = ite(eq(windowNumber, add(changed, 1)), word.anchor, word.target);
  const numbering = [
    productHint(sub(sub(windowNumber, changed), 1), bounds.windowSec),
    productHint(sub(sub(windowNumber, changed), 2), bounds.windowSec),
    productHint(sub(sub(changed, windowNumber), 1), bounds.windowSec),
  ];
  return claim("drift: the anchors are the values at the starts of this window and the one before", made, {
    premises: [made.changed, isLive(made), ...numbering],
    goal: and(
      eq(applied.word.anchor, ite(isSame, word.anchor, word.target)),
      eq(applied.word.prior, ite(isSame, word.prior, earlier)),
    ),
  });
}

function laneClaims(): readonly Claim[] {
  const made = application();
  const { word, bounds, applied } = made;
  const [later] = made.model.inputs(["later"]);
  const same = (...fields: readonly (keyof WordTerms)[]): Term =>
    and(...fields.map((field) => eq(applied.word[field], word[field])));
  return [
    claim("two lanes: a loosening leaves the tightening lane and the ramp's times as they are", made, {
      premises: [made.loosened, isLive(made)],
      goal: and(
        same("tightenedAt", "grace", "ramp"),
        eq(tightenDelayed(applied.word, bounds, later), tightenDelayed(word, bounds, later)),
      ),
    }),
    claim("two lanes: a tightening leaves the loosening lane as it is", made, {
      premises: [made.tightened, isLive(made)],
      goal: eq(loosenDelayed(applied.word, bounds, later), loosenDelayed(word, bounds, later)),
    }),
    claim("no-op: a repeated value consumes nothing", made, {
      premises: [eq(applied.outcome, OUTCOME.refreshed), isLive(made)],
      goal: same("from", "target", "cap", "anchor", "prior", "pi", "tightenedAt", "loosenedAt", "grace", "ramp"),
    }),
    claim("observation: time of observation never falls, and rises when an entry is applied", made, {
      goal: and(
        le(word.observedAt, applied.word.observedAt),
        implies(lt(applied.outcome, 3), lt(word.observedAt, applied.word.observedAt)),
      ),
    }),
  ];
}

/** All claims about the rules. */
export function rulesClaims(): readonly Claim[] {
  return [...linkedClaims(), ...driftClaims(), ...laneClaims(), ...rampClaims(application())];
}
