/** Bars of the months before a live start, by REST: from the first venue that has them whole. */
import { z } from "zod";
import type { Outcome } from "../../domain/errors.ts";
import type { AssetSymbol, Bar } from "../../domain/market.ts";
import { BINANCE } from "./binance/binance-frames.ts";
import { BYBIT } from "./bybit/bybit-frames.ts";
import { numericText, positiveText } from "./numeric-text.ts";
import type { VenueRest } from "./venue-rest.ts";

/** Which bars. Times in seconds since the epoch; whole multiples of the span. */
export interface BarHistoryRequest {
  readonly asset: AssetSymbol;
  readonly spanSec: number;
  readonly fromSec: number;
  readonly toSec: number;
  readonly binance: VenueRest;
  readonly bybit: VenueRest;
}

const MS_PER_SECOND = 1_000;
const SECONDS_PER_MINUTE = 60;
/** The most bars that one answer holds: Binance's and Bybit's documented limits. */
const BINANCE_PAGE = 1_500;
const BYBIT_PAGE = 1_000;
/** A history with more holes than this is not used: one in a hundred. */
const MIN_SHARE = 0.99;

/** Start, open, high, low, close, volume; what follows is not read. */
const binanceRow = z
  .tuple([z.number(), positiveText, positiveText, positiveText, positiveText, numericText])
  .rest(z.unknown());
const binanceSchema = z.array(binanceRow);
const bybitRow = z
  .tuple([numericText, positiveText, positiveText, positiveText, positiveText, numericText])
  .rest(z.unknown());
const bybitSchema = z.object({ retCode: z.literal(0), result: z.object({ list: z.array(bybitRow) }) });

/**
 * Asks the venues in turn.
 *
 * @returns bars ascending in time, ended by `toSec`, received when they ended; or why no venue has them.
 */
export async function fetchBarHistory(request: BarHistoryRequest): Promise<Outcome<readonly Bar[]>> {
  const failures: string[] = [];
  for (const page of [binancePages(request), bybitPages(request)]) {
    const bars = await readPages(request, page);
    if (bars.ok) return bars;
    failures.push(`${page.sourceId} ${bars.reason}`);
  }
  return { ok: false, reason: failures.join("; ") };
}

type Row = readonly [number, number, number, number, number, number, ...unknown[]];

interface Pages {
  readonly sourceId: string;
  readonly size: number;
  readonly read: (fromMs: number, toMs: number) => Promise<Outcome<readonly Row[]>>;
}

function binancePages({ asset, spanSec, binance }: BarHistoryRequest): Pages {
  const query = `symbol=${asset}USDT&interval=${spanSec / SECONDS_PER_MINUTE}m&limit=${BINANCE_PAGE}`;
  return {
    sourceId: BINANCE,
    size: BINANCE_PAGE,
    read: async (fromMs, toMs) =>
      await binance.get(`/fapi/v1/klines?${query}&startTime=${fromMs}&endTime=${toMs - 1}`, binanceSchema),
  };
}

function bybitPages({ asset, spanSec, bybit }: BarHistoryRequest): Pages {
  const query = `category=linear&symbol=${asset}USDT&interval=${spanSec / SECONDS_PER_MINUTE}&limit=${BYBIT_PAGE}`;
  return {
    sourceId: BYBIT,
    size: BYBIT_PAGE,
    read: async (fromMs, toMs) => {
      const answer = await bybit.get(`/v5/market/kline?${query}&start=${fromMs}&end=${toMs - 1}`, bybitSchema);
      // Bybit lists the newest first.
      return answer.ok ? { ok: true, value: answer.value.result.list.toReversed() } : answer;
    },
  };
}

async function readPages(request: BarHistoryRequest, pages: Pages): Promise<Outcome<readonly Bar[]>> {
  const { spanSec, fromSec, toSec } = request;
  const bars: Bar[] = [];
  for (let startSec = fromSec; startSec < toSec; startSec += pages.size * spanSec) {
    const endSec = Math.min(toSec, startSec + pages.size * spanSec);
    const answer = await pages.read(startSec * MS_PER_SECOND, endSec * MS_PER_SECOND);
    if (!answer.ok) return { ok: false, reason: `${answer.reason} (${answer.detail ?? ""})` };
    bars.push(...answer.value.map((row) => toBar(request, pages.sourceId, row)));
  }
  const expected = (toSec - fromSec) / spanSec;
  if (bars.length >= expected * MIN_SHARE) return { ok: true, value: bars };
  return { ok: false, reason: `has ${bars.length} of ${expected} bars` };
}

function toBar({ asset, spanSec }: BarHistoryRequest, sourceId: string, row: Row): Bar {
  const [startMs, open, high, low, close, volume] = row;
  const endSec = startMs / MS_PER_SECOND + spanSec;
  const provenance = { sourceId, sourceTimeSec: endSec, receivedTimeSec: endSec };
  return { kind: "bar", asset, spanSec, open, high, low, close, volume, ...provenance };
}
