/** Premises and helpers that several claims share. */
import type { PayoffTerms } from "./margin-model.ts";
import type { Model } from "./model.ts";
import { and, implies, le, lt, mul, type Term } from "./term.ts";

const BPS = 10_000n;

/** A product of two terms that are not negative is not negative: helps the solver, and is true of all integers. */
export function productHint(left: Term, right: Term): Term {
  return implies(and(le(0, left), le(0, right)), le(0, mul(left, right)));
}

/** A ratio in basis points of one. */
export function isRatio(rho: Term): Term {
  return and(le(0, rho), le(rho, BPS));
}

/** A payoff in general: anything at or above 0 over a positive denominator. */
export function anyPayoff(model: Model): { readonly payoff: PayoffTerms; readonly valid: Term } {
  const payoff = {
    intrinsic: model.input("intrinsic"),
    ceiling: model.input("ceiling"),
    denominator: model.input("denominator"),
  };
  return { payoff, valid: and(le(0, payoff.intrinsic), le(0, payoff.ceiling), lt(0, payoff.denominator)) };
}
