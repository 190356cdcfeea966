/** Binance's stream of book changes, `/public`: joins the REST snapshot to the events by the documented rule. */
import type { z } from "zod";
import type { AssetSymbol } from "../../../domain/market.ts";
import { createBackoff } from "../backoff.ts";
import type { BookChange, BookUpdate } from "../book-keeper.ts";
import { createChannelReaders } from "../channel-readers.ts";
import { createVenueBook } from "../venue-book.ts";
import type { VenueSession, VenueWire } from "../venue-session.ts";
import { BINANCE, depthSchema, depthSnapshotSchema } from "./binance-frames.ts";
import { type BinanceSettings, binanceSymbol } from "./binance-settings.ts";
import { createBinanceStream } from "./binance-stream.ts";

/** Books of the perpetuals move several times a second. */
const QUIET_LIMIT_MS = 30_000;
/** The most levels that REST gives. */
const SNAPSHOT_LEVELS = 1_000;
/** Events that may wait for a snapshot: 100 s of them. */
const MAX_WAITING = 1_000;
const RETRY_BACKOFF = { firstMs: 1_000, maxMs: 60_000 };

/** Opens a session on one connection. */
export function openBinanceBooks(settings: BinanceSettings, wire: VenueWire): VenueSession {
  const readers = createChannelReaders(wire);
  const books = settings.assets.map((asset) => createJoinedBook(settings, wire, asset));
  for (const { asset, read, distrust } of books) {
    readers.on(`${binanceSymbol(asset).toLowerCase()}@depth@100ms`, {
      schema: depthSchema,
      timeOf: ({ E: eventMs }) => eventMs,
      quietLimitMs: QUIET_LIMIT_MS,
      read,
      distrust: (fault, { E: eventMs }) => distrust(fault, eventMs),
    });
  }
  const forAll = (act: (book: (typeof books)[number]) => void) => () => books.forEach(act);
  return createBinanceStream({
    wire,
    readers,
    granted: forAll((book) => book.join()),
    tick: forAll((book) => book.tick()),
    ended: forAll((book) => book.ended()),
  });
}

type DepthEvent = z.infer<typeof depthSchema>;

function createJoinedBook(settings: BinanceSettings, wire: VenueWire, asset: AssetSymbol) {
  let waiting: readonly DepthEvent[] = [];
  let snapshot: BookUpdate | null = null;
  const request = createSnapshotRequest(settings, wire, asset);
  const askSnapshot = (): void => {
    snapshot = null;
    request.ask((found) => {
      snapshot = found;
      tryJoin();
    });
  };
  const shared = { wire, asset, sourceId: BINANCE, counters: settings.counters, indices: settings.indices };
  const venueBook = createVenueBook({ ...shared, unit: "coins", isWhole: false, rebuild: askSnapshot });
  const { book } = venueBook;
  /** Drops what the snapshot holds; the first event after that must span its id, or follow it without a hole. */
  const tryJoin = (): void => {
    if (snapshot === null) return;
    const { sequence } = snapshot;
    waiting = waiting.filter(({ u: last }) => last >= sequence);
    const [first] = waiting;
    if (first === undefined) return;
    if (first.U > sequence && first.pu !== sequence) {
      snapshot = null;
      book.doubt("stale-snapshot", `snapshot ${sequence}, first event ${first.U}`);
      return;
    }
    book.restart({ ...snapshot, sequence: first.pu });
    snapshot = null;
    for (const event of waiting) book.change(toChange(event));
    waiting = [];
  };
  return {
    ...venueBook,
    asset,
    join: askSnapshot,
    read: (event: DepthEvent): void => {
      if (book.isServed()) book.change(toChange(event));
      if (book.isServed()) return;
      waiting = [...waiting, event].slice(-MAX_WAITING);
      tryJoin();
    },
    ended: (): void => {
      request.end();
      venueBook.ended();
    },
  };
}

function toChange({ E: venueMs, u: sequence, pu: previous, b: bids, a: asks }: DepthEvent): BookChange {
  return { sequence, previous, venueMs, bids, asks };
}

/** Asks for a snapshot until one comes; after the end of the connection none is handed on. */
function createSnapshotRequest({ rest }: BinanceSettings, wire: VenueWire, asset: AssetSymbol) {
  const backoff = createBackoff(RETRY_BACKOFF, wire.rng);
  const path = `/fapi/v1/depth?symbol=${binanceSymbol(asset)}&limit=${SNAPSHOT_LEVELS}`;
  let round = 0;
  const ask = async (then: (snapshot: BookUpdate) => void, own: number): Promise<void> => {
    const answer = await rest.get(path, depthSnapshotSchema);
    if (own !== round) return;
    if (answer.ok) {
      backoff.reset();
      const { lastUpdateId: sequence, E: venueMs, bids, asks } = answer.value;
      then({ sequence, venueMs, bids, asks });
      return;
    }
    wire.fault(answer.reason, `${path}: ${answer.detail ?? ""}`);
    wire.after(backoff.nextMs(), () => void ask(then, own));
  };
  return {
    ask: (then: (snapshot: BookUpdate) => void): void => {
      round += 1;
      void ask(then, round);
    },
    end: (): void => {
      round += 1;
    },
  };
}
