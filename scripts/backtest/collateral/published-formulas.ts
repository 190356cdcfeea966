/** Margin formulas of two deployed protocols, reproduced from their public descriptions. */
import { SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import { normalCdf } from "../../../oracle/math/special-functions.ts";
import { held, type MarginRule, outOfTheMoney, spotUnits } from "./baselines.ts";
import type { OptionPair } from "./snapshot-pairs.ts";

/** A published formula; its knob is 1 as published. */
export interface PublishedFormula {
  readonly name: string;
  readonly rule: MarginRule;
}

/** Derive (Lyra) v2, standard manager: initial margin of mark plus 15 % of spot less the amount out of the money, at least 13 %. */
const DERIVE_INITIAL = { base: 0.15, least: 0.13 };
/** Its maintenance margin: mark plus 9 % of spot. */
const DERIVE_MAINTENANCE = 0.09;
/**
 * Opyn Gamma v2 asks `u·min(K, s·S) + max(K − s·S, 0)` of a put and the mirror image of a call. s and u are set for each
 * product by its owner; here s is a shock of 25 % and u the at-the-money value at 100 % volatility, `2Φ(√T/2) − 1`.
 */
const GAMMA_SHOCK = 0.25;

/** All formulas. */
export const PUBLISHED_FORMULAS: readonly PublishedFormula[] = [
  { name: "Derive, initial", rule: (pair, knob) => held(pair, pair.value + knob * deriveInitial(pair)) },
  {
    name: "Derive, maintenance",
    rule: (pair, knob) => held(pair, pair.value + knob * DERIVE_MAINTENANCE * spotUnits(pair)),
  },
  { name: "Gamma", rule: gammaMargin },
];

function deriveInitial(pair: OptionPair): number {
  return Math.max(DERIVE_INITIAL.base - outOfTheMoney(pair), DERIVE_INITIAL.least) * spotUnits(pair);
}

function gammaMargin(pair: OptionPair, knob: number): number {
  const { quote, snapshot } = pair;
  const years = (quote.expirySec - snapshot.atSec) / SECONDS_PER_YEAR;
  const timeBound = 2 * normalCdf(Math.sqrt(years) / 2) - 1;
  const shocked = Math.max(0, 1 - knob * GAMMA_SHOCK);
  // As share of the largest loss: s·S/K of a put, s·K/S of a call.
  const ratio = shocked * (quote.kind === "put" ? quote.index / quote.strike : quote.strike / quote.index);
  return held(pair, timeBound * Math.min(1, ratio) + Math.max(1 - ratio, 0));
}
