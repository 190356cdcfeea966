/** Builds bars and taker flow of fixed length from a venue's trades; what was not heard whole is not told. */
import type { AssetSymbol, Bar, TradeFlow } from "../../domain/market.ts";
import type { VenueFault } from "./venue-session.ts";

/** One trade. Times in milliseconds since the epoch, price in USD. */
export interface VenueTrade {
  readonly venueMs: number;
  readonly price: number;
  readonly coins: number;
  readonly takerSide: "buy" | "sell";
}

/** Which bars, and where they go. */
export interface BarBuilderOptions {
  readonly asset: AssetSymbol;
  readonly sourceId: string;
  readonly spanMs: number;
  readonly onBar: (bar: Bar, flow: TradeFlow) => void;
  readonly onOddity: (fault: VenueFault, detail: string) => void;
}

/** Bars of one venue and asset. */
export interface BarBuilder {
  add(trade: VenueTrade): void;
  /** Ends every bar whose span has passed by `nowMs`. */
  advance(nowMs: number): void;
  /** Trades may have been lost since the last call: the bar under way is not told, nor the next until it begins anew. */
  interrupt(): void;
}

interface OpenBar {
  readonly startMs: number;
  open: number;
  high: number;
  low: number;
  close: number;
  buyCoins: number;
  sellCoins: number;
  trades: number;
  largestCoins: number;
}

const MS_PER_SECOND = 1_000;
/** Trades of a span may arrive this long after its end; venues push every 100 to 500 ms. */
const GRACE_MS = 2_000;

/** Creates a builder; the first bar told is the first that begins after now. */
export function createBarBuilder(options: BarBuilderOptions): BarBuilder {
  const { spanMs } = options;
  /** Start of the span under way; `null` before the first trade or tick. */
  let startMs: number | null = null;
  let isWhole = false;
  let lastClose: number | null = null;
  let bar: OpenBar | null = null;
  /** Trades of the next span that came within the grace of this one. */
  let early: VenueTrade[] = [];

  const take = (trade: VenueTrade): void => {
    lastClose = trade.price;
    bar = withTrade(bar ?? openBar(startMs ?? 0, trade.price), trade);
  };
  const finish = (nowMs: number): void => {
    const ended = bar ?? (lastClose === null || startMs === null ? null : openBar(startMs, lastClose));
    if (ended !== null && isWhole) tell(options, ended, nowMs);
    else if (ended !== null) options.onOddity("incomplete-bar", `bar of ${startMs} ms was not heard whole`);
    startMs = (startMs ?? 0) + spanMs;
    isWhole = true;
    bar = null;
    const waiting = early;
    early = [];
    for (const trade of waiting) add(trade);
  };
  const add = (trade: VenueTrade): void => {
    startMs ??= Math.floor(trade.venueMs / spanMs) * spanMs;
    if (trade.venueMs < startMs) options.onOddity("late-trade", `trade of ${trade.venueMs} ms`);
    else if (trade.venueMs >= startMs + spanMs) early.push(trade);
    else take(trade);
  };
  return {
    add,
    advance: (nowMs) => {
      startMs ??= Math.floor(nowMs / spanMs) * spanMs;
      while (startMs !== null && nowMs >= startMs + spanMs + GRACE_MS) finish(nowMs);
    },
    interrupt: () => {
      startMs = null;
      isWhole = false;
      bar = null;
      early = [];
      lastClose = null;
    },
  };
}

function openBar(startMs: number, price: number): OpenBar {
  const prices = { open: price, high: price, low: price, close: price };
  return { startMs, ...prices, buyCoins: 0, sellCoins: 0, trades: 0, largestCoins: 0 };
}

function withTrade(bar: OpenBar, { price, coins, takerSide }: VenueTrade): OpenBar {
  return {
    ...bar,
    high: Math.max(bar.high, price),
    low: Math.min(bar.low, price),
    close: price,
    buyCoins: bar.buyCoins + (takerSide === "buy" ? coins : 0),
    sellCoins: bar.sellCoins + (takerSide === "sell" ? coins : 0),
    trades: bar.trades + 1,
    largestCoins: Math.max(bar.largestCoins, coins),
  };
}

function tell({ asset, sourceId, spanMs, onBar }: BarBuilderOptions, bar: OpenBar, nowMs: number): void {
  const head = {
    asset,
    sourceId,
    sourceTimeSec: (bar.startMs + spanMs) / MS_PER_SECOND,
    receivedTimeSec: nowMs / MS_PER_SECOND,
    spanSec: spanMs / MS_PER_SECOND,
  };
  const { open, high, low, close, buyCoins, sellCoins, trades, largestCoins } = bar;
  onBar(
    { kind: "bar", ...head, open, high, low, close, volume: buyCoins + sellCoins },
    { kind: "trade-flow", ...head, buyCoins, sellCoins, trades, largestCoins },
  );
}
