/** Hourly paths of one asset for the mechanism's worlds: Brownian, with jumps, blocks of real hours, a crisis, real hours as they were. */
import { PlimsollError } from "../../domain/errors.ts";
import type { AssetSymbol, BarSeries } from "../../domain/market.ts";
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../domain/units.ts";
import type { Rng } from "../../math/rng.ts";
import { depthCurve } from "../../scoring/depth-curve.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";
import { ASSET_PARAMETERS, DEPTH, IMPLIED } from "../market/simulator-parameters.ts";
import type { MarketHour } from "../vault/market-moment.ts";

/** How a path comes about. */
export const WORLD_KINDS = ["gbm", "jumps", "blocks", "crisis", "replay"] as const;
/** See {@link WORLD_KINDS}. */
export type WorldKind = (typeof WORLD_KINDS)[number];

/** One hour with what the models would have said at its start. */
export interface WorldHour extends MarketHour {
  /** Volatility of spot, decimal a year, from earlier hours only. */
  readonly modelVol: number;
}

/** What is generated. */
export interface PathRequest {
  readonly kind: WorldKind;
  readonly asset: AssetSymbol;
  readonly hours: number;
  /** Start of the first hour, seconds. */
  readonly startSec: number;
  readonly rng: Rng;
  /** Real hours that blocks are drawn from, or that are replayed from {@link PathRequest.replayFrom} on; unused otherwise. */
  readonly bars: BarSeries | null;
  /** Bar at which a replay begins; 0 by default. */
  readonly replayFrom?: number;
  /** Factor on every log move of a replay; 1 by default. */
  readonly magnified?: number;
}

/** Log return of an hour, and its high and low over the opening price. */
interface HourShape {
  readonly logReturn: number;
  readonly logHigh: number;
  readonly logLow: number;
}

const HOURS_PER_YEAR = SECONDS_PER_YEAR / SECONDS_PER_HOUR;
/** Jump diffusion: mean jumps a year, mean and deviation of a log jump; about 8 falls of more than 10 % in four years, as BTC had. */
const JUMPS = { perYear: 12, mean: -0.02, deviation: 0.07, diffusionShare: 0.85 } as const;
/** Hours of a block of real history: long enough to keep a crash and its aftershocks together. */
const BLOCK_HOURS = 48;
/** A crisis is drawn from this share of the blocks, those that range furthest. */
const VIOLENT_SHARE = 0.02;
const BLOCK_STRIDE_HOURS = 12;
/** A crisis without real hours: a log move of this size, either way, over some hours that are each as violent as they have to be. */
const INVENTED = { hours: 4, least: 0.15, most: 0.37, wobble: 0.5 } as const;
/** Half-lives of the two averages whose mean the models' volatility stands for, hours. */
const SHORT_HALF_LIFE_HOURS = 12;
const LONG_HALF_LIFE_HOURS = 120;
/** Hours before the world that volatility is learned from. */
export const WARM_UP_HOURS = 240;

/**
 * Generates a path.
 *
 * @throws PlimsollError `MECHANISM_BARS_SHORT` when blocks or a replay have fewer real hours than they need.
 */
export function generatePath(request: PathRequest): readonly WorldHour[] {
  const shapes = shapesOf(request, request.hours + WARM_UP_HOURS);
  const { vol, startPrice } = parametersOf(request.asset);
  const curves = curvesOf(request.asset);
  let [short, long] = [vol * vol, vol * vol];
  let open = startPrice;
  const hours: WorldHour[] = [];
  shapes.forEach(({ logReturn, logHigh, logLow }, place) => {
    const at = place - WARM_UP_HOURS;
    const modelVol = Math.sqrt((short + long) / 2);
    const impliedVol = IMPLIED.premium * Math.sqrt(IMPLIED.weight * long + (1 - IMPLIED.weight) * vol * vol);
    const close = open * Math.exp(logReturn);
    if (at >= 0) {
      const extremes = { high: open * Math.exp(logHigh), low: open * Math.exp(logLow) };
      const startSec = request.startSec + at * SECONDS_PER_HOUR;
      hours.push({ startSec, open, ...extremes, close, impliedVol: Math.max(impliedVol, modelVol), modelVol, curves });
    }
    const variance = logReturn * logReturn * HOURS_PER_YEAR;
    short = averaged(short, variance, SHORT_HALF_LIFE_HOURS);
    long = averaged(long, variance, LONG_HALF_LIFE_HOURS);
    open = close;
  });
  return hours;
}

function shapesOf(request: PathRequest, count: number): readonly HourShape[] {
  const { kind, rng, asset } = request;
  const { vol } = parametersOf(asset);
  if (kind === "gbm") return Array.from({ length: count }, () => diffusion(rng, vol));
  if (kind === "jumps") return Array.from({ length: count }, () => jumping(rng, vol));
  if (kind === "crisis") return crisis(request, count);
  const bars = requireBars(request, kind === "replay" ? (request.replayFrom ?? 0) + count : BLOCK_HOURS);
  if (kind === "blocks") return blocks(bars, rng, count);
  return Array.from({ length: count }, (_, place) => {
    const { logReturn, logHigh, logLow } = shapeAt(bars, (request.replayFrom ?? 0) + place);
    const factor = request.magnified ?? 1;
    return { logReturn: factor * logReturn, logHigh: factor * logHigh, logLow: factor * logLow };
  });
}

function blocks(bars: BarSeries, rng: Rng, count: number): readonly HourShape[] {
  const shapes: HourShape[] = [];
  while (shapes.length < count) shapes.push(...blockAt(bars, rng.integer(bars.open.length - BLOCK_HOURS + 1)));
  return shapes.slice(0, count);
}

function blockAt(bars: BarSeries, from: number): readonly HourShape[] {
  return Array.from({ length: BLOCK_HOURS }, (_, hour) => shapeAt(bars, from + hour));
}

/** An ordinary month with one violent stretch in it; which, when and, if invented, which way is chance. */
function crisis(request: PathRequest, count: number): readonly HourShape[] {
  const { bars, rng, asset } = request;
  const hasBlocks = bars !== null && bars.open.length >= BLOCK_HOURS / VIOLENT_SHARE;
  const { vol } = parametersOf(asset);
  const calm = hasBlocks ? blocks(bars, rng, count) : Array.from({ length: count }, () => jumping(rng, vol));
  const violent = hasBlocks ? blockAt(bars, violentStart(bars, rng)) : inventedCrisis(rng, vol);
  // Not in the hours that only teach the models, nor in the tail in which few shorts are left.
  const at = WARM_UP_HOURS + rng.integer(Math.max(1, Math.floor((count - WARM_UP_HOURS) / 2)));
  return [...calm.slice(0, at), ...violent, ...calm.slice(at)].slice(0, count);
}

function violentStart(bars: BarSeries, rng: Rng): number {
  const count = Math.floor((bars.open.length - BLOCK_HOURS) / BLOCK_STRIDE_HOURS);
  const ranges = Array.from({ length: count }, (_, place) => {
    const [from, to] = [place * BLOCK_STRIDE_HOURS, place * BLOCK_STRIDE_HOURS + BLOCK_HOURS];
    const most = bars.high.subarray(from, to).reduce((high, value) => Math.max(high, value), 0);
    const least = bars.low.subarray(from, to).reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
    return { from, range: Math.log(most / least) };
  }).toSorted((a, b) => b.range - a.range);
  return ranges[rng.integer(Math.max(1, Math.ceil(VIOLENT_SHARE * count)))]?.from ?? 0;
}

function inventedCrisis(rng: Rng, vol: number): readonly HourShape[] {
  const { hours, least, most, wobble } = INVENTED;
  const size = (least + (most - least) * rng.uniform()) * (rng.uniform() < 0.7 ? -1 : 1);
  return Array.from({ length: hours }, () => {
    const { logReturn, logHigh, logLow } = diffusion(rng, vol * 2);
    const push = (size / hours) * (1 + wobble * rng.normal());
    return { logReturn: logReturn + push, logHigh: logHigh + Math.max(0, push), logLow: logLow + Math.min(0, push) };
  });
}

/** An hour of geometric Brownian motion without drift; the extremes of the bridge are drawn exactly. */
function diffusion(rng: Rng, vol: number): HourShape {
  const deviation = vol / Math.sqrt(HOURS_PER_YEAR);
  const logReturn = deviation * rng.normal() - (deviation * deviation) / 2;
  return { logReturn, logHigh: bridgeHigh(rng, logReturn, deviation), logLow: -bridgeHigh(rng, -logReturn, deviation) };
}

/** Maximum of a Brownian bridge from 0 to `end`: (end + √(end² − 2 σ² ln U))/2 (Glasserman 2003, section 6.4). */
function bridgeHigh(rng: Rng, end: number, deviation: number): number {
  return (end + Math.sqrt(end * end + 2 * deviation * deviation * rng.exponential())) / 2;
}

function jumping(rng: Rng, vol: number): HourShape {
  const calm = diffusion(rng, vol * JUMPS.diffusionShare);
  if (rng.uniform() >= JUMPS.perYear / HOURS_PER_YEAR) return calm;
  const logReturn = calm.logReturn + JUMPS.mean + JUMPS.deviation * rng.normal();
  return { logReturn, logHigh: Math.max(calm.logHigh, logReturn), logLow: Math.min(calm.logLow, logReturn) };
}

/** A real hour relative to the close before it, so that gaps between bars stay in the path. */
function shapeAt({ open, high, low, close }: BarSeries, place: number): HourShape {
  const from = (place > 0 ? close[place - 1] : open[place]) ?? Number.NaN;
  const logOf = (price: number | undefined): number => Math.log((price ?? Number.NaN) / from);
  const logReturn = logOf(close[place]);
  return {
    logReturn,
    logHigh: Math.max(0, logReturn, logOf(high[place])),
    logLow: Math.min(0, logReturn, logOf(low[place])),
  };
}

function averaged(old: number, now: number, halfLifeHours: number): number {
  const kept = 0.5 ** (1 / halfLifeHours);
  return kept * old + (1 - kept) * now;
}

function parametersOf(asset: AssetSymbol) {
  const found = ASSET_PARAMETERS.get(asset) ?? ASSET_PARAMETERS.get("ETH");
  if (found === undefined) throw new RangeError("The simulator knows ETH.");
  return found;
}

/** The usual book of the simulator, the same at all hours: `depthLeft` thins it in a move. */
function curvesOf(asset: AssetSymbol): MarketHour["curves"] {
  const { bidDepthUsd, askDepthUsd } = parametersOf(asset);
  const side = (profile: readonly number[], usd: number) =>
    profile.map((share, band) => ({ distance: (band + 1) / 100, notionalUsd: share * usd, averagePrice: null }));
  const bands = { bids: side(DEPTH.bidProfile, bidDepthUsd), asks: side(DEPTH.askProfile, askDepthUsd) };
  const best = { bestBid: 1 - DEPTH.halfSpread, bestAsk: 1 + DEPTH.halfSpread };
  const times = { sourceId: "mechanism", sourceTimeSec: 0, receivedTimeSec: 0 };
  const none = new Float64Array(0);
  const bars = {
    spanSec: SECONDS_PER_HOUR,
    endSec: none,
    open: none,
    high: none,
    low: none,
    close: none,
    volume: none,
  };
  const market = { bars, book: { ...times, kind: "book" as const, asset, ...bands, ...best } };
  return {
    put: depthCurve(market, "put", DEFAULT_SCORING_SETTINGS),
    call: depthCurve(market, "call", DEFAULT_SCORING_SETTINGS),
  };
}

function requireBars({ bars, asset, kind }: PathRequest, needed: number): BarSeries {
  const held = bars?.open.length ?? 0;
  if (bars !== null && held >= needed) return bars;
  throw new PlimsollError({
    code: "MECHANISM_BARS_SHORT",
    problem: `A path of ${kind} for ${asset} needs ${needed} hourly bars; there are ${held}.`,
    remedy: "Give --data with spot-hourly files that reach further, or fewer days.",
    context: { asset, kind, held, needed },
  });
}
