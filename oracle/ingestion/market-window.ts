/** The market as this node knows it: guarded events in, immutable snapshots out. */
import type { Outcome } from "../domain/errors.ts";
import type { FeedVerdict } from "../domain/feed-verdict.ts";
import type {
  AssetMarket,
  AssetSymbol,
  BookDepth,
  FundingRate,
  IngestionCounts,
  MarketDoubt,
  MarketEvent,
  MarketSnapshot,
  Provenance,
  RejectReason,
  SideEvent,
  VolIndex,
} from "../domain/market.ts";
import type { OptionChain } from "../domain/option-chain.ts";
import { SECONDS_PER_DAY } from "../domain/units.ts";
import { type BarBuffer, createBarBuffer } from "./bar-buffer.ts";
import { createMarketFeeds, type MarketFeeds } from "./defence/market-feeds.ts";
import { createDepthHistory, type DepthHistory } from "./depth-history.ts";
import { createIngestionGuard, type IngestionGuard } from "./guard.ts";
import type { GuardLimits } from "./guard-limits.ts";
import { findDoubts } from "./market-doubts.ts";
import { createProposalShelf, type ProposalShelf } from "./proposal-shelf.ts";

/** Funding is kept this long, as promised by `AssetMarket.funding`. */
const FUNDING_HISTORY_SEC = 90 * SECONDS_PER_DAY;
/** Events beside the price are kept for a day … */
const SIDE_HISTORY_SEC = SECONDS_PER_DAY;
/** … and at most so many, the newest: a day of a wild market has some thousand liquidations. */
const MAX_SIDE_EVENTS = 20_000;

/** What a market window is made for. */
export interface MarketWindowOptions {
  readonly assets: readonly AssetSymbol[];
  /** How far back bars are kept, seconds; 120 days serve every feature and model. */
  readonly historySec: number;
  readonly limits: GuardLimits;
}

/** Guarded market state of one node. */
export interface MarketWindow {
  /** Checks an event and keeps it when it is sound. `nowSec` is the node's time, seconds. */
  ingest(event: MarketEvent, nowSec: number): Outcome<MarketEvent, RejectReason>;
  /**
   * State at a time, which must not lie before the newest ingested event by more than the replay needs: bars and funding
   * are cut to `atSec`, book, index and chain are shown only when they were received by then.
   */
  snapshot(atSec: number): MarketSnapshot;
  counts(): IngestionCounts;
}

interface AssetState {
  bars: BarBuffer | null;
  lastBar: Provenance | null;
  book: BookDepth | null;
  readonly depth: DepthHistory;
  readonly feeds: MarketFeeds;
  funding: readonly FundingRate[];
  volIndex: VolIndex | null;
  chain: OptionChain | null;
  side: SideEvent[];
  readonly proposals: ProposalShelf;
}

/** Creates an empty window. */
export function createMarketWindow(options: MarketWindowOptions): MarketWindow {
  const { assets, historySec, limits } = options;
  const guard = createIngestionGuard(assets, limits);
  const states = new Map<AssetSymbol, AssetState>(assets.map((asset) => [asset, createState(asset)]));
  return {
    ingest: (event, nowSec) => {
      const outcome = guard.check(event, nowSec);
      const state = states.get(event.asset);
      if (outcome.ok && state !== undefined) keep(outcome.value, state, historySec);
      return outcome;
    },
    snapshot: (atSec) => takeSnapshot(states, { atSec, guard, limits }),
    counts: () => guard.counts(),
  };
}

function createState(asset: AssetSymbol): AssetState {
  return {
    bars: null,
    lastBar: null,
    book: null,
    depth: createDepthHistory(),
    feeds: createMarketFeeds(asset),
    funding: [],
    volIndex: null,
    chain: null,
    side: [],
    proposals: createProposalShelf(),
  };
}

function keep(event: MarketEvent, state: AssetState, historySec: number): void {
  switch (event.kind) {
    case "bar":
      state.bars ??= createBarBuffer(event.spanSec, historySec);
      state.bars.append(event);
      state.lastBar = event;
      break;
    case "book":
      state.book = event;
      state.depth.add(event);
      break;
    case "funding": {
      const oldestSec = event.sourceTimeSec - FUNDING_HISTORY_SEC;
      state.funding = [...state.funding.filter((entry) => entry.sourceTimeSec >= oldestSec), event];
      break;
    }
    case "vol-index":
      state.volIndex = event;
      break;
    case "chain":
      state.chain = event;
      break;
    case "proposal":
      state.proposals.add(event);
      break;
    default:
      keepSide(event, state);
  }
}

/** Dropped in bulk, so that a burst of liquidations does not copy the list once each. */
function keepSide(event: SideEvent, state: AssetState): void {
  state.side.push(event);
  if (state.side.length < 2 * MAX_SIDE_EVENTS) return;
  state.side = state.side.slice(-MAX_SIDE_EVENTS);
}

function sideAt(side: readonly SideEvent[], atSec: number): readonly SideEvent[] {
  const recent = side.filter(
    ({ receivedTimeSec, sourceTimeSec }) => receivedTimeSec <= atSec && sourceTimeSec > atSec - SIDE_HISTORY_SEC,
  );
  return recent.slice(-MAX_SIDE_EVENTS);
}

interface SnapshotContext {
  readonly atSec: number;
  readonly guard: IngestionGuard;
  readonly limits: GuardLimits;
}

function takeSnapshot(states: ReadonlyMap<AssetSymbol, AssetState>, context: SnapshotContext): MarketSnapshot {
  const assets = new Map<AssetSymbol, AssetMarket>();
  const doubts: MarketDoubt[] = [];
  const feeds: FeedVerdict[] = [];
  for (const [asset, state] of states) {
    const market = assetMarket(asset, state, context);
    if (market !== null) assets.set(asset, market);
    const fault = context.guard.bookFault(asset);
    const book = { fault, everSeen: state.book !== null };
    const { atSec, limits } = context;
    const verdicts = market === null ? [] : state.feeds.judge({ market, atSec, bookFault: fault });
    feeds.push(...verdicts);
    const seen = { asset, market, book, feeds: verdicts, chainEverSeen: state.chain !== null };
    doubts.push(...findDoubts({ ...seen, atSec, limits }));
  }
  return { atSec: context.atSec, assets, doubts, feeds };
}

function assetMarket(asset: AssetSymbol, state: AssetState, context: SnapshotContext): AssetMarket | null {
  const { atSec, guard, limits } = context;
  const bars = state.bars?.view(atSec);
  const spot = bars?.close.at(-1);
  if (bars === undefined || spot === undefined || state.lastBar === null) return null;
  const { sourceId, receivedTimeSec } = state.lastBar;
  const sourceTimeSec = bars.endSec.at(-1) ?? state.lastBar.sourceTimeSec;
  const hasBook =
    guard.bookFault(asset) === null &&
    isKnown(state.book, atSec) &&
    atSec - state.book.sourceTimeSec <= limits.bookStaleSec;
  return {
    asset,
    spot,
    provenance: { sourceId, sourceTimeSec, receivedTimeSec: Math.min(receivedTimeSec, Math.max(atSec, sourceTimeSec)) },
    bars,
    book: hasBook ? state.book : null,
    depthReference: state.depth.reference(),
    funding: state.funding.filter((entry) => entry.receivedTimeSec <= atSec),
    volIndex: isKnown(state.volIndex, atSec) ? state.volIndex : null,
    chain:
      isKnown(state.chain, atSec) && atSec - state.chain.sourceTimeSec <= limits.chainStaleSec ? state.chain : null,
    ...(state.side.length === 0 ? {} : { side: sideAt(state.side, atSec) }),
    ...state.proposals.at(atSec),
  };
}

function isKnown<Event extends MarketEvent>(event: Event | null, atSec: number): event is Event {
  return event !== null && event.receivedTimeSec <= atSec;
}
