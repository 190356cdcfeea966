/** A market of one asset at a time: hourly bars of forty days, and the chain of a market maker where a volatility is given. */
import type { MarketEvent } from "../../../oracle/domain/market.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createMarketIngestor, type MarketIngestor } from "../../../oracle/ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../../oracle/ingestion/market-window.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { quoteOptions } from "../../../oracle/simulation/market/option-maker.ts";

const HOUR = 3_600;
const HISTORY = 40 * 24;
const START = 60_000;

/** @param vol what options are quoted around, decimal a year; `null` for no options. */
export function quotedMarket(atSec: number, vol: number | null): MarketIngestor {
  const rng = createRng("quoted-market");
  let open = START;
  const events: MarketEvent[] = Array.from({ length: HISTORY }, (_, place) => {
    const close = open * Math.exp(0.004 * rng.normal());
    const endSec = atSec - (HISTORY - 1 - place) * HOUR;
    const prices = { open, close, high: Math.max(open, close) * 1.001, low: Math.min(open, close) / 1.001 };
    open = close;
    const times = { sourceTimeSec: endSec, receivedTimeSec: endSec, sourceId: "test" };
    return { kind: "bar", asset: "BTC", spanSec: HOUR, volume: 1_000, ...prices, ...times };
  });
  const maker = { asset: "BTC", atSec, spot: open, staleSpot: open, rng: createRng("quotes") };
  if (vol !== null) events.push(quoteOptions({ ...maker, vol, usualVol: vol }));
  const source = {
    ...{ id: "test", assets: ["BTC"], fromSec: atSec - HISTORY * HOUR, toSec: atSec },
    events: (fromSec: number, toSec: number) =>
      events.filter(({ receivedTimeSec }) => receivedTimeSec > fromSec && receivedTimeSec <= toSec),
  };
  const historySec = HISTORY * HOUR;
  const window = createMarketWindow({ assets: source.assets, historySec, limits: DEFAULT_GUARD_LIMITS });
  return createMarketIngestor({ source, window, historySec });
}
