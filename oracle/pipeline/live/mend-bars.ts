/** Asks by REST for bars that no venue's stream has told whole: the one under way at the start, and those of an outage. */
import type { AssetSymbol, MarketEvent } from "../../domain/market.ts";
import { fetchBarHistory } from "../../ingestion/venues/bar-history.ts";
import type { VenueRest } from "../../ingestion/venues/venue-rest.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Timers } from "../../platform/timers.ts";

/** What mending needs. */
export interface BarMenderOptions {
  readonly assets: readonly AssetSymbol[];
  readonly spanSec: number;
  readonly binance: VenueRest;
  readonly bybit: VenueRest;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly emit: (event: MarketEvent) => void;
}

/** Watches the bars of a live run. */
export interface BarMender {
  /** Notes an event that was heard. */
  heard(event: MarketEvent): void;
  end(): void;
}

/** Streams tell a bar two seconds after its end, and the best of them is chosen within five more. */
const LOOK_AFTER_SEC = 4;
const MILLISECONDS = 1_000;

/** Begins with the bar under way: looks shortly after the end of each. What no venue has is a gap, which is doubted. */
export function createBarMender(options: BarMenderOptions): BarMender {
  const { assets, spanSec, clock, timers, emit } = options;
  const newestSec = new Map<AssetSymbol, number>();
  let cancel = (): void => {};
  const mend = async (asset: AssetSymbol, endSec: number): Promise<void> => {
    if ((newestSec.get(asset) ?? 0) >= endSec) return;
    const found = await fetchBarHistory({ ...options, asset, fromSec: endSec - spanSec, toSec: endSec });
    if (!found.ok || (newestSec.get(asset) ?? 0) >= endSec) return;
    for (const bar of found.value) emit({ ...bar, receivedTimeSec: clock.nowSec() });
  };
  const look = (endSec: number): void => {
    for (const asset of assets) void mend(asset, endSec);
    waitFor(endSec + spanSec);
  };
  const waitFor = (endSec: number): void => {
    const waitMs = (endSec + LOOK_AFTER_SEC - clock.nowSec()) * MILLISECONDS;
    cancel = timers.after(Math.max(0, waitMs), () => look(endSec));
  };
  waitFor((Math.floor(clock.nowSec() / spanSec) + 1) * spanSec);
  return {
    heard: (event) => {
      if (event.kind === "bar") newestSec.set(event.asset, event.sourceTimeSec);
    },
    end: () => cancel(),
  };
}
