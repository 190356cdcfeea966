/** The openings that all policies share: a seeded schedule of short positions over a path, with the habits of their writers. */
import type { OptionKind } from "../../domain/positions.ts";
import { EXPIRY_SECOND_OF_DAY, SECONDS_PER_DAY, toFixedPoint } from "../../domain/units.ts";
import type { Rng } from "../../math/rng.ts";
import type { ChainSeries } from "../../rules/series-id.ts";
import { pick, roundSize, roundStrike } from "../agents/position-plan.ts";
import type { MarketHour, ValuedSeries } from "./market-moment.ts";

/** What a writer does after a warning: nothing ever; top up now and then, hours later; top up at the next look. */
export const DILIGENCES = ["never", "sometimes", "prompt"] as const;
/** See {@link DILIGENCES}. */
export type Diligence = (typeof DILIGENCES)[number];

/** A short position that a writer opens whatever the policy asks for. */
export interface PlannedShort extends ValuedSeries {
  readonly series: ChainSeries;
  /** Start of the hour in which it opens, seconds. */
  readonly openSec: number;
  /** Contracts. */
  readonly size: number;
  readonly sizeE8: bigint;
  /** Collateral held as a multiple of the initial requirement, basis points. */
  readonly multipleBps: bigint;
  readonly diligence: Diligence;
  /** The writer's own chance. */
  readonly rng: Rng;
}

/** What is planned. */
export interface OpeningPlanRequest {
  readonly hours: readonly MarketHour[];
  readonly marketId: number;
  /** Openings a day. */
  readonly perDay: number;
  /** First and last time of openings, seconds. */
  readonly fromSec: number;
  readonly toSec: number;
  /** Whether shorts may be opened that expire after the last hour; by default none are. */
  readonly keepsOpen?: boolean;
  readonly rng: Rng;
}

/** Strike over spot: from in the money to far out, as they are written. */
const MONEYNESS: Readonly<Record<OptionKind, readonly number[]>> = {
  put: [0.75, 0.85, 0.9, 0.95, 1, 1.05],
  call: [0.95, 1, 1.05, 1.1, 1.2, 1.35],
};
const TENOR_DAYS = [1, 2, 5, 9, 16, 28] as const;
const NOTIONALS_USD = [20_000, 60_000, 150_000, 400_000] as const;
const MULTIPLES_BPS = [10_200n, 11_000n, 12_500n, 16_000n] as const;
const E8_DECIMALS = 8;

/** Longest time from an opening to its expiry, seconds. */
export const LONGEST_LIFE_SEC = (28 + 1) * SECONDS_PER_DAY;

/**
 * Plans the openings; what is drawn for a day depends on the seed, the day and the price at the opening only, so that any
 * part of a path is planned alike.
 *
 * @returns ascending in `openSec`, `index` counts from 0.
 */
export function planOpenings(request: OpeningPlanRequest): readonly PlannedShort[] {
  const { hours, perDay, fromSec, toSec, rng, keepsOpen = false } = request;
  const lastSec = hours.at(-1)?.startSec ?? 0;
  const byStart = new Map(hours.map((hour) => [hour.startSec, hour]));
  const firstDay = (keepsOpen ? Math.floor : Math.ceil)(fromSec / SECONDS_PER_DAY) * SECONDS_PER_DAY;
  const drawn: Omit<PlannedShort, "index">[] = [];
  for (let daySec = firstDay; daySec < toSec; daySec += SECONDS_PER_DAY) {
    for (let turn = 0; turn < perDay; turn += 1) {
      const short = drawShort(request.marketId, byStart, { daySec, rng: rng.fork(`${daySec}-${turn}`) });
      if (short !== null && (keepsOpen || short.expirySec <= lastSec)) drawn.push(short);
    }
  }
  return drawn.toSorted((a, b) => a.openSec - b.openSec).map((short, index) => ({ ...short, index }));
}

function drawShort(
  marketId: number,
  byStart: ReadonlyMap<number, MarketHour>,
  { daySec, rng }: { readonly daySec: number; readonly rng: Rng },
): Omit<PlannedShort, "index"> | null {
  const hourOfDay = rng.integer(24);
  const openSec = daySec + hourOfDay * (SECONDS_PER_DAY / 24);
  const spot = byStart.get(openSec)?.open;
  const kind: OptionKind = rng.uniform() < 0.5 ? "put" : "call";
  const moneyness = pick(MONEYNESS[kind], rng.integer(MONEYNESS[kind].length));
  const tenorDays = pick(TENOR_DAYS, rng.integer(TENOR_DAYS.length));
  const notional = pick(NOTIONALS_USD, rng.integer(NOTIONALS_USD.length));
  const multipleBps = pick(MULTIPLES_BPS, rng.integer(MULTIPLES_BPS.length));
  const diligence = pick(DILIGENCES, rng.integer(DILIGENCES.length));
  if (spot === undefined) return null;
  const strike = roundStrike(spot * moneyness);
  const size = roundSize(notional / spot);
  const expirySec = firstExpiry(openSec + (tenorDays - 0.5) * SECONDS_PER_DAY);
  const series = { marketId, strikeE8: toFixedPoint(strike, E8_DECIMALS), expirySec, isPut: kind === "put" };
  const amounts = { size, sizeE8: toFixedPoint(size, E8_DECIMALS), multipleBps };
  return { series, kind, strike, expirySec, openSec, ...amounts, diligence, rng: rng.fork("writer") };
}

/** First 08:00 UTC at or after a time. */
function firstExpiry(timeSec: number): number {
  return Math.ceil((timeSec - EXPIRY_SECOND_OF_DAY) / SECONDS_PER_DAY) * SECONDS_PER_DAY + EXPIRY_SECOND_OF_DAY;
}
