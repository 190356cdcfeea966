/** Ties the models to the code: on the seeded cases each model gives what `oracle/rules`, and so Solidity, gives. */

import type { RiskClass } from "../../oracle/domain/risk-class.ts";
import { ENTRY_OUTCOMES } from "../../oracle/rules/entry-outcome.ts";
import * as liquidation from "../../oracle/rules/liquidation.ts";
import * as mirror from "../../oracle/rules/margin.ts";
import { unpackRiskWord } from "../../oracle/rules/risk-word.ts";
import { generateRuleCases, type RuleCase } from "../generate/rules-vectors.ts";
import { CASE_COUNT, type VaultVectorCase, vaultVectorCase } from "../generate/vault-vector-cases.ts";
import * as margin from "./margin-model.ts";
import { Model } from "./model.ts";
import { applyEntry, CLASS_FIELDS, ENTRY_FIELDS, fieldInputs, WORD_FIELDS } from "./rules-model.ts";
import type { Term, Values } from "./term.ts";
import { evaluate } from "./term.ts";

const RULE_CASES = 4_000;
const RULE_SEED = "prove-rules-1";

/** Cases compared, and descriptions of those that differ. */
export interface VectorCheck {
  readonly name: string;
  readonly cases: number;
  readonly differences: readonly string[];
}

/** The margin and liquidation models on the cases whose digests are committed in test/vectors/vault. */
export function checkMarginModel(): VectorCheck {
  const model = new Model();
  const outputs = marginOutputs(model);
  const differences = Array.from({ length: CASE_COUNT }, (_, index) => index).flatMap((index) => {
    const drawn = vaultVectorCase(index);
    const { payoff, clock, distress, closedE8 } = drawn;
    const values = model.evaluate({
      ...priced(payoff),
      units: distress.sizeE8 * payoff.unit,
      size: distress.sizeE8,
      unit: payoff.unit,
      rho: distress.rhoBps,
      collateral: distress.collateral,
      target: distress.targetHealthBps,
      closed: closedE8,
      pi: clock.piBps,
      elapsed: clock.elapsedSec,
      orderly: clock.orderlySec,
      late: clock.lateSec,
    });
    return unequal(`vault case ${index}`, outputs, { values, expected: marginResults(drawn) });
  });
  return { name: "margin and liquidation", cases: CASE_COUNT, differences };
}

function marginOutputs(model: Model): Readonly<Record<string, Term>> {
  const [isPut, strike, price, units] = model.inputs(["isPut", "strike", "price", "units"]);
  const [size, unit, collateral, rho] = model.inputs(["size", "unit", "collateral", "rho"]);
  const [target, closed] = model.inputs(["target", "closed"]);
  const [pi, elapsed, orderly, late] = model.inputs(["pi", "elapsed", "orderly", "late"]);
  const payoff = margin.payoffOf(model, { isPut, strike, price });
  const rate = margin.rateOf(model, { pi, rho, elapsed, orderly, late });
  const distress = { ...payoff, size, unit, collateral, rho, target, rate };
  return {
    intrinsicUp: margin.intrinsicUp(model, payoff, units),
    maxLossUp: margin.maxLossUp(model, payoff, units),
    marginUp: margin.marginUp(model, payoff, { units, rho }),
    health: margin.healthOf(model, payoff, { units, rho, collateral }).health,
    rate,
    payout: margin.payoutOf(model, distress, closed),
    closable: margin.sizeOf(model, distress),
  };
}

function marginResults({ payoff, clock, distress, closedE8 }: VaultVectorCase): Readonly<Record<string, bigint>> {
  const { sizeE8, rhoBps } = distress;
  return {
    intrinsicUp: mirror.intrinsicUp(payoff, sizeE8),
    maxLossUp: mirror.maxLossUp(payoff, sizeE8),
    marginUp: mirror.marginUp(payoff, sizeE8, rhoBps),
    health: mirror.healthWadDown(payoff, distress),
    rate: liquidation.rateE8Down(clock),
    payout: liquidation.payoutDown(distress, closedE8),
    closable: liquidation.sizeUp(distress),
  };
}

/** Strike and price that give the payoff: the cases hold the payoff only. */
function priced({
  intrinsicE8,
  ceilingE8,
  denominator,
}: mirror.ChainPayoff): Readonly<Record<"isPut" | "strike" | "price", bigint>> {
  const isPut = denominator === 10n ** 16n;
  if (isPut) return { isPut: 1n, strike: ceilingE8 + intrinsicE8, price: ceilingE8 };
  const price = denominator / 10n ** 8n;
  return { isPut: 0n, price, strike: intrinsicE8 > 0n ? price - intrinsicE8 : ceilingE8 };
}

/** The rules model on cases of `scripts/generate/rules-vectors.ts`. */
export function checkRulesModel(): VectorCheck {
  const model = new Model();
  const word = fieldInputs(model, WORD_FIELDS);
  const bounds = fieldInputs(model, CLASS_FIELDS);
  const entry = fieldInputs(model, ENTRY_FIELDS);
  const applied = applyEntry(model, { word, bounds, entry });
  const outputs: Readonly<Record<string, Term>> = { outcome: applied.outcome, ...applied.word };
  const { classes, cases } = generateRuleCases(RULE_CASES, RULE_SEED);
  const known = cases.filter((item) => item.word !== 0n);
  const differences = known.flatMap((item, index) => {
    const riskClass = classes[item.classIndex];
    if (riskClass === undefined) throw new RangeError(`No class ${item.classIndex}.`);
    const values = model.evaluate({ ...wordValues(item.word), ...classValues(riskClass), ...entryValues(item) });
    const outcome = BigInt(ENTRY_OUTCOMES.indexOf(item.expected.outcome));
    const expected = { outcome, ...wordValues(item.expected.word) };
    return unequal(`rule case ${index}`, outputs, { values, expected });
  });
  return { name: "rules", cases: known.length, differences };
}

function unequal(
  name: string,
  outputs: Readonly<Record<string, Term>>,
  { values, expected }: { readonly values: Values; readonly expected: Readonly<Record<string, bigint>> },
): readonly string[] {
  return Object.entries(outputs).flatMap(([field, term]) => {
    const actual = evaluate(term, values);
    return actual === expected[field] ? [] : [`${name}, ${field}: model ${actual}, code ${expected[field]}`];
  });
}

function wordValues(packed: bigint): Readonly<Record<(typeof WORD_FIELDS)[number], bigint>> {
  const state = unpackRiskWord(packed);
  return {
    from: BigInt(state.rhoFrom),
    target: BigInt(state.rhoTarget),
    cap: BigInt(state.rhoCap),
    anchor: BigInt(state.rhoAnchor),
    prior: BigInt(state.rhoPrior),
    pi: BigInt(state.pi),
    score: BigInt(state.score),
    observedAt: BigInt(state.observedAt),
    tightenedAt: BigInt(state.tightenedAt),
    loosenedAt: BigInt(state.loosenedAt),
    validity: BigInt(state.validityMinutes),
    epoch: BigInt(state.epoch),
    grace: BigInt(state.graceMinutes),
    ramp: BigInt(state.rampMinutes),
  };
}

function classValues(riskClass: RiskClass): Readonly<Record<(typeof CLASS_FIELDS)[number], bigint>> {
  const { tighten, loosen } = riskClass;
  return {
    rhoFloor: BigInt(riskClass.rhoFloorBps),
    rhoCeiling: BigInt(riskClass.rhoCeilingBps),
    rhoDefault: BigInt(riskClass.rhoDefaultBps),
    piFloor: BigInt(riskClass.piFloorBps),
    piCap: BigInt(riskClass.piCapBps),
    delta: BigInt(riskClass.deltaBps),
    tightenStep: BigInt(tighten.stepBps),
    tightenDrift: BigInt(tighten.driftBps),
    tightenDelay: BigInt(tighten.delaySec),
    loosenStep: BigInt(loosen.stepBps),
    loosenDrift: BigInt(loosen.driftBps),
    loosenDelay: BigInt(loosen.delaySec),
    windowSec: BigInt(riskClass.windowSec),
    validityMinutes: BigInt(riskClass.validitySec) / 60n,
    classGrace: BigInt(riskClass.graceMinutes),
    classRamp: BigInt(riskClass.rampMinutes),
    fallbackRamp: BigInt(riskClass.fallbackRampMinutes),
    maxAboveOpen: BigInt(riskClass.maxAboveOpenBps),
    piStep: BigInt(riskClass.piStepBps),
  };
}

function entryValues(item: RuleCase): Readonly<Record<(typeof ENTRY_FIELDS)[number], bigint>> {
  return {
    rho: BigInt(item.entry.rhoBps),
    newPi: BigInt(item.entry.piBps),
    entryEpoch: BigInt(item.entry.epoch),
    entryScore: BigInt(item.entry.score),
    entryObservedAt: BigInt(item.observedAtSec),
    now: BigInt(item.appliedAtSec),
  };
}
