/** The providers of a live node: spot prices of three venues, fear-and-greed, and how much is written about an asset. */
import type { AssetSymbol } from "../../domain/market.ts";
import type { Timers } from "../../platform/timers.ts";
import { createVenueRest } from "../venues/venue-rest.ts";
import { createCcxtPrices, openCcxtExchange, type SpotVenue } from "./ccxt-prices.ts";
import { createJsonSignal } from "./json-signal.ts";
import type { Provider } from "./provider.ts";

const FEAR_AND_GREED = "https://api.alternative.me";
const HACKER_NEWS = "https://hn.algolia.com";
const SPOT: readonly SpotVenue[] = ["coinbase", "kraken", "okx"];
const SECONDS_PER_HOUR = 3_600;
const SECONDS_PER_DAY = 86_400;
/** What people call an asset. */
const WORDS: Readonly<Record<AssetSymbol, string>> = { BTC: "bitcoin", ETH: "ethereum" };

/** Creates all of them; nothing is asked yet. */
export function createDefaultProviders(assets: readonly AssetSymbol[], timers: Timers): readonly Provider[] {
  const hackerNews = createVenueRest({ baseUrl: HACKER_NEWS, timers });
  return [
    ...SPOT.map((venue) => createCcxtPrices({ venue, assets, open: openCcxtExchange })),
    createFearAndGreed(assets, createVenueRest({ baseUrl: FEAR_AND_GREED, timers })),
    ...assets.map((asset) => createMentions(asset, hackerNews)),
  ];
}

type Rest = ReturnType<typeof createVenueRest>;

/** The index of alternative.me, 0 (fear) to 100 (greed), made once a day. */
export function createFearAndGreed(assets: readonly AssetSymbol[], rest: Rest): Provider {
  return createJsonSignal({
    id: "alternative-me",
    name: "fear-and-greed",
    assets,
    everySec: SECONDS_PER_HOUR,
    rest,
    path: () => "/fng/?limit=1",
    value: ["data", "0", "value"],
    time: ["data", "0", "timestamp"],
  });
}

/** Stories and comments of the last day on Hacker News that name the asset, by its public search. */
export function createMentions(asset: AssetSymbol, rest: Rest): Provider {
  const word = WORDS[asset] ?? asset;
  return createJsonSignal({
    id: `hacker-news-${asset.toLowerCase()}`,
    name: "hacker-news-mentions",
    assets: [asset],
    everySec: SECONDS_PER_HOUR,
    rest,
    path: (nowSec) => {
      const since = `created_at_i>${Math.floor(nowSec - SECONDS_PER_DAY)}`;
      return `/api/v1/search_by_date?query=${word}&tags=(story,comment)&hitsPerPage=0&numericFilters=${encodeURIComponent(since)}`;
    },
    value: ["nbHits"],
    time: null,
  });
}
