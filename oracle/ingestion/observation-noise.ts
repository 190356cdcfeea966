/** Each operator sees the market through its own small noise and delay, as independent nodes do. */
import type { DepthBand, MarketEvent } from "../domain/market.ts";
import { BPS } from "../domain/units.ts";
import type { Rng } from "../math/rng.ts";

/** An operator's own error of observation. */
export interface ObservationNoise {
  /** The operator's own random stream. */
  readonly rng: Rng;
  /** Standard deviation of the price factor of one event, basis points. */
  readonly noiseBps: number;
  /** How much later than the source says the operator receives events, seconds. */
  readonly delaySec: number;
}

/**
 * Returns the event as this operator receives it.
 *
 * All prices of one event share one factor exp(noise), so that bars and books stay consistent; the delay is the same for
 * every event, so that their order never changes; source times are kept. Volume, notional and funding are not disturbed.
 */
export function withObservationNoise(event: MarketEvent, noise: ObservationNoise): MarketEvent {
  const factor = noise.noiseBps === 0 ? 1 : Math.exp((noise.noiseBps / BPS) * noise.rng.normal());
  const receivedTimeSec = event.receivedTimeSec + noise.delaySec;
  switch (event.kind) {
    case "bar":
      return {
        ...event,
        receivedTimeSec,
        open: event.open * factor,
        high: event.high * factor,
        low: event.low * factor,
        close: event.close * factor,
      };
    case "book":
      return {
        ...event,
        receivedTimeSec,
        bids: scaleBands(event.bids, factor),
        asks: scaleBands(event.asks, factor),
        bestBid: event.bestBid === null ? null : event.bestBid * factor,
        bestAsk: event.bestAsk === null ? null : event.bestAsk * factor,
      };
    case "vol-index":
      return { ...event, receivedTimeSec, impliedVol: event.impliedVol * factor };
    case "liquidation":
    case "reference":
      return { ...event, receivedTimeSec, price: event.price * factor };
    case "funding":
    case "trade-flow":
    case "open-interest":
    case "signal":
    case "pool":
    case "proposal":
    case "feed-round":
      return { ...event, receivedTimeSec };
    case "chain":
      return {
        ...event,
        receivedTimeSec,
        index: event.index * factor,
        quotes: event.quotes.map((quote) => ({ ...quote, future: quote.future * factor })),
      };
  }
}

function scaleBands(bands: readonly DepthBand[], factor: number): readonly DepthBand[] {
  return bands.map((band) => ({
    ...band,
    averagePrice: band.averagePrice === null ? null : band.averagePrice * factor,
  }));
}
