/** Reference prices of spot markets through ccxt, which knows the venues' symbols and REST interfaces. */
import type { Outcome } from "../../domain/errors.ts";
import type { AssetSymbol, ReferencePrice } from "../../domain/market.ts";
import type { RestFailure } from "../venues/venue-rest.ts";
import type { Provider } from "./provider.ts";

/** Venues that are asked, by ccxt's names, with the currency that their deepest markets quote. */
export const SPOT_VENUES = { coinbase: "USD", kraken: "USD", okx: "USDT" } as const;
/** One of the venues. */
export type SpotVenue = keyof typeof SPOT_VENUES;

/** What of ccxt is used of one venue. */
export interface SpotExchange {
  fetchTicker(symbol: string): Promise<{
    readonly last?: number | undefined;
    readonly timestamp?: number | undefined;
  }>;
}

/** Which venue is asked for which assets. */
export interface CcxtPricesOptions {
  readonly venue: SpotVenue;
  readonly assets: readonly AssetSymbol[];
  /** Opens the venue; {@link openCcxtExchange} in a node. */
  readonly open: (venue: SpotVenue) => Promise<SpotExchange>;
}

const EVERY_SEC = 30;
const ASK_WITHIN_MS = 10_000;
const MS_PER_SECOND = 1_000;

/** Creates the provider; the venue is opened with the first question. */
export function createCcxtPrices({ venue, assets, open }: CcxtPricesOptions): Provider {
  const id = `ccxt-${venue}`;
  let exchange: Promise<SpotExchange> | null = null;
  const priceOf = async (asset: AssetSymbol, nowSec: number): Promise<readonly ReferencePrice[]> => {
    exchange ??= open(venue);
    const ticker = await (await exchange).fetchTicker(`${asset}/${SPOT_VENUES[venue]}`);
    if (ticker.last === undefined || !(ticker.last > 0)) return [];
    // Some venues' tickers carry no time: then the answer's own is all that is known.
    const sourceTimeSec = Math.min(nowSec, (ticker.timestamp ?? nowSec * MS_PER_SECOND) / MS_PER_SECOND);
    const provenance = { sourceId: id, sourceTimeSec, receivedTimeSec: nowSec };
    return [{ kind: "reference", asset, basis: "spot", price: ticker.last, ...provenance }];
  };
  return {
    id,
    everySec: EVERY_SEC,
    ask: async (nowSec) => {
      try {
        const prices = await Promise.all(assets.map(async (asset) => await priceOf(asset, nowSec)));
        const value = prices.flat();
        if (value.length < assets.length) return { ok: false, reason: "malformed", detail: "a ticker without a price" };
        return { ok: true, value };
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}

/** Opens a venue of ccxt. The library takes a second and 100 MB to load: only who asks for prices loads it. */
export async function openCcxtExchange(venue: SpotVenue): Promise<SpotExchange> {
  const { default: ccxt } = await import("ccxt");
  return new ccxt[venue]({ enableRateLimit: true, timeout: ASK_WITHIN_MS });
}

/** ccxt tells its failures apart by the names of its error classes. */
const RATE_LIMITS: ReadonlySet<string> = new Set(["RateLimitExceeded", "DDoSProtection"]);
const NETWORK: ReadonlySet<string> = new Set(["NetworkError", "RequestTimeout"]);

function failureOf(error: unknown): Outcome<never, RestFailure> {
  const name = error instanceof Error ? error.constructor.name : "";
  const detail = error instanceof Error ? error.message : String(error);
  if (RATE_LIMITS.has(name)) return { ok: false, reason: "rate-limited", detail };
  return { ok: false, reason: NETWORK.has(name) ? "unreachable" : "server-error", detail };
}
