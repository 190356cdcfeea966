/** Market events of one simulated asset: hourly bars, half-hourly books, funding, volatility index and chains of options. */
import type { EventLane } from "../../domain/event-lane.ts";
import type { AssetSymbol, Bar, DepthBand, MarketEvent, Provenance } from "../../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../domain/units.ts";
import type { Rng } from "../../math/rng.ts";
import { quoteOptions } from "./option-maker.ts";
import { type AssetPath, STEP_SEC } from "./price-path.ts";
import { type AssetParameters, DEPTH, FUNDING, IMPLIED, OPTION_MAKER } from "./simulator-parameters.ts";

const SOURCE_ID = "simulator";
const STEPS_PER_HOUR = SECONDS_PER_HOUR / STEP_SEC;
const STEPS_PER_DAY = SECONDS_PER_DAY / STEP_SEC;
const BOOK_STEPS = STEPS_PER_HOUR / 2;
const FUNDING_STEPS = 8 * STEPS_PER_HOUR;
/** Weight of the fixed part and of the move in a step's volume, and its log noise: volume rises with volatility. */
const VOLUME = { fixed: 0.45, move: 0.7, noise: 0.4 } as const;

/** One asset to turn into events. */
export interface SimulatedAsset {
  readonly asset: AssetSymbol;
  readonly path: AssetPath;
  readonly parameters: AssetParameters;
  /** Start of the path, seconds. */
  readonly startSec: number;
  /** Options are quoted from here on, seconds. */
  readonly optionsFromSec: number;
  readonly rng: Rng;
}

/** Lanes of one asset; events are received when they are made. */
export function simulatedLanes(input: SimulatedAsset): readonly EventLane[] {
  return [barLane(input), bookLane(input), fundingLane(input), volIndexLane(input), chainLane(input)];
}

/** Ends of every `stride` steps of the path, from the first full stride on. */
function laneOf(
  input: SimulatedAsset,
  lane: { readonly kind: MarketEvent["kind"]; readonly stride: number },
  make: (index: number, provenance: Provenance) => MarketEvent,
): EventLane {
  const count = Math.floor(input.path.price.length / lane.stride);
  const receivedSec = Float64Array.from(
    { length: count },
    (_unused, index) => input.startSec + (index + 1) * lane.stride * STEP_SEC,
  );
  return {
    asset: input.asset,
    kind: lane.kind,
    receivedSec,
    at: (index) => {
      const timeSec = receivedSec[index] ?? 0;
      return make(index, { sourceId: SOURCE_ID, sourceTimeSec: timeSec, receivedTimeSec: timeSec });
    },
  };
}

function barLane(input: SimulatedAsset): EventLane {
  const { price } = input.path;
  const volume = stepVolumes(input);
  return laneOf(input, { kind: "bar", stride: STEPS_PER_HOUR }, (index, provenance): Bar => {
    const from = index * STEPS_PER_HOUR;
    const inside = price.subarray(from, from + STEPS_PER_HOUR);
    const open = price[from - 1] ?? price[0] ?? 0;
    return {
      kind: "bar",
      asset: input.asset,
      spanSec: SECONDS_PER_HOUR,
      open,
      high: Math.max(open, ...inside),
      low: Math.min(open, ...inside),
      close: inside.at(-1) ?? open,
      volume: volume.subarray(from, from + STEPS_PER_HOUR).reduce((sum, value) => sum + value, 0),
      ...provenance,
    };
  });
}

function stepVolumes({ path, parameters, rng }: SimulatedAsset): Float64Array {
  const noise = rng.fork("volume");
  const usual = parameters.hourlyVolume / STEPS_PER_HOUR;
  const stepSd = parameters.vol * Math.sqrt(STEP_SEC / SECONDS_PER_YEAR);
  return path.price.map((price, step) => {
    const move = Math.abs(Math.log(price / (path.price[step - 1] ?? price))) / stepSd;
    const level = VOLUME.fixed * (path.volMultiple[step] ?? 1) + VOLUME.move * move;
    return usual * level * Math.exp(VOLUME.noise * noise.normal() - VOLUME.noise ** 2 / 2);
  });
}

function bookLane(input: SimulatedAsset): EventLane {
  const { path, parameters, rng } = input;
  const noise = rng.fork("book");
  const strides = Math.floor(path.price.length / BOOK_STEPS);
  const bidNoise = Float64Array.from({ length: strides }, () => DEPTH.noise * noise.normal());
  const askNoise = Float64Array.from({ length: strides }, () => DEPTH.noise * noise.normal());
  return laneOf(input, { kind: "book", stride: BOOK_STEPS }, (index, provenance) => {
    const step = (index + 1) * BOOK_STEPS - 1;
    const mid = path.price[step] ?? 0;
    const volMultiple = path.volMultiple[step] ?? 1;
    const thinning = volMultiple ** -DEPTH.volElasticity;
    const move = Math.log(mid / (path.price[step - STEPS_PER_HOUR] ?? mid));
    const bids = thinning * eaten(move) * Math.exp(bidNoise[index] ?? 0);
    const asks = thinning * eaten(-move) * Math.exp(askNoise[index] ?? 0);
    return {
      kind: "book",
      asset: input.asset,
      bids: bands(mid, -1, parameters.bidDepthUsd * Math.max(DEPTH.floor, bids)),
      asks: bands(mid, 1, parameters.askDepthUsd * Math.max(DEPTH.floor, asks)),
      bestBid: mid * (1 - DEPTH.halfSpread * volMultiple),
      bestAsk: mid * (1 + DEPTH.halfSpread * volMultiple),
      ...provenance,
    };
  });
}

/** Share of a side that the move of the last hour leaves; `move` is negative when it ran into this side. */
function eaten(move: number): number {
  return Math.exp(DEPTH.moveSensitivity * Math.min(0, move));
}

/** Cumulative bands of one side (−1 bids, 1 asks); every slice rests at the middle of its distances. */
function bands(mid: number, side: 1 | -1, notionalUsd: number): readonly DepthBand[] {
  const percent = 0.01;
  let coins = 0;
  let before = 0;
  const profile = side === 1 ? DEPTH.askProfile : DEPTH.bidProfile;
  return profile.map((share, index) => {
    const slicePrice = mid * (1 + side * (index + 1 / 2) * percent);
    coins += (notionalUsd * (share - before)) / slicePrice;
    before = share;
    return {
      distance: (index + 1) * percent,
      notionalUsd: notionalUsd * share,
      averagePrice: (notionalUsd * share) / coins,
    };
  });
}

function fundingLane(input: SimulatedAsset): EventLane {
  const { price } = input.path;
  const noise = input.rng.fork("funding");
  const rates = new Float64Array(Math.floor(price.length / FUNDING_STEPS));
  let rate: number = FUNDING.base;
  rates.forEach((_value, index) => {
    const step = (index + 1) * FUNDING_STEPS - 1;
    const trend = Math.log((price[step] ?? 1) / (price[Math.max(0, step - STEPS_PER_DAY)] ?? 1));
    const pull = FUNDING.base + FUNDING.slope * trend + FUNDING.noise * noise.normal();
    rate = FUNDING.memory * rate + (1 - FUNDING.memory) * pull;
    rates[index] = Math.min(FUNDING.cap, Math.max(-FUNDING.cap, rate));
  });
  return laneOf(input, { kind: "funding", stride: FUNDING_STEPS }, (index, provenance) => ({
    kind: "funding",
    asset: input.asset,
    ratePer8h: rates[index] ?? 0,
    ...provenance,
  }));
}

/** Hourly index from past prices only. */
function volIndexLane(input: SimulatedAsset): EventLane {
  const index = impliedVols(input);
  return laneOf(input, { kind: "vol-index", stride: STEPS_PER_HOUR }, (hour, provenance) => ({
    kind: "vol-index",
    asset: input.asset,
    impliedVol: index[hour] ?? 0,
    ...provenance,
  }));
}

/** Options are quoted around the same level with what the index does not show: term structure, skew and curvature. */
function chainLane(input: SimulatedAsset): EventLane {
  const { asset, path, parameters, rng, startSec, optionsFromSec } = input;
  const [index, stride] = [impliedVols(input), OPTION_MAKER.everySec / STEP_SEC];
  const lane = laneOf(input, { kind: "chain", stride }, (place, { sourceTimeSec: atSec }) => {
    const step = (place + 1) * stride - 1;
    const spot = path.price[step] ?? 0;
    const vol = index[Math.floor(((place + 1) * stride) / STEPS_PER_HOUR) - 1] ?? 0;
    const chance = rng.fork(`chain-${place}`);
    const staleSpot = path.price[Math.max(0, step - stride)] ?? spot;
    return quoteOptions({
      asset,
      atSec,
      spot,
      staleSpot,
      vol,
      usualVol: IMPLIED.premium * parameters.vol,
      rng: chance,
    });
  });
  const skipped = Math.max(0, Math.ceil((optionsFromSec - startSec) / OPTION_MAKER.everySec) - 1);
  return { ...lane, receivedSec: lane.receivedSec.subarray(skipped), at: (place) => lane.at(place + skipped) };
}

/** A premium over a blend of recent and long-run variance, at the end of every hour. */
function impliedVols(input: SimulatedAsset): Float64Array {
  const { price } = input.path;
  const keptPerStep = 2 ** (-STEP_SEC / IMPLIED.halfLifeSec);
  const usual = input.parameters.vol ** 2;
  const index = new Float64Array(Math.floor(price.length / STEPS_PER_HOUR));
  let variance = usual;
  for (let step = 1; step < price.length; step += 1) {
    const move = Math.log((price[step] ?? 1) / (price[step - 1] ?? 1));
    variance = keptPerStep * variance + (1 - keptPerStep) * move * move * (SECONDS_PER_YEAR / STEP_SEC);
    if ((step + 1) % STEPS_PER_HOUR !== 0) continue;
    const blend = IMPLIED.weight * variance + (1 - IMPLIED.weight) * usual;
    index[(step + 1) / STEPS_PER_HOUR - 1] = IMPLIED.premium * Math.sqrt(blend);
  }
  return index;
}
