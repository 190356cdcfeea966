/** Opens the live market: hears all venues, records what it hears, and lets the run read the recording as it grows. */
import { join } from "node:path";
import type { Logger } from "pino";
import { PlimsollError } from "../../domain/errors.ts";
import type { AssetSymbol, Bar, MarketEvent } from "../../domain/market.ts";
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { pollProviders } from "../../ingestion/providers/poll-providers.ts";
import type { Provider } from "../../ingestion/providers/provider.ts";
import { openRecorder, type Recorder } from "../../ingestion/recording/recorder.ts";
import { fetchBarHistory } from "../../ingestion/venues/bar-history.ts";
import { openLiveFeed, VENUES, type VenueAddresses } from "../../ingestion/venues/live-feed.ts";
import type { VenueCounters } from "../../ingestion/venues/venue-counters.ts";
import { createVenueRest } from "../../ingestion/venues/venue-rest.ts";
import type { Rng } from "../../math/rng.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Closer } from "../../platform/closer.ts";
import type { NodeMetrics } from "../../platform/metrics.ts";
import type { Timers } from "../../platform/timers.ts";
import type { MarketRequest } from "../open-market.ts";
import { createBarMender } from "./mend-bars.ts";
import { createMeteredCounters } from "./metered-counters.ts";

/** What a live market is opened with. */
export interface LiveMarketOptions {
  readonly assets: readonly AssetSymbol[];
  /** Folder of recordings; each run begins one of its own. */
  readonly recordingsDir: string;
  readonly addresses: VenueAddresses;
  /** Asked beside the venues; a run goes on without their answers. */
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly rng: Rng;
  readonly logger: Logger;
  readonly metrics: NodeMetrics;
  readonly closer: Closer;
  /** Time before the start of which bars are asked for, seconds; 120 days by default, which serve every feature and model. */
  readonly historySec?: number;
}

/** A live market, ready to be read. */
export interface LiveMarket {
  readonly request: MarketRequest;
  /**
   * Resolves when everything that a round at this market time reads has been heard, or when closing begins; `false` when the
   * next round is due already, so that this one is left out.
   */
  readonly pace: (atSec: number) => Promise<boolean>;
}

/** Bars of five minutes: a price is never much older, and four months of them are two dozen answers an asset. */
const BAR_SPAN_SEC = 300;
const DEFAULT_HISTORY_SEC = 120 * SECONDS_PER_DAY;
/** Positions of a local run expire within days: it is begun anew then. */
const LONGEST_RUN_SEC = 7 * SECONDS_PER_DAY;
/** Time for the first venue to bring a book. */
const PATIENCE_MS = 30_000;
/** Operators read events up to 45 s after the step (the anchor's delay); a little more for what is on its way. */
const ROUND_DELAY_SEC = 50;
const MILLISECONDS = 1_000;

/**
 * Opens the live market.
 *
 * @throws PlimsollError `VENUES_UNREACHABLE` when no venue brings a book in time, `LIVE_HISTORY_MISSING` when none has the
 *   bars before now, `RECORDING_…`. It never falls back to another market.
 */
export async function openLiveMarket(options: LiveMarketOptions): Promise<LiveMarket> {
  const { clock, closer, assets } = options;
  const bell = createBell();
  const counters = createMeteredCounters(options.metrics, clock, bell.ring);
  const heard = createHeldEvents();
  const feed = openLiveFeed({
    assets,
    barSpanMs: BAR_SPAN_SEC * MILLISECONDS,
    addresses: options.addresses,
    deps: { ...options, counters, emit: heard.take },
  });
  closer.add("venues", feed.close);
  closer.add("providers", pollProviders({ ...options, counters, emit: heard.take }));
  await requireBook(options, counters, bell);
  const startSec = Math.floor(clock.nowSec() / BAR_SPAN_SEC) * BAR_SPAN_SEC;
  const history = await readHistory(options, startSec);
  const dir = join(options.recordingsDir, new Date(startSec * MILLISECONDS).toISOString().replaceAll(":", "-"));
  const recorder = openRecorder({ dir });
  closer.add("recording", recorder.close);
  recorder.write({ type: "session", startSec, assets, barSpanSec: BAR_SPAN_SEC });
  for (const event of history) recorder.write({ type: "history", event });
  heard.releaseTo((event) => writeLive(recorder, event, closer));
  const mender = createBarMender({ ...options, ...restsOf(options), spanSec: BAR_SPAN_SEC, emit: heard.take });
  closer.add("bar mender", mender.end);
  heard.watch(mender.heard);
  return {
    request: { kind: "live", dir, untilSec: startSec + LONGEST_RUN_SEC },
    pace: async (atSec) => {
      await waitUntil(options, atSec + ROUND_DELAY_SEC);
      return clock.nowSec() < atSec + BAR_SPAN_SEC + ROUND_DELAY_SEC;
    },
  };
}

function writeLive(recorder: Recorder, event: MarketEvent, closer: Closer): void {
  if (!closer.signal.aborted) recorder.write({ type: "live", event });
}

/** Keeps what is heard until there is a recording to write it to. */
function createHeldEvents() {
  const waiting: MarketEvent[] = [];
  let write: ((event: MarketEvent) => void) | null = null;
  let notice = (_event: MarketEvent): void => {};
  return {
    watch: (watcher: (event: MarketEvent) => void): void => {
      notice = watcher;
    },
    take: (event: MarketEvent): void => {
      notice(event);
      if (write === null) waiting.push(event);
      else write(event);
    },
    releaseTo: (writer: (event: MarketEvent) => void): void => {
      for (const event of waiting.splice(0)) writer(event);
      write = writer;
    },
  };
}

function createBell() {
  const waiting = new Set<() => void>();
  return {
    ring: (): void => {
      for (const look of [...waiting]) look();
    },
    listen: (look: () => void): (() => void) => {
      waiting.add(look);
      return () => void waiting.delete(look);
    },
  };
}

/** Waits for the first served book. */
async function requireBook(
  { timers, closer }: LiveMarketOptions,
  counters: VenueCounters,
  bell: ReturnType<typeof createBell>,
): Promise<void> {
  const isServed = (): boolean => VENUES.some((venue) => counters.of(venue).booksServed.length > 0);
  const { promise, resolve } = Promise.withResolvers<void>();
  const silence = bell.listen(() => {
    if (isServed()) resolve();
  });
  const cancel = timers.after(PATIENCE_MS, resolve);
  closer.signal.addEventListener("abort", () => resolve());
  await promise;
  cancel();
  silence();
  if (!isServed()) throw unreachable(counters);
}

function unreachable(counters: VenueCounters): PlimsollError<"VENUES_UNREACHABLE"> {
  const said = VENUES.map((venue) => `${venue} (${counters.of(venue).lastFault ?? "no answer"})`).join(", ");
  return new PlimsollError({
    code: "VENUES_UNREACHABLE",
    problem: `No venue brought a book within ${PATIENCE_MS / MILLISECONDS} s: ${said}.`,
    remedy: "Check the connection to the internet with `npm run live-check`; without --live the simulator runs.",
    context: { said },
  });
}

async function readHistory(options: LiveMarketOptions, toSec: number): Promise<readonly Bar[]> {
  const bars: Bar[] = [];
  for (const asset of options.assets) {
    const span = { spanSec: BAR_SPAN_SEC, fromSec: toSec - (options.historySec ?? DEFAULT_HISTORY_SEC), toSec };
    const found = await fetchBarHistory({ asset, ...span, ...restsOf(options) });
    if (!found.ok) throw historyMissing(asset, found.reason);
    bars.push(...found.value);
  }
  return bars;
}

function restsOf({ addresses, timers }: LiveMarketOptions) {
  return {
    binance: createVenueRest({ baseUrl: addresses.binanceRest, timers }),
    bybit: createVenueRest({ baseUrl: addresses.bybitRest, timers }),
  };
}

function historyMissing(asset: AssetSymbol, reason: string): PlimsollError<"LIVE_HISTORY_MISSING"> {
  return new PlimsollError({
    code: "LIVE_HISTORY_MISSING",
    problem: `No venue gave the bars of ${asset} before now: ${reason}.`,
    remedy: "Try again later; models need months of bars, and none are invented.",
    context: { asset, reason },
  });
}

async function waitUntil({ clock, timers, closer }: LiveMarketOptions, timeSec: number): Promise<void> {
  const waitMs = (timeSec - clock.nowSec()) * MILLISECONDS;
  if (waitMs <= 0 || closer.signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = timers.after(waitMs, resolve);
  closer.signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  cancel();
}
