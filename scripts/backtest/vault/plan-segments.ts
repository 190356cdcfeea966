/** Cuts the window of a vault backtest into segments that can be walked side by side. */
import { basename } from "node:path";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { AssetSymbol } from "../../../oracle/domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { listDataFiles } from "../../../oracle/ingestion/sources/data-files.ts";
import { openFileSource } from "../../../oracle/ingestion/sources/file-source.ts";
import { LONGEST_LIFE_SEC } from "../../../oracle/simulation/vault/opening-plan.ts";
import type { Stretch } from "./policy-figures.ts";

/** One segment: openings in the stretch, lives to their end or that of the data. */
export interface PlannedSegment {
  readonly assets: readonly AssetSymbol[];
  readonly fromSec: number;
  readonly openUntilSec: number;
  readonly toSec: number;
}

/** Where everything comes from. */
export interface SegmentPlan {
  /** Files of hourly bars and of the slow signals beside them. */
  readonly files: readonly string[];
  readonly window: Stretch;
  readonly segments: readonly PlannedSegment[];
}

/** Markets of the configuration, and what joins them where its files reach. */
const MARKETS: readonly AssetSymbol[] = ["BTC", "ETH"];
const ALL_ASSETS: readonly AssetSymbol[] = [...MARKETS, "BNB"];
/** Bars, funding and volatility index; other bars would be preferred to hourly ones. */
const FILES = /^(?:[A-Z0-9]+USDT_1h(?:_[0-9_]+)?|btc_funding_8h|daily)\.csv(?:\.gz)?$/;
/** The models want 63 days of hours, features 30 days. */
const WARM_UP_SEC = 90 * SECONDS_PER_DAY;
/** Openings of a segment depend on its start, so its length depends on no machine. All of 2021-07 to 2025-02 makes ten of 133 days, an even number. */
const SEGMENT_SEC = 135 * SECONDS_PER_DAY;

/**
 * Plans the segments of the window from `fromSec`, or from 90 days after the first bar, to the last bar.
 *
 * @throws PlimsollError `VAULT_WINDOW_EMPTY` when nothing is left between warm-up or `fromSec` and the last bar, and those of
 * the readers.
 */
export async function planSegments(paths: readonly string[], fromSec: number | null): Promise<SegmentPlan> {
  const listed = listDataFiles(paths).filter((path) => FILES.test(basename(path)));
  const files = listed.length > 0 ? listed : paths;
  const [markets, all] = await Promise.all(
    [MARKETS, ALL_ASSETS].map((assets) => openFileSource({ paths: files, assets })),
  );
  if (markets === undefined || all === undefined) throw new RangeError("Two sources were opened.");
  const window = windowOf(markets, fromSec);
  const length = window.toSec - window.fromSec;
  const count = Math.max(1, Math.ceil(length / SEGMENT_SEC));
  const step = Math.ceil(length / count / SECONDS_PER_DAY) * SECONDS_PER_DAY;
  const segments = Array.from({ length: count }, (_, place): PlannedSegment => {
    const from = window.fromSec + place * step;
    const openUntilSec = Math.min(from + step, window.toSec);
    const toSec = Math.min(openUntilSec + LONGEST_LIFE_SEC, window.toSec);
    const isWide = from >= all.fromSec + WARM_UP_SEC && toSec <= all.toSec;
    return { assets: isWide ? all.assets : markets.assets, fromSec: from, openUntilSec, toSec };
  });
  return { files, window, segments: segments.filter((segment) => segment.fromSec < segment.toSec) };
}

function windowOf(held: Stretch, fromSec: number | null): Stretch {
  const earliest = held.fromSec + WARM_UP_SEC;
  const start = Math.max(earliest, fromSec ?? earliest);
  const window = {
    fromSec: Math.ceil(start / SECONDS_PER_DAY) * SECONDS_PER_DAY,
    toSec: Math.floor(held.toSec / SECONDS_PER_HOUR) * SECONDS_PER_HOUR,
  };
  if (window.toSec - window.fromSec >= 2 * SECONDS_PER_DAY) return window;
  throw new PlimsollError({
    code: "VAULT_WINDOW_EMPTY",
    problem: `Less than two days lie between ${isoOf(start)} and the last common bar, ${isoOf(held.toSec)}; bars begin at ${isoOf(held.fromSec)}.`,
    remedy: "Give an earlier --from, or --data with later files; 90 days of bars come before the window.",
    context: { fromSec: start, toSec: held.toSec, heldFromSec: held.fromSec },
  });
}

function isoOf(timeSec: number): string {
  return new Date(timeSec * 1_000).toISOString();
}
