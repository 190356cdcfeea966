/** Properties 9, 19, 20 and 21 of the vault, and the course of the auction, as claims about the models. */

import * as margin from "./margin-model.ts";
import { Model } from "./model.ts";
import { add, and, eq, implies, int, le, lt, max, mul, or, sub, type Term } from "./term.ts";
import type { Claim } from "./z3.ts";

const BPS = 10_000n;
const WAD = 10n ** 18n;
const RATE_PER_BPS = 10_000n;

/** A product of two terms that are not negative is not negative: helps the solver, and is true of all integers. */
function productHint(left: Term, right: Term): Term {
  return implies(and(le(0, left), le(0, right)), le(0, mul(left, right)));
}

function payoffInputs(model: Model, price = "price"): Readonly<Record<"isPut" | "strike" | "price", Term>> {
  return { isPut: model.input("isPut"), strike: model.input("strike"), price: model.input(price) };
}

function isRatio(rho: Term): Term {
  return and(le(0, rho), le(rho, BPS));
}

/** A payoff in general: anything at or above 0 over a positive denominator. */
function anyPayoff(model: Model): { readonly payoff: margin.PayoffTerms; readonly valid: Term } {
  const payoff = {
    intrinsic: model.input("intrinsic"),
    ceiling: model.input("ceiling"),
    denominator: model.input("denominator"),
  };
  return { payoff, valid: and(le(0, payoff.intrinsic), le(0, payoff.ceiling), lt(0, payoff.denominator)) };
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

function distressOf(model: Model): margin.DistressTerms {
  const { payoff } = anyPayoff(model);
  const input = (name: string): Term => model.input(name);
  return {
    ...payoff,
    size: input("size"),
    unit: input("unit"),
    collateral: input("collateral"),
    rho: input("rho"),
    target: input("target"),
    rate: input("rate"),
  };
}

function isDistress(distress: margin.DistressTerms): Term {
  const { intrinsic, ceiling, denominator, size, unit, collateral, rate } = distress;
  return and(
    margin.positive(denominator, size, unit),
    ...[intrinsic, ceiling, collateral, rate].map((term) => le(0, term)),
  );
}

function liquidationClaims(): readonly Claim[] {
  const model = new Model();
  const distress = distressOf(model);
  const closed = model.input("closed");
  const { size, collateral } = distress;
  const payout = margin.payoutOf(model, distress, closed);
  const premises = [isDistress(distress), lt(0, closed), le(closed, size)];
  return [
    {
      name: "20: x ≤ e: nobody is paid more than the share of the collateral",
      models: [model],
      premises,
      goal: le(mul(payout, size), mul(collateral, closed)),
    },
    ...restClaims(),
  ];
}

/** What follows from 20 alone, for any payout. */
function restClaims(): readonly Claim[] {
  const model = new Model();
  const [size, collateral, closed, payout] = model.inputs(["size", "collateral", "closed", "payout"]);
  const share = le(mul(payout, size), mul(collateral, closed));
  const premises = [margin.positive(size, closed), le(closed, size), le(0, collateral), le(0, payout), share];
  return [
    {
      name: "19: collateral per contract of the rest, and so its health, never falls",
      models: [model],
      premises,
      goal: le(mul(collateral, sub(size, closed)), mul(sub(collateral, payout), size)),
    },
    {
      name: "19: what is paid never exceeds the collateral",
      models: [model],
      premises: [
        ...premises,
        productHint(collateral, sub(size, closed)),
        productHint(sub(sub(payout, collateral), 1), size),
      ],
      goal: le(payout, collateral),
    },
  ];
}

function sizingClaims(): readonly Claim[] {
  const model = new Model();
  const [size, goal, equity, offered] = model.inputs(["size", "goal", "equity", "offered"]);
  const closable = model.ceil("closable", mul(size, sub(goal, equity)), sub(goal, offered));
  const premises = [lt(0, size), le(0, offered), lt(offered, equity), lt(equity, goal)];
  // Equity of the rest against the target buffer of the rest, both × size.
  const reaches = (count: Term): Term => le(mul(goal, sub(size, count)), sub(mul(equity, size), mul(count, offered)));
  return [
    {
      name: "19: closing k* brings the rest to the target",
      models: [model],
      premises,
      goal: reaches(closable),
    },
    {
      name: "19: closing one unit less does not (so the rest is at the target but for rounding)",
      models: [model],
      premises,
      goal: implies(reaches(sub(closable, 1)), eq(0, 1)),
    },
    {
      name: "19: k* is never more than the position",
      models: [model],
      premises: [
        ...premises,
        productHint(sub(closable, add(size, 1)), sub(goal, offered)),
        productHint(size, sub(equity, offered)),
      ],
      goal: le(closable, size),
    },
  ];
}

/** From 20 and from w(L − I) rounded down, for both parts: the sum meets both bounds of the whole. */
function splittingClaims(): readonly Claim[] {
  const model = new Model();
  const [kept, first, second] = model.inputs(["kept", "first", "second"]);
  const [collateral, paidFirst, paidSecond] = model.inputs(["collateral", "paidFirst", "paidSecond"]);
  const size = add(kept, first);
  const sum = add(paidFirst, paidSecond);
  const equityParts = [
    le(mul(paidFirst, size), mul(collateral, first)),
    le(mul(paidSecond, kept), mul(sub(collateral, paidFirst), second)),
  ];
  const hints = [
    productHint(sub(mul(collateral, first), mul(size, paidFirst)), sub(kept, second)),
    productHint(sub(mul(sub(collateral, paidFirst), second), mul(kept, paidSecond)), size),
    productHint(sub(sub(mul(size, sum), mul(collateral, add(first, second))), 1), kept),
  ];
  const premises = [margin.positive(kept, first, second), le(second, kept), le(0, collateral), le(0, paidFirst)];
  const priced = new Model();
  const [value, below, one, two] = priced.inputs(["value", "below", "first", "second"]);
  const [paidOne, paidTwo] = priced.inputs(["paidFirst", "paidSecond"]);
  const bound = new Model();
  const [amount, numerator, divisor] = bound.inputs(["amount", "numerator", "divisor"]);
  const down = bound.floor("down", numerator, divisor);
  return [
    {
      name: "21: split payouts meet the bound of the equity of the whole",
      models: [model],
      premises: [...premises, ...equityParts, ...hints],
      goal: le(mul(sum, size), mul(collateral, add(first, second))),
    },
    {
      name: "21: split payouts meet the bound of the offer for the whole",
      models: [priced],
      premises: [lt(0, below), le(mul(below, paidOne), mul(one, value)), le(mul(below, paidTwo), mul(two, value))],
      goal: le(mul(below, add(paidOne, paidTwo)), mul(add(one, two), value)),
    },
    {
      name: "21: an integer below a / b is at most a / b rounded down, so splitting never pays",
      models: [bound],
      premises: [lt(0, divisor), le(mul(amount, divisor), numerator), productHint(sub(sub(amount, 1), down), divisor)],
      goal: le(amount, down),
    },
  ];
}

function auctionClaims(): readonly Claim[] {
  const model = new Model();
  const [pi, rho, elapsed, orderly, late] = model.inputs(["pi", "rho", "elapsed", "orderly", "late"]);
  const rate = margin.rateOf(model, { pi, rho, elapsed, orderly, late });
  const premises = [isRatio(pi), isRatio(rho), le(0, elapsed), margin.positive(orderly, late)];
  const hints = [
    productHint(pi, elapsed),
    productHint(pi, sub(orderly, elapsed)),
    productHint(sub(rho, pi), sub(elapsed, orderly)),
    productHint(sub(rho, pi), sub(late, sub(elapsed, orderly))),
  ];
  const top = mul(max(pi, rho), RATE_PER_BPS);
  return [
    {
      name: "auction: π/2 ≤ w ≤ max(π, ρ)",
      models: [model],
      premises: [...premises, ...hints],
      goal: and(le(mul(pi, RATE_PER_BPS / 2n), rate), le(rate, top)),
    },
    {
      name: "auction: w = ρ at the end of the late stage, so the whole equity of an unhealthy position is on offer",
      models: [model],
      premises: [...premises, le(add(orderly, late), elapsed), le(pi, rho)],
      goal: eq(rate, mul(rho, RATE_PER_BPS)),
    },
    {
      name: "auction: w ≤ π while the orderly stage lasts",
      models: [model],
      premises: [...premises, ...hints, or(lt(elapsed, orderly), eq(elapsed, orderly))],
      goal: le(rate, mul(pi, RATE_PER_BPS)),
    },
  ];
}

/** All claims about margin and liquidation. */
export function marginClaims(): readonly Claim[] {
  return [
    ...roundingClaims(),
    ...marginBetween(),
    gapTolerance(1n),
    gapTolerance(0n),
    healthMeetsMargin(),
    ...liquidationClaims(),
    ...sizingClaims(),
    ...splittingClaims(),
    ...auctionClaims(),
  ];
}
