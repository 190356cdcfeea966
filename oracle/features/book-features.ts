/** Order-book imbalance, and depth and its slope against their own trailing medians. */
import type { BookDepth, DepthBand, DepthReference } from "../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../domain/units.ts";
import type { FeatureContext, FeatureRecipe } from "./feature-recipe.ts";

/** A book older than this says nothing about now. */
const MAX_BOOK_AGE_SEC = SECONDS_PER_HOUR;
/** Window of the trailing medians, as kept by the market window. */
const REFERENCE_WINDOW_SEC = 7 * SECONDS_PER_DAY;
const MAX_LOG_RATIO = 5;
const NEAR = 0.01;
const MIDDLE = 0.02;
const FAR = 0.05;
/** Bands are compared as decimals read from text. */
const DISTANCE_TOLERANCE = 1e-9;

type Measure = (book: BookDepth, reference: DepthReference | null) => number;

/** Imbalance at 1 and 5 %, depth at 1, 2 and 5 %, and depth slope, the last four against their own medians. */
export const BOOK_FEATURES: readonly FeatureRecipe[] = [
  bookRecipe("book-imbalance-1pct", { windowSec: 0, limit: 1, measure: (book) => imbalance(book, NEAR) }),
  bookRecipe("book-imbalance-5pct", { windowSec: 0, limit: 1, measure: (book) => imbalance(book, FAR) }),
  depthRecipe("log-depth-ratio-1pct", (book, reference) =>
    logRatio(totalWithin(book, NEAR), reference?.within1PctUsd ?? Number.NaN),
  ),
  depthRecipe("log-depth-ratio-2pct", (book, reference) =>
    logRatio(totalWithin(book, MIDDLE), reference?.within2PctUsd ?? Number.NaN),
  ),
  depthRecipe("log-depth-ratio-5pct", (book, reference) =>
    logRatio(totalWithin(book, FAR), reference?.within5PctUsd ?? Number.NaN),
  ),
  depthRecipe("log-depth-slope-ratio", slopeRatio),
];

function depthRecipe(name: string, measure: Measure): FeatureRecipe {
  return bookRecipe(name, { windowSec: REFERENCE_WINDOW_SEC, limit: MAX_LOG_RATIO, measure });
}

function bookRecipe(
  name: string,
  options: { readonly windowSec: number; readonly limit: number; readonly measure: Measure },
): FeatureRecipe {
  const { windowSec, limit, measure } = options;
  return {
    definition: { name, family: "book", unit: "1", windowSec, source: "book", min: -limit, max: limit, monotone: 0 },
    compute: (context) => {
      const book = currentBook(context);
      return book === null ? Number.NaN : measure(book, context.market.depthReference ?? null);
    },
  };
}

function currentBook({ market, atSec }: FeatureContext): BookDepth | null {
  const { book } = market;
  if (book === null || book.receivedTimeSec > atSec || atSec - book.sourceTimeSec > MAX_BOOK_AGE_SEC) return null;
  return book;
}

/** (bids − asks) / (bids + asks) within a distance, `[−1, 1]`. */
function imbalance(book: BookDepth, distance: number): number {
  const bids = within(book.bids, distance);
  const asks = within(book.asks, distance);
  return (bids - asks) / (bids + asks);
}

/** How much deeper the book gets between 1 and 5 %, against its own median: positive where the near book thinned. */
function slopeRatio(book: BookDepth, reference: DepthReference | null): number {
  const now = logRatio(totalWithin(book, FAR), totalWithin(book, NEAR));
  const usual = logRatio(reference?.within5PctUsd ?? Number.NaN, reference?.within1PctUsd ?? Number.NaN);
  return now - usual;
}

function totalWithin(book: BookDepth, distance: number): number {
  return within(book.bids, distance) + within(book.asks, distance);
}

function within(bands: readonly DepthBand[], distance: number): number {
  const band = bands.find((entry) => Math.abs(entry.distance - distance) < DISTANCE_TOLERANCE);
  return band?.notionalUsd ?? Number.NaN;
}

function logRatio(now: number, usual: number): number {
  return now > 0 && usual > 0 ? Math.log(now / usual) : Number.NaN;
}
