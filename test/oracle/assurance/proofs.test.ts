/** The models behind `npm run prove`: tied to the code by vectors, and a solver that can say no. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Model } from "../../../scripts/prove/model.ts";
import {
  add,
  and,
  eq,
  evaluate,
  int,
  ite,
  le,
  lt,
  mul,
  not,
  quotient,
  rest,
  sub,
  toSmt,
} from "../../../scripts/prove/term.ts";
import { checkMarginModel, checkRulesModel } from "../../../scripts/prove/vectors.ts";
import { scriptOf } from "../../../scripts/prove/z3.ts";

describe("proof models", () => {
  it("default: margin and liquidation give the code's results", () => {
    const { cases, differences } = checkMarginModel();
    assert.ok(cases >= 2_000);
    assert.deepEqual(differences, []);
  });

  it("default: rules give the code's results", () => {
    const { cases, differences } = checkRulesModel();
    assert.ok(cases >= 3_000);
    assert.deepEqual(differences, []);
  });

  it("behavior: quotients round as named, for negative numerators too", () => {
    const model = new Model();
    const [value] = model.inputs(["value"]);
    const [down, up] = [model.floor("down", value, 4), model.ceil("up", value, 4)];
    for (const [numerator, expected] of [
      [7n, [1n, 2n]],
      [8n, [2n, 2n]],
      [0n, [0n, 0n]],
      [-7n, [-2n, -1n]],
    ] as const) {
      const values = model.evaluate({ value: numerator });
      assert.deepEqual([evaluate(down, values), evaluate(up, values)], expected);
    }
  });

  it("behavior: div and mod are those of SMT-LIB", () => {
    const values = new Map<string, bigint>();
    assert.equal(evaluate(quotient(int(-7), 4), values), -2n);
    assert.equal(evaluate(rest(int(-7), 4), values), 1n);
  });

  it("behavior: terms print as SMT-LIB, negative numbers as negations", () => {
    const term = ite(and(lt(1, 2), not(eq(3, -4))), add(1, mul(2, 3)), sub(0, 1));
    assert.equal(toSmt(term), "(ite (and (< 1 2) (not (= 3 (- 4)))) (+ 1 (* 2 3)) (- 0 1))");
    assert.equal(evaluate(term, new Map()), 7n);
  });

  it("behavior: a script holds what the claim depends on, and nothing else", () => {
    const model = new Model();
    const [used, unused] = model.inputs(["used", "unused"]);
    const [half, other] = [model.floor("half", used, 2), model.define("other", add(unused, 1))];
    assert.notEqual(other, undefined);
    const script = scriptOf({ name: "", models: [model], premises: [le(0, used)], goal: le(half, used) });
    assert.ok(script.includes("declare-const half"));
    assert.ok(!script.includes("unused") && !script.includes("other"));
  });
});
