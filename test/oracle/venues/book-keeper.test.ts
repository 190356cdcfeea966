/** Books that are kept true, and the bands that are made of them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { checkBookShape, checkNumbers } from "../../../oracle/ingestion/event-checks.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createBookKeeper } from "../../../oracle/ingestion/venues/book-keeper.ts";
import { depthBands } from "../../../oracle/ingestion/venues/depth-bands.ts";
import { createOrderBook } from "../../../oracle/ingestion/venues/order-book.ts";

interface Level {
  readonly price: number;
  readonly size: number;
}

function keeper(isWhole: boolean) {
  const told: string[] = [];
  const note = (fault: string): void => void told.push(fault);
  const book = createBookKeeper({
    asset: "BTC",
    sourceId: "test",
    unit: "coins",
    isWhole,
    indexNow: () => null,
    onDoubt: note,
    onOddity: note,
    onServed: (isServed) => note(isServed ? "served" : "withdrawn"),
  });
  return { book, told };
}

function snapshot(bids: readonly Level[], asks: readonly Level[]) {
  return { sequence: 10, venueMs: 1_000, bids, asks };
}

const SOUND = snapshot([{ price: 99, size: 1 }], [{ price: 101, size: 1 }]);

describe("createBookKeeper", () => {
  it("error: a change before any snapshot is passed over, and nothing is served", () => {
    const { book, told } = keeper(true);
    book.change({ ...SOUND, previous: 9 });
    assert.equal(book.depth(2_000), null);
    assert.deepEqual(told, []);
  });

  it("error: empty-book, crossed-book and gap withdraw first and tell then", () => {
    for (const [fault, spoil] of [
      ["empty-book", { previous: 10, bids: [{ price: 99, size: 0 }], asks: [] }],
      ["crossed-book", { previous: 10, bids: [{ price: 101, size: 1 }], asks: [] }],
      ["gap", { previous: 11, bids: [], asks: [] }],
    ] as const) {
      const { book, told } = keeper(true);
      book.restart(SOUND);
      book.change({ sequence: 12, venueMs: 1_100, ...spoil });
      assert.deepEqual(told, ["served", "withdrawn", fault]);
      assert.equal(book.depth(2_000), null);
    }
  });

  it("behavior: what was known before a doubt is not known after it", () => {
    const { book } = keeper(true);
    book.restart(SOUND);
    book.doubt("stale", "test");
    book.restart(snapshot([{ price: 50, size: 1 }], [{ price: 51, size: 1 }]));
    assert.deepEqual([book.depth(2_000)?.bestBid, book.depth(2_000)?.bestAsk], [50, 51]);
  });

  it("behavior: bands beyond the farthest level of a snapshot are left out, unless it holds every level", () => {
    const levels = (sign: number) => [1, 2, 3].map((step) => ({ price: 100 + sign * 0.4 * step, size: 1 }));
    for (const [isWhole, distances] of [
      [false, [0.001, 0.002, 0.005, 0.01]],
      [true, [0.001, 0.002, 0.005, 0.01, 0.02, 0.05]],
    ] as const) {
      const { book } = keeper(isWhole);
      book.restart(snapshot(levels(-1), levels(1)));
      assert.deepEqual(
        book.depth(2_000)?.bids.map(({ distance }) => distance),
        distances,
      );
      assert.deepEqual(
        book.depth(2_000)?.asks.map(({ distance }) => distance),
        distances,
      );
    }
  });

  it("behavior: the guard finds nothing wrong with the depth of any true book", () => {
    const levels = fc.array(
      fc.record({ step: fc.integer({ min: 1, max: 800 }), size: fc.double({ min: 0.01, max: 50, noNaN: true }) }),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(levels, levels, (bids, asks) => {
        const { book } = keeper(true);
        const side = (list: typeof bids, sign: number) =>
          list.map(({ step, size }) => ({ price: 100 + sign * 0.01 * step, size }));
        book.restart(snapshot(side(bids, -1), side(asks, 1)));
        const depth = book.depth(1_000);
        assert.ok(depth !== null);
        assert.equal(checkNumbers(depth), null);
        assert.equal(checkBookShape(depth, 100, DEFAULT_GUARD_LIMITS), null);
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});

describe("createOrderBook", () => {
  it("behavior: agrees with a map that is sorted at the end", () => {
    const change = fc.record({ price: fc.integer({ min: 1, max: 30 }), size: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(fc.array(change), fc.constantFrom("bid" as const, "ask" as const), (changes, side) => {
        const book = createOrderBook();
        const model = new Map<number, number>();
        for (const { price, size } of changes) {
          book.set(side, price, size);
          if (size > 0) model.set(price, size);
          else model.delete(price);
        }
        const sorted = [...model].sort(([left], [right]) => (side === "bid" ? right - left : left - right));
        assert.deepEqual(
          book.levels(side).map(({ price, size }) => [price, size]),
          sorted,
        );
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});

describe("depthBands", () => {
  it("behavior: sizes in USD are divided by their price, the average price is notional over coins", () => {
    const levels = [
      { price: 99.5, size: 995 },
      { price: 99, size: 1_980 },
    ];
    const bands = depthBands({ side: "bid", levels, mid: 100, reach: null, unit: "usd" });
    const last = bands.at(-1);
    assert.equal(last?.notionalUsd, 2_975);
    assert.ok(Math.abs((last?.averagePrice ?? 0) - 2_975 / 30) < 1e-12);
    assert.deepEqual(bands[0], { distance: 0.001, notionalUsd: 0, averagePrice: null });
  });
});
