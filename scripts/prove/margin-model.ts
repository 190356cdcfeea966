/** SMT models of MarginMath and LiquidationMath: the same quotients, rounded in the same places. */
import type { Model } from "./model.ts";
import { add, and, eq, int, ite, le, lt, max, min, mul, or, saturatingSub, sub, type Term } from "./term.ts";

const BPS = 10_000n;
const E8 = 10n ** 8n;
const E16 = 10n ** 16n;
const WAD = 10n ** 18n;
const RATE_PER_BPS = 10_000n;
/** Scale of the share w on offer. */
export const RATE = 10n ** 8n;
const HEALTH_CAP = 10n ** 18n;

/** Payoff of one contract. `units` stands for size × token unit: the code only uses their product. */
export interface PayoffTerms {
  readonly intrinsic: Term;
  readonly ceiling: Term;
  readonly denominator: Term;
}

/** `MarginMath.payoffAt` for a put (1) or a call (0). */
export function payoffOf(
  model: Model,
  { isPut, strike, price }: Readonly<Record<"isPut" | "strike" | "price", Term>>,
): PayoffTerms {
  const put = model.state("put", eq(isPut, 1));
  return {
    intrinsic: model.define("intrinsic", saturatingSub(ite(put, strike, price), ite(put, price, strike))),
    ceiling: model.define("ceiling", min(strike, price)),
    denominator: model.define("denominator", ite(put, int(E16), mul(price, E8))),
  };
}

/** `intrinsicUp`. */
export function intrinsicUp(model: Model, { intrinsic, denominator }: PayoffTerms, units: Term): Term {
  return model.ceil("intrinsicUp", mul(units, intrinsic), denominator);
}

/** `maxLossUp`. */
export function maxLossUp(model: Model, { intrinsic, ceiling, denominator }: PayoffTerms, units: Term): Term {
  return model.ceil("maxLossUp", mul(units, add(intrinsic, ceiling)), denominator);
}

/** `marginUp`, under a name of its own so that one model can hold two. */
export function marginUp(
  model: Model,
  payoff: PayoffTerms,
  { units, rho, name = "marginUp" }: { readonly units: Term; readonly rho: Term; readonly name?: string },
): Term {
  const { intrinsic, ceiling, denominator } = payoff;
  return model.ceil(name, mul(units, add(mul(intrinsic, BPS), mul(rho, ceiling))), mul(denominator, BPS));
}

/** What `healthWadDown` compares: equity and buffer over one denominator, and the result in wad. */
export function healthOf(
  model: Model,
  payoff: PayoffTerms,
  { units, rho, collateral }: Readonly<Record<"units" | "rho" | "collateral", Term>>,
): { readonly health: Term; readonly buffer: Term; readonly held: Term; readonly owed: Term } {
  const held = model.define("held", mul(collateral, payoff.denominator));
  const owed = model.define("owed", mul(units, payoff.intrinsic));
  const buffer = model.define("buffer", mul(units, payoff.ceiling, rho));
  const gap = model.define("gap", mul(max(sub(held, owed), sub(owed, held)), BPS));
  const whole = model.floor("wholeHealth", gap, buffer);
  const down = model.floor("healthDown", mul(gap, WAD), buffer);
  const up = model.ceil("healthUp", mul(gap, WAD), buffer);
  const capped = model.state("capped", or(eq(buffer, 0), le(int(HEALTH_CAP), whole)));
  const limit = int(HEALTH_CAP * WAD);
  const positive = ite(capped, limit, down);
  const negative = sub(0, ite(capped, limit, up));
  return { health: model.define("health", ite(le(owed, held), positive, negative)), buffer, held, owed };
}

/** `LiquidationMath.rateE8Down`. */
export function rateOf(
  model: Model,
  clock: Readonly<Record<"pi" | "rho" | "elapsed" | "orderly" | "late", Term>>,
): Term {
  const { pi, rho, elapsed, orderly, late } = clock;
  const penalty = model.define("penalty", mul(pi, RATE_PER_BPS));
  const early = model.floor("earlyRate", mul(penalty, add(orderly, elapsed)), mul(2, orderly));
  const span = model.define("span", saturatingSub(mul(rho, RATE_PER_BPS), penalty));
  const lateElapsed = model.define("lateElapsed", min(sub(elapsed, orderly), late));
  const lateGain = model.floor("lateGain", mul(span, lateElapsed), late);
  return model.define("rate", ite(lt(elapsed, orderly), early, add(penalty, lateGain)));
}

/** A position in distress; `unit` and `size` apart, since parts of the size are liquidated. */
export type DistressTerms = PayoffTerms &
  Readonly<Record<"size" | "unit" | "collateral" | "rho" | "target" | "rate", Term>>;

/** `LiquidationMath.payoutDown`. */
export function payoutOf(model: Model, distress: DistressTerms, closed: Term): Term {
  const { intrinsic, ceiling, denominator, size, unit, collateral, rate } = distress;
  const equity = model.floor("equityShare", mul(collateral, closed), size);
  const value = model.define("value", add(mul(intrinsic, RATE), mul(rate, ceiling)));
  const offered = model.floor("offeredPayout", mul(closed, unit, value), mul(denominator, RATE));
  return model.define("payout", min(equity, offered));
}

/** `LiquidationMath.sizeUp`. */
export function sizeOf(model: Model, distress: DistressTerms): Term {
  const { intrinsic, ceiling, denominator, size, unit, collateral, rho, target, rate } = distress;
  const units = model.define("sizeUnits", mul(size, unit));
  const owned = saturatingSub(mul(collateral, denominator), mul(units, intrinsic));
  const equity = model.define("equity", mul(owned, RATE * BPS));
  const offered = model.define("offered", mul(units, ceiling, rate, BPS));
  const share = min(mul(rho, RATE_PER_BPS, target), int(RATE * BPS));
  const goal = model.define("goal", mul(units, ceiling, share));
  const part = model.ceil("part", mul(size, sub(goal, equity)), sub(goal, offered));
  return model.define("closable", ite(le(goal, equity), int(0), ite(le(equity, offered), size, part)));
}

/** Within the widths that the vault admits. */
export function positive(...terms: readonly Term[]): Term {
  return and(...terms.map((term) => lt(0, term)));
}
