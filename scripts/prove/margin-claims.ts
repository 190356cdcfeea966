/** Property 9 of the vault: I ≤ M(ρ) ≤ L, monotone, a gap of size ρ survived; and how quotients round. */

import * as margin from "./margin-model.ts";
import { Model } from "./model.ts";
import { anyPayoff, isRatio, productHint } from "./premises.ts";
import { add, and, eq, implies, int, le, lt, mul, sub, type Term } from "./term.ts";
import type { Claim } from "./z3.ts";

const BPS = 10_000n;
const WAD = 10n ** 18n;

function payoffInputs(model: Model, price = "price"): Readonly<Record<"isPut" | "strike" | "price", Term>> {
  return { isPut: model.input("isPut"), strike: model.input("strike"), price: model.input(price) };
}

/** A generic quotient: products as they stand, so that the solver sees a linear problem. */
function roundingClaims(): readonly Claim[] {
  const model = new Model();
  const [x1, y1, x2, y2] = [model.input("x1"), model.input("y1"), model.input("x2"), model.input("y2")];
  const [up1, up2] = [model.ceil("up1", x1, y1), model.ceil("up2", x2, y2)];
  const [down1, down2] = [model.floor("down1", x1, y1), model.floor("down2", x2, y2)];
  const premises = [lt(0, y1), lt(0, y2), le(mul(x1, y2), mul(x2, y1))];
  const hints = [
    productHint(sub(sub(up1, 1), up2), mul(y1, y2)),
    productHint(sub(sub(down1, 1), down2), mul(y1, y2)),
    productHint(sub(mul(y2, up2), x2), y1),
    productHint(sub(sub(x1, mul(y1, sub(up1, 1))), 1), y2),
    productHint(sub(x1, mul(y1, down1)), y2),
    productHint(sub(sub(mul(y2, add(down2, 1)), x2), 1), y1),
  ];
  return [
    { name: "a / b rounded up is monotone", models: [model], premises: [...premises, ...hints], goal: le(up1, up2) },
    {
      name: "a / b rounded down is monotone",
      models: [model],
      premises: [...premises, ...hints],
      goal: le(down1, down2),
    },
  ];
}

function marginBetween(): readonly Claim[] {
  const model = new Model();
  const { payoff, valid } = anyPayoff(model);
  const [units, rho, higher] = [model.input("units"), model.input("rho"), model.input("higher")];
  const { intrinsic, ceiling, denominator } = payoff;
  // The exact values before rounding, over one denominator; {@link roundingClaims} carries the order over to the quotients.
  const exact = (share: Term): Term => mul(units, add(mul(intrinsic, BPS), mul(share, ceiling)));
  const hints = [productHint(units, ceiling), productHint(mul(units, ceiling), rho), productHint(units, intrinsic)];
  const gap = [
    productHint(mul(units, ceiling), sub(higher, rho)),
    productHint(mul(units, ceiling), sub(int(BPS), rho)),
  ];
  const premises = [valid, le(0, units), isRatio(rho), ...hints, ...gap];
  const crossed = (left: Term, leftBelow: Term, right: Term, rightBelow: Term): Term =>
    le(mul(left, rightBelow), mul(right, leftBelow));
  const [plain, scaled] = [denominator, mul(denominator, BPS)];
  return [
    {
      name: "9: I ≤ M(ρ)",
      models: [model],
      premises: [...premises, productHint(denominator, mul(units, ceiling, rho))],
      goal: crossed(mul(units, intrinsic), plain, exact(rho), scaled),
    },
    {
      name: "9: M(ρ) ≤ L",
      models: [model],
      premises: [...premises, productHint(denominator, mul(mul(units, ceiling), sub(int(BPS), rho)))],
      goal: crossed(exact(rho), scaled, mul(units, add(intrinsic, ceiling)), plain),
    },
    {
      name: "9: M is monotone in ρ",
      models: [model],
      premises: [...premises, le(rho, higher)],
      goal: le(exact(rho), exact(higher)),
    },
    {
      name: "9: M(1) = L",
      models: [model],
      premises,
      goal: eq(mul(exact(int(BPS)), plain), mul(units, add(intrinsic, ceiling), scaled)),
    },
  ];
}

/** After an instantaneous gap of size ρ the collateral M(ρ) still covers what is owed. */
function gapTolerance(isPut: bigint): Claim {
  const [before, after] = [new Model(), new Model("after_")];
  const inputs = payoffInputs(before);
  const moved = after.input("price");
  const [units, rho] = [before.input("units"), before.input("rho")];
  const start = margin.payoffOf(before, inputs);
  const end = margin.payoffOf(after, { ...inputs, price: moved });
  // A put is tested by a fall to S(1 − ρ), a call by a rise to S/(1 − ρ); per contract, over the common denominator.
  const withinGap =
    isPut === 1n
      ? le(mul(inputs.price, sub(int(BPS), rho)), mul(moved, BPS))
      : le(mul(moved, sub(int(BPS), rho)), mul(inputs.price, BPS));
  const required = add(mul(start.intrinsic, BPS), mul(rho, start.ceiling));
  const goal =
    isPut === 1n
      ? le(mul(end.intrinsic, BPS), required)
      : le(mul(end.intrinsic, BPS, inputs.price), mul(required, moved));
  const { strike, price } = inputs;
  const kept = mul(moved, sub(int(BPS), rho));
  const hints =
    isPut === 1n
      ? [productHint(sub(strike, price), rho), productHint(sub(price, strike), sub(int(BPS), rho))]
      : [
          productHint(strike, sub(mul(price, BPS), kept)),
          productHint(price, sub(mul(strike, BPS), kept)),
          productHint(mul(rho, strike), moved),
          productHint(mul(rho, price), moved),
          productHint(sub(price, strike), moved),
        ];
  return {
    name: `9: a ${isPut === 1n ? "put survives a fall of ρ" : "call survives a rise of ρ/(1 − ρ)"}`,
    models: [before, after],
    premises: [
      eq(inputs.isPut, isPut),
      le(0, units),
      margin.positive(strike, price, moved),
      isRatio(rho),
      lt(rho, BPS),
      withinGap,
      ...hints,
    ],
    goal,
  };
}

function healthMeetsMargin(): Claim {
  const model = new Model();
  const { payoff, valid } = anyPayoff(model);
  const [units, rho, collateral] = [model.input("units"), model.input("rho"), model.input("collateral")];
  const required = margin.marginUp(model, payoff, { units, rho });
  const { health, buffer } = margin.healthOf(model, payoff, { units, rho, collateral });
  const below = lt(collateral, required);
  const scaled = mul(payoff.denominator, BPS);
  return {
    name: "9: health is below 1 exactly when collateral is below M(ρ)",
    models: [model],
    premises: [
      valid,
      margin.positive(units, buffer),
      le(0, collateral),
      isRatio(rho),
      productHint(sub(sub(required, 1), collateral), scaled),
      productHint(sub(collateral, required), scaled),
    ],
    goal: and(implies(below, lt(health, WAD)), implies(lt(health, WAD), below)),
  };
}

/** All claims about margin. */
export function marginClaims(): readonly Claim[] {
  return [...roundingClaims(), ...marginBetween(), gapTolerance(1n), gapTolerance(0n), healthMeetsMargin()];
}
