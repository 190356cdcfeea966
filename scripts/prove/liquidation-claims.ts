/** Properties 19, 20 and 21 of the vault, and the course of the auction, as claims about the model of LiquidationMath. */
import * as margin from "./margin-model.ts";
import { Model } from "./model.ts";
import { anyPayoff, isRatio, productHint } from "./premises.ts";
import { add, and, eq, implies, le, lt, max, mul, or, sub, type Term } from "./term.ts";
import type { Claim } from "./z3.ts";

const RATE_PER_BPS = 10_000n;

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

function payoutClaims(): readonly Claim[] {
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

/** All claims about liquidation. */
export function liquidationClaims(): readonly Claim[] {
  return [...payoutClaims(), ...sizingClaims(), ...splittingClaims(), ...auctionClaims()];
}
