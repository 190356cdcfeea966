/** An attacker who tries a pushed feed, timing and a cheaper reopening: what each would bring at the moments that he looks. */
import { payoffBounds } from "../../domain/positions.ts";
import { BPS, SECONDS_PER_DAY, SECONDS_PER_HOUR, toFixedPoint } from "../../domain/units.ts";
import type { Maintenance, OpeningParams } from "../../rules/risk-reading.ts";
import { type Moment, momentAt } from "../vault/market-moment.ts";
import type { PlannedShort } from "../vault/opening-plan.ts";
import type { Short } from "../vault/short.ts";

/** What the attacker sees of a vault. */
export interface AttackGround {
  readonly shorts: ReadonlyMap<number, Short>;
  readonly rhoOf: (short: Short, moment: Moment) => Maintenance;
  readonly opening: (plan: Pick<PlannedShort, "series">, moment: Moment) => OpeningParams;
}

/** Best of each attempt, share of the notional attacked; 0 where no attempt paid. */
export interface AttackGains {
  /** A feed pushed by {@link FEED_PUSH}: payout at half π less the longs' true price. */
  readonly feed: number;
  /** A short at the money opened with foreknowledge of the coming hour and left to default: its loss beyond its collateral. */
  readonly timing: number;
  /** Collateral set free by closing and reopening under a lower requirement. */
  readonly reopening: number;
}

/** Looks at a vault now and then. */
export interface AttackProbe {
  hour(moment: Moment, ground: AttackGround): void;
  gains(): AttackGains;
}

/** The price guard lets two sources differ by this (`DEFAULT_GUARD_LIMITS` and `PriceGuard`: 1 %). */
const FEED_PUSH = 0.01;
/** What buying the longs costs beyond their value, share: as keepers pay. */
const HALF_SPREAD = 0.02;
const LOOK_HOURS = 6;
const TRAP_TENOR_SEC = 2 * SECONDS_PER_DAY;
const E8_DECIMALS = 8;
/** Values of a moment are kept by index: no plan uses negative ones. */
const TRAP_INDEX = { put: -1, call: -2 } as const;

/** Creates a probe of one vault. @param marketId whose classes a new short would have. */
export function createAttackProbe(marketId: number): AttackProbe {
  const best = { feed: 0, timing: 0, reopening: 0 };
  return {
    hour: (moment, ground) => {
      if ((moment.timeSec / SECONDS_PER_HOUR) % LOOK_HOURS !== 0) return;
      for (const short of ground.shorts.values()) {
        best.feed = Math.max(best.feed, feedGain(short, moment, ground));
        best.reopening = Math.max(best.reopening, reopeningGain(short, moment, ground));
      }
      for (const kind of ["put", "call"] as const) {
        best.timing = Math.max(best.timing, timingGain(kind, moment, { ground, marketId }));
      }
    },
    gains: () => ({ ...best }),
  };
}

function feedGain(short: Short, moment: Moment, { rhoOf }: AttackGround): number {
  const { plan, perContract } = short;
  const pushed = moment.price * (plan.kind === "put" ? 1 - FEED_PUSH : 1 + FEED_PUSH);
  const { intrinsic, maxLoss } = payoffBounds(plan, pushed);
  const { rhoBps, piBps } = rhoOf(short, moment);
  const equity = perContract - intrinsic;
  const room = maxLoss - intrinsic;
  if (equity <= 0 || equity >= (rhoBps / BPS) * room) return 0;
  const payout = intrinsic + Math.min(equity, (piBps / BPS / 2) * room);
  const unit = plan.kind === "put" ? moment.price : 1;
  return Math.max(0, payout - moment.value(plan) * (1 + HALF_SPREAD)) / unit;
}

function reopeningGain(short: Short, moment: Moment, { rhoOf, opening }: AttackGround): number {
  const { plan } = short;
  if (plan.expirySec <= moment.timeSec) return 0;
  const { intrinsic, maxLoss } = payoffBounds(plan, moment.price);
  const unit = plan.kind === "put" ? moment.price : 1;
  const freed = (rhoOf(short, moment).rhoBps - opening(plan, moment).rhoInitialBps) / BPS;
  return Math.max(0, (freed * (maxLoss - intrinsic)) / unit);
}

function timingGain(
  kind: "put" | "call",
  moment: Moment,
  { ground, marketId }: { readonly ground: AttackGround; readonly marketId: number },
): number {
  const { price: strike, hour, timeSec } = moment;
  const expirySec = timeSec + TRAP_TENOR_SEC;
  const isPut = kind === "put";
  const series = { marketId, strikeE8: toFixedPoint(strike, E8_DECIMALS), expirySec, isPut };
  const { rhoInitialBps } = ground.opening({ series }, moment);
  const extreme = momentAt(hour, { timeSec: timeSec + SECONDS_PER_HOUR, price: isPut ? hour.low : hour.high });
  const loss = extreme.value({ index: TRAP_INDEX[kind], kind, strike, expirySec });
  const collateral = (rhoInitialBps / BPS) * (isPut ? strike : 1);
  return Math.max(0, loss - collateral) / (isPut ? strike : 1);
}
