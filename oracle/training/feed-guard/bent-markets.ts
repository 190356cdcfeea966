/** Attacks that bend every source at once, so that no comparison of sources can see them: what the learned guard is judged by. */
import type { AssetMarket } from "../../domain/market.ts";
import { type Bend, bendMarket, STRAIGHT } from "../adversarial/bend-market.ts";

/** Names of the attacks. */
export const BENT_MARKETS = ["slow-ramp", "steep-ramp", "false-calm", "false-storm", "frozen", "wash-volume"] as const;
/** One of them. */
export type BentMarketName = (typeof BENT_MARKETS)[number];

const DAY_BARS = 24;
const FROZEN_BARS = 6;
/** Ten percent within a day, and within an hour. */
const RAMP = 0.1;
/** Ranges narrowed, and closes set up and down, by half a percent for a day. */
const HALF_PERCENT = 0.005;
const WASH_FACTOR = 10;

/** The market as all of its sources would show it together. */
export function bentMarket(market: AssetMarket, name: BentMarketName): AssetMarket {
  const bent = (change: Partial<Bend>, price: number, bars: number): AssetMarket =>
    bendMarket(market, { ...STRAIGHT, ...change }, { price, bars, depth: 0 });
  switch (name) {
    case "slow-ramp":
      return bent({ drift: -1 }, RAMP, DAY_BARS);
    case "steep-ramp":
      return bent({ shift: -1 }, RAMP, 1);
    case "false-calm":
      return bent({ narrow: 1, smooth: 1 }, HALF_PERCENT, DAY_BARS);
    case "false-storm":
      return bent({ narrow: -1, zigzag: 1 }, HALF_PERCENT, DAY_BARS);
    case "frozen":
      return frozen(market);
    default:
      return washed(market);
  }
}

/** Six hours in which the last price stands still while trades go on. */
function frozen(market: AssetMarket): AssetMarket {
  const { bars } = market;
  const first = Math.max(0, bars.close.length - FROZEN_BARS);
  const still = bars.close[first - 1] ?? market.spot;
  const held = (values: Float64Array): Float64Array => values.map((value, place) => (place < first ? value : still));
  const { open, high, low, close } = bars;
  const standing = { open: held(open), high: held(high), low: held(low), close: held(close) };
  return { ...market, spot: still, bars: { ...bars, ...standing } };
}

/** Six hours of ten times the volume, in the same ranges. */
function washed(market: AssetMarket): AssetMarket {
  const { bars } = market;
  const first = bars.volume.length - FROZEN_BARS;
  const volume = bars.volume.map((value, place) => (place < first ? value : WASH_FACTOR * value));
  return { ...market, bars: { ...bars, volume } };
}
