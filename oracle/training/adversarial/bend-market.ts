/** A market as an attacker makes it look: prices of the newest bars within a distance of the truth, resting depth within a share of it. */
import type { AssetMarket, BarSeries, BookDepth } from "../../domain/market.ts";
import { mean } from "../../math/statistics.ts";

/** What the attacker can reach. */
export interface BendBudget {
  /** Largest distance of any price from the truth, decimal. */
  readonly price: number;
  /** Newest bars that he can bend. */
  readonly bars: number;
  /** Largest change of resting notional, decimal. */
  readonly depth: number;
}

/**
 * What he does with it, −1 … 1 each: shift all prices; narrow the ranges (above 0) or widen them; draw closes to their mean or from it; set
 * closes in turn above and below; drift from the first bent bar to the newest; more or less depth; more bids than asks.
 */
export const BEND_KNOBS = ["shift", "narrow", "smooth", "zigzag", "drift", "depth", "tilt"] as const;
/** One value a knob. */
export type Bend = Readonly<Record<(typeof BEND_KNOBS)[number], number>>;

/** Nothing is bent. */
export const STRAIGHT: Bend = { shift: 0, narrow: 0, smooth: 0, zigzag: 0, drift: 0, depth: 0, tilt: 0 };

/** The bent market. Bars stay whole: highs above opens and closes, lows below them. */
export function bendMarket(market: AssetMarket, bend: Bend, budget: BendBudget): AssetMarket {
  const bars = bentBars(market.bars, bend, budget);
  const spot = bars.close.at(-1) ?? market.spot;
  return { ...market, spot, bars, book: market.book === null ? null : bentBook(market.book, bend, budget.depth) };
}

function bentBars(bars: BarSeries, bend: Bend, budget: BendBudget): BarSeries {
  const count = bars.close.length;
  const first = Math.max(0, count - budget.bars);
  const [open, high, low, close] = [bars.open.slice(), bars.high.slice(), bars.low.slice(), bars.close.slice()];
  const centre = mean([...bars.close.subarray(first)]);
  for (let place = first; place < count; place += 1) {
    const truth = bars.close[place] ?? Number.NaN;
    const share = (place - first + 1) / (count - first);
    const pulled = Math.max(-1, Math.min(1, Math.log(centre / truth) / budget.price || 0));
    const turned = place % 2 === 0 ? 1 : -1;
    close[place] = within(
      truth,
      bend.shift + bend.smooth * pulled + bend.zigzag * turned + bend.drift * share,
      budget.price,
    );
    if (place > first) open[place] = close[place - 1] ?? truth;
    const [top, bottom] = [bars.high[place] ?? truth, bars.low[place] ?? truth];
    const [begun, ended] = [open[place] ?? truth, close[place] ?? truth];
    high[place] = Math.max(begun, ended, within(top, bend.shift - bend.narrow, budget.price));
    low[place] = Math.min(begun, ended, within(bottom, bend.shift + bend.narrow, budget.price));
  }
  return { ...bars, open, high, low, close };
}

/** The truth moved by a share of the budget, never beyond it. */
function within(truth: number, share: number, budget: number): number {
  return truth * (1 + Math.max(-1, Math.min(1, share)) * budget);
}

function bentBook(book: BookDepth, { depth, tilt }: Bend, budget: number): BookDepth {
  const side = (bands: BookDepth["bids"], sign: number): BookDepth["bids"] =>
    bands.map((band) => ({ ...band, notionalUsd: within(band.notionalUsd, depth + sign * tilt, budget) }));
  return { ...book, bids: side(book.bids, 1), asks: side(book.asks, -1) };
}
