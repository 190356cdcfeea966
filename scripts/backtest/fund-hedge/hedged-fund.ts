/** Walks a fund behind a book of puts through recorded hours, hedged in several ways. */
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { BPS, EXPIRY_SECOND_OF_DAY, SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import { black76 } from "../../../oracle/math/black76.ts";
import type { Hedger } from "../../../oracle/models/hedger/hedger.ts";
import { exposureBand, HEDGE_COST_BPS } from "../../../oracle/pipeline/hedging/exposure-band.ts";
import { fundTrade } from "../../../oracle/pipeline/hedging/fund-trade.ts";
import type { FundExposure } from "../../../oracle/scoring/fund-exposure.ts";

/** Ways to hedge: to the delta every hour, or inside the hedger's band as a node does. */
export const HEDGE_WAYS = ["delta", "band"] as const;
/** One of {@link HEDGE_WAYS}. */
export type HedgeWay = (typeof HEDGE_WAYS)[number];

/** What a way to hedge earned, costs included, and what it cost; USD. */
export interface HedgeResult {
  readonly resultUsd: number;
  readonly costUsd: number;
}

/** A calendar month. */
export interface FundMonth {
  /** `2022-06`. */
  readonly month: string;
  /** Spot notional of the puts sold, USD. */
  readonly soldUsd: number;
  /** What collateral did not pay, at the expiries of the month, USD. */
  readonly lossUsd: number;
  readonly hedges: Readonly<Record<HedgeWay, HedgeResult>>;
}

/** What is walked. */
export interface FundWalk {
  readonly asset: string;
  readonly bars: BarSeries;
  readonly hedger: Hedger;
  /** Seconds. */
  readonly fromSec: number;
  readonly toSec: number;
}

/** Every day at 08:00 UTC one put of each is sold, of the same notional. */
const STRIKES = [1, 0.95] as const;
const TENOR_DAYS = [7, 14] as const;
const NOTIONAL_USD = 1_000;
/** Collateral over strike: what class defaults ask at the money before the surcharge. Nobody is liquidated before expiry. */
const COLLATERAL_SHARE = 0.15;
/** A week of hours; sellers ask for a premium over it, and for something in the calm. */
const VOL_HOURS = 168;
const VOL_PREMIUM = 1.15;
const LEAST_VOL = 0.3;
const HOURS_A_YEAR = 8_760;
const MONTH_LETTERS = 7;
const MS_PER_SECOND = 1_000;

interface LivePut {
  readonly strike: number;
  readonly size: number;
  readonly expirySec: number;
}

interface Tally {
  soldUsd: number;
  lossUsd: number;
  readonly hedges: Record<HedgeWay, { resultUsd: number; costUsd: number }>;
}

/** Months of the window in order. Margin, caps and funding of the mandate are not in it: it shows the direction's worth. */
export async function hedgedFund(walk: FundWalk): Promise<readonly FundMonth[]> {
  const { bars, fromSec, toSec } = walk;
  const months = new Map<string, Tally>();
  const held: Record<HedgeWay, number> = { delta: 0, band: 0 };
  let live: readonly LivePut[] = [];
  for (let hour = VOL_HOURS; hour < bars.close.length; hour += 1) {
    const nowSec = bars.endSec[hour] ?? Number.NaN;
    const spot = bars.close[hour] ?? Number.NaN;
    if (nowSec < fromSec) continue;
    if (nowSec >= toSec) break;
    const tally = tallyOf(months, nowSec);
    const move = spot - (bars.close[hour - 1] ?? spot);
    for (const way of HEDGE_WAYS) tally.hedges[way].resultUsd += held[way] * move;
    tally.lossUsd += lossOf(live, nowSec, spot);
    live = [...live.filter(({ expirySec }) => expirySec > nowSec), ...sold(tally, nowSec, spot)];
    const exposures = exposuresOf(walk, { live, nowSec, spot, vol: trailingVol(bars, hour) });
    await rehedge(walk.hedger, { exposures, held, spot }, tally);
  }
  return [...months].map(([month, tally]) => ({ month, ...tally }));
}

function tallyOf(months: Map<string, Tally>, nowSec: number): Tally {
  const month = new Date(nowSec * MS_PER_SECOND).toISOString().slice(0, MONTH_LETTERS);
  const none = () => ({ resultUsd: 0, costUsd: 0 });
  const tally = months.get(month) ?? { soldUsd: 0, lossUsd: 0, hedges: { delta: none(), band: none() } };
  months.set(month, tally);
  return tally;
}

function lossOf(live: readonly LivePut[], nowSec: number, spot: number): number {
  const due = live.filter(({ expirySec }) => expirySec <= nowSec);
  return due.reduce((sum, { strike, size }) => sum + size * Math.max(0, strike - spot), 0);
}

/** Puts as the fund sees them: struck where the collateral ends. */
function sold(tally: Tally, nowSec: number, spot: number): readonly LivePut[] {
  if (nowSec % SECONDS_PER_DAY !== EXPIRY_SECOND_OF_DAY) return [];
  const size = NOTIONAL_USD / spot;
  const puts = STRIKES.flatMap((moneyness) =>
    TENOR_DAYS.map((days) => ({
      strike: spot * moneyness * (1 - COLLATERAL_SHARE),
      size,
      expirySec: nowSec + days * SECONDS_PER_DAY,
    })),
  );
  tally.soldUsd += puts.length * NOTIONAL_USD;
  return puts;
}

interface Moment {
  readonly live: readonly LivePut[];
  readonly nowSec: number;
  readonly spot: number;
  readonly vol: number;
}

function exposuresOf({ asset }: FundWalk, { live, nowSec, spot, vol }: Moment): readonly FundExposure[] {
  return live.map(({ strike, size, expirySec }) => {
    const tenorYears = (expirySec - nowSec) / SECONDS_PER_YEAR;
    const { delta } = black76({ kind: "put", forward: spot, strike, impliedVol: vol, tenorYears });
    return { asset, strike, spot, impliedVol: vol, tenorYears, size, deltaCoins: -delta * size };
  });
}

interface Hedging {
  readonly exposures: readonly FundExposure[];
  readonly held: Record<HedgeWay, number>;
  readonly spot: number;
}

async function rehedge(hedger: Hedger, { exposures, held, spot }: Hedging, tally: Tally): Promise<void> {
  const target = -exposures.reduce((sum, { deltaCoins }) => sum + deltaCoins, 0);
  const { lower, upper } = await exposureBand(hedger, exposures, held.band);
  const free = { maxSize: Number.POSITIVE_INFINITY, tolerance: 0, turnoverLeft: Number.POSITIVE_INFINITY };
  const trades: Record<HedgeWay, number> = {
    delta: target - held.delta,
    band: fundTrade({ target, lower, upper, position: held.band, ...free }).coins,
  };
  for (const way of HEDGE_WAYS) {
    const costUsd = (Math.abs(trades[way]) * spot * HEDGE_COST_BPS) / BPS;
    held[way] += trades[way];
    tally.hedges[way].costUsd += costUsd;
    tally.hedges[way].resultUsd -= costUsd;
  }
}

/** Realised volatility of the hours before, decimal a year, as a seller would ask for it. */
function trailingVol({ close }: BarSeries, hour: number): number {
  let sum = 0;
  for (let back = 0; back < VOL_HOURS; back += 1) {
    sum += Math.log((close[hour - back] ?? Number.NaN) / (close[hour - back - 1] ?? Number.NaN)) ** 2 || 0;
  }
  return Math.max(LEAST_VOL, VOL_PREMIUM * Math.sqrt((sum / VOL_HOURS) * HOURS_A_YEAR));
}
