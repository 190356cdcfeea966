/** Lays out one asset's market for the feed defence: readings of every source, anchors of the price, books and flows. */
import type { FeedRound } from "../../domain/chain-signals.ts";
import type { FeedReason, FeedVerdict } from "../../domain/feed-verdict.ts";
import type { AssetMarket, AssetSymbol, BookDepth, ReferenceBasis, SideEvent, TradeFlow } from "../../domain/market.ts";
import type { OptionChain } from "../../domain/option-chain.ts";
import { SECONDS_PER_YEAR } from "../../domain/units.ts";
import type { BookFault } from "../guard.ts";
import type { PriceAnchor } from "./basis-check.ts";
import { FEATURE_SETTINGS } from "./feature-settings.ts";
import { createFeedDefence } from "./feed-defence.ts";
import { type DepthSample, spoofedDepth, washVolume } from "./flow-indicators.ts";
import { poolFeeds } from "./pool-feeds.ts";
import type { ReadingFault, SourceReading } from "./reading-faults.ts";

/** What a snapshot shows of one asset. */
export interface MarketView {
  readonly market: AssetMarket;
  readonly atSec: number;
  readonly bookFault: BookFault | null;
}

/** The defence of one asset's market; the same time gets the same verdicts, an earlier one none. */
export interface MarketFeeds {
  judge(view: MarketView): readonly FeedVerdict[];
}

/** Books kept for their medians: two hours at a minute each. */
const DEPTH_SAMPLES = 120;
/** Bars whose median volume is usual: a week of hours. */
const FLOW_BARS = 168;
/** An answer that is due is under way for a while. */
const FEED_GRACE_SEC = 300;
const NEAREST_BAND = 0.01;
const BAND_TOLERANCE = 1e-9;

/** Creates the defence of one asset's market. */
export function createMarketFeeds(asset: AssetSymbol): MarketFeeds {
  const defence = createFeedDefence(asset);
  let judgedAtSec = Number.NEGATIVE_INFINITY;
  let verdicts: readonly FeedVerdict[] = [];
  let depth: readonly DepthSample[] = [];
  return {
    judge: (view) => {
      if (view.atSec <= judgedAtSec) return view.atSec === judgedAtSec ? verdicts : [];
      judgedAtSec = view.atSec;
      depth = withSample(depth, view.market.book);
      const pools = poolFeeds(asset, view.market.side ?? [], view.atSec);
      const report = defence.judge({
        atSec: view.atSec,
        readings: { price: priceReadings(view, pools.readings) },
        anchors: priceAnchors(view),
      });
      verdicts = [
        ...report.verdicts,
        ...pools.verdicts,
        ...lateFeeds(view),
        ...depthVerdicts(view, depth),
        ...flowVerdicts(view.market),
      ];
      return verdicts;
    },
  };
}

/** Closes that are younger than a reading may be, the newest spot or index of every other source, and pools. */
function priceReadings({ market, atSec }: MarketView, pools: readonly SourceReading[]): readonly SourceReading[] {
  const { provenance, spot } = market;
  const venues = newestReferences(market.side ?? [], (basis) => basis === "index" || basis === "spot");
  const others = [...venues, ...pools];
  const own = { sourceId: provenance.sourceId, value: spot, sourceTimeSec: provenance.sourceTimeSec };
  const isFresh = atSec - own.sourceTimeSec <= FEATURE_SETTINGS.price.maxAgeSec;
  // Alone it is judged whatever its age: staleness is then the window's own doubt.
  if (others.length === 0) return [{ ...own, sourceTimeSec: atSec }];
  return isFresh ? [own, ...others] : others;
}

function newestReferences(
  side: readonly SideEvent[],
  wants: (basis: ReferenceBasis) => boolean,
): readonly SourceReading[] {
  const newest = new Map<string, SourceReading>();
  for (const event of side) {
    if (event.kind !== "reference" || !wants(event.basis)) continue;
    const sourceId = `${event.sourceId}/${event.basis}`;
    newest.set(sourceId, { sourceId, value: event.price, sourceTimeSec: event.sourceTimeSec });
  }
  return [...newest.values()];
}

/** Marks, answers of price feeds on chain, and the nearest future that quoted options stand on. */
function priceAnchors({ market, atSec }: MarketView): readonly PriceAnchor[] {
  const { side = [], chain = null } = market;
  const marks = newestReferences(side, (basis) => basis === "mark")
    .filter(({ sourceTimeSec }) => atSec - sourceTimeSec <= FEATURE_SETTINGS.price.maxAgeSec)
    .map(({ sourceId, value }): PriceAnchor => ({ name: sourceId, price: value, years: 0 }));
  return [...marks, ...feedAnchors(side, atSec), ...forwardAnchor(chain, atSec)];
}

/** An answer holds until the price has left it by the feed's deviation, or its heartbeat has passed. */
function feedAnchors(side: readonly SideEvent[], atSec: number): readonly PriceAnchor[] {
  return newestRounds(side)
    .filter((round) => !isLate(round, atSec))
    .map(({ sourceId, price }) => ({ name: sourceId, price, years: 0 }));
}

function newestRounds(side: readonly SideEvent[]): readonly FeedRound[] {
  return [...new Map(side.filter(isFeedRound).map((event) => [event.sourceId, event])).values()];
}

function isLate({ sourceTimeSec, heartbeatSec }: FeedRound, atSec: number): boolean {
  return atSec - sourceTimeSec > heartbeatSec + FEED_GRACE_SEC;
}

function lateFeeds({ market: { asset, side = [] }, atSec }: MarketView): readonly FeedVerdict[] {
  const late = newestRounds(side).filter((round) => isLate(round, atSec));
  return late.map(({ sourceId, sourceTimeSec, heartbeatSec }) => ({
    ...{ asset, feature: "price", sourceId, action: "exclude", reason: "stale-clock" },
    detail: `answered ${atSec - sourceTimeSec} s ago, promised within ${heartbeatSec} s`,
  }));
}

function isFeedRound(event: SideEvent): event is FeedRound {
  return event.kind === "feed-round";
}

function forwardAnchor(chain: OptionChain | null, atSec: number): readonly PriceAnchor[] {
  if (chain === null || atSec - chain.sourceTimeSec > FEATURE_SETTINGS.price.maxAgeSec) return [];
  const nearest = chain.quotes.reduce<OptionChain["quotes"][number] | null>(
    (best, quote) => (best === null || quote.expirySec < best.expirySec ? quote : best),
    null,
  );
  if (nearest === null) return [];
  const years = Math.max(0, nearest.expirySec - atSec) / SECONDS_PER_YEAR;
  return [{ name: `${chain.sourceId}/forward`, price: nearest.future, years }];
}

function withSample(samples: readonly DepthSample[], book: BookDepth | null): readonly DepthSample[] {
  if (book === null || book.sourceTimeSec <= (samples.at(-1)?.timeSec ?? Number.NEGATIVE_INFINITY)) return samples;
  const near = (bands: BookDepth["bids"]): number =>
    bands.find(({ distance }) => Math.abs(distance - NEAREST_BAND) < BAND_TOLERANCE)?.notionalUsd ?? Number.NaN;
  const sample = { timeSec: book.sourceTimeSec, bidUsd: near(book.bids), askUsd: near(book.asks) };
  return Number.isFinite(sample.bidUsd + sample.askUsd) ? [...samples, sample].slice(-DEPTH_SAMPLES) : samples;
}

function depthVerdicts({ market, bookFault }: MarketView, samples: readonly DepthSample[]): readonly FeedVerdict[] {
  const made = (sourceId: string, action: FeedVerdict["action"], fault: ReadingFault): FeedVerdict => ({
    ...{ asset: market.asset, feature: "depth", sourceId, action },
    ...fault,
  });
  if (bookFault !== null) {
    const reason: FeedReason = bookFault.reason === "crossed-book" ? "crossed-bands" : "impossible-bands";
    return [made(bookFault.sourceId, "exclude", { reason, detail: bookFault.detail })];
  }
  if (market.book === null) return [];
  const spoof = spoofedDepth(samples);
  if (spoof !== null) return [made(market.book.sourceId, "down-weight", spoof)];
  return [made(market.book.sourceId, "use", { reason: "single-source", detail: "" })];
}

/** Volume that was made to be seen concerns depth from volume; the price is not its victim. */
function flowVerdicts({ asset, bars, provenance, side = [] }: AssetMarket): readonly FeedVerdict[] {
  const from = Math.max(0, bars.close.length - FLOW_BARS - 1);
  const told = side.filter((event): event is TradeFlow => event.kind === "trade-flow");
  const own = told.filter(({ sourceId, spanSec }) => sourceId === provenance.sourceId && spanSec === bars.spanSec);
  const buyShares = new Map(own.map((flow) => [flow.sourceTimeSec, buyShare(flow)]));
  const flows = Array.from(bars.volume.subarray(from), (volume, index) => ({
    volume,
    range: Math.log((bars.high[from + index] ?? Number.NaN) / (bars.low[from + index] ?? Number.NaN)),
    buyShare: buyShares.get(bars.endSec[from + index] ?? Number.NaN) ?? null,
  }));
  const wash = washVolume(flows);
  if (wash === null) return [];
  return [{ asset, feature: "depth", sourceId: provenance.sourceId, action: "down-weight", ...wash }];
}

/** `null` where nothing traded. */
function buyShare({ buyCoins, sellCoins }: TradeFlow): number | null {
  const traded = buyCoins + sellCoins;
  return traded > 0 ? buyCoins / traded : null;
}
