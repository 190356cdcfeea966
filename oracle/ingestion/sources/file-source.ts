/** Opens downloaded data files as a market source: a named episode, or any span of any known format. */
import { basename } from "node:path";
import { PlimsollError } from "../../domain/errors.ts";
import { createMergedSource, type EventLane } from "../../domain/event-lane.ts";
import type { AssetSymbol, MarketSource } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { findScenario, type Scenario } from "../scenarios.ts";
import { BINANCE_KLINE } from "./binance-kline.ts";
import { BITFINEX_HOURLY } from "./bitfinex-hourly.ts";
import { CRASH_DAY_BOOK, CRASH_DAY_INDEX } from "./crash-day.ts";
import { listDataFiles } from "./data-files.ts";
import { DERIBIT_OPTIONS } from "./deribit-options.ts";
import type { FileFormat, ReplaySpan } from "./file-format.ts";
import { DVOL_DAILY, FUNDING_8H } from "./funding-and-dvol.ts";
import { PERP_PANEL_4H } from "./perp-panel-4h.ts";
import { SPOT_HOURLY } from "./spot-hourly.ts";

/** Every format, bar formats in the order in which they are preferred where no scenario chooses. */
const FORMATS: readonly FileFormat[] = [
  BINANCE_KLINE,
  SPOT_HOURLY,
  PERP_PANEL_4H,
  BITFINEX_HOURLY,
  CRASH_DAY_INDEX,
  CRASH_DAY_BOOK,
  FUNDING_8H,
  DVOL_DAILY,
  DERIBIT_OPTIONS,
];
const DEFAULT_ASSETS: readonly AssetSymbol[] = ["BTC", "ETH"];
/** Replays of files without a named episode step at least a quarter of an hour. */
const MIN_STEP_SEC = SECONDS_PER_HOUR / 4;

/** What to open. */
export interface FileSourceOptions {
  /** Roots given by `--data`: files, data folders, or folders of data folders. */
  readonly paths: readonly string[];
  /** Name of an episode; its span holds unless `fromSec` or `toSec` replace it. */
  readonly scenario?: string;
  readonly fromSec?: number;
  readonly toSec?: number;
  /** Assets to read where no scenario says; BTC and ETH by default. */
  readonly assets?: readonly AssetSymbol[];
}

/** A market source from files, with the pace of its replay. */
export interface FileMarketSource extends MarketSource {
  /** Market time between two rounds, seconds. */
  readonly stepSec: number;
}

/**
 * Opens files. The span `fromSec … toSec` is what a replay runs over; events before it may be read as history.
 *
 * @throws PlimsollError `SCENARIO_UNKNOWN`, `DATA_UNREADABLE`, `DATA_MALFORMED`, `DATA_CONFLICT`,
 *   `DATA_MIXED_INTERVALS`, `DATA_NOT_FOUND` when no file of a needed format is there, `DATA_SPAN_EMPTY` when the
 *   files hold no bar inside the span.
 */
export async function openFileSource(options: FileSourceOptions): Promise<FileMarketSource> {
  const scenario = options.scenario === undefined ? null : findScenario(options.scenario);
  const files = listDataFiles(options.paths);
  const span = { fromSec: options.fromSec ?? scenario?.fromSec, toSec: options.toSec ?? scenario?.toSec };
  const assets = scenario?.assets ?? options.assets ?? DEFAULT_ASSETS;
  const { format, lanes: bars } = chooseBars({ files, scenario, span, assets, paths: options.paths });
  const held = heldSpan(bars);
  const head = {
    id: format.id,
    assets: bars.map((lane) => lane.asset),
    fromSec: Math.max(span.fromSec ?? held.fromSec, held.fromSec),
    toSec: Math.min(span.toSec ?? held.toSec, held.toSec),
  };
  const extras = FORMATS.filter((entry) => entry.role === "extra").flatMap((entry) =>
    readFormat(entry, files, { assets, span: head }),
  );
  const lanes = [...bars, ...extras.filter((lane) => bars.some((bar) => bar.asset === lane.asset))];
  return { ...createMergedSource(head, lanes), stepSec: scenario?.stepSec ?? Math.max(MIN_STEP_SEC, barSpanSec(bars)) };
}

interface Span {
  readonly fromSec: number | undefined;
  readonly toSec: number | undefined;
}

interface BarChoice {
  readonly files: readonly string[];
  readonly scenario: Scenario | null;
  readonly span: Span;
  readonly assets: readonly AssetSymbol[];
  readonly paths: readonly string[];
}

/** First bar format, in order of preference, whose files hold bars inside the span. */
function chooseBars(choice: BarChoice): { readonly format: FileFormat; readonly lanes: readonly EventLane[] } {
  const { files, scenario, span, assets } = choice;
  const wanted = FORMATS.filter(
    (format) => format.role === "bars" && (scenario === null || format.id === scenario.barFormat),
  );
  let best: { readonly fromSec: number; readonly toSec: number } | null = null;
  for (const format of wanted) {
    const lanes = readFormat(format, files, { assets });
    if (lanes.length === 0) continue;
    best = heldSpan(lanes);
    if (
      best.toSec > (span.fromSec ?? Number.NEGATIVE_INFINITY) &&
      best.fromSec < (span.toSec ?? Number.POSITIVE_INFINITY)
    ) {
      return { format, lanes };
    }
  }
  throw best === null ? notFound(choice, wanted) : spanEmpty(span, best);
}

function readFormat(
  format: FileFormat,
  files: readonly string[],
  wanted: { readonly assets: readonly AssetSymbol[]; readonly span?: ReplaySpan },
): readonly EventLane[] {
  const own = files.filter((path) => format.matches(basename(path)));
  return own.length === 0
    ? []
    : format.read(own, wanted.assets, wanted.span).filter((lane) => lane.receivedSec.length > 0);
}

/** Time that all lanes of bars have in common, seconds. */
function heldSpan(lanes: readonly EventLane[]): { readonly fromSec: number; readonly toSec: number } {
  return {
    fromSec: Math.max(...lanes.map((lane) => lane.receivedSec.at(0) ?? Number.POSITIVE_INFINITY)),
    toSec: Math.min(...lanes.map((lane) => lane.receivedSec.at(-1) ?? Number.NEGATIVE_INFINITY)),
  };
}

function barSpanSec(lanes: readonly EventLane[]): number {
  const first = lanes[0]?.at(0);
  return first?.kind === "bar" ? first.spanSec : 0;
}

function notFound(choice: BarChoice, wanted: readonly FileFormat[]): PlimsollError<"DATA_NOT_FOUND"> {
  const formats = wanted.map((format) => format.id).join(", ");
  return new PlimsollError({
    code: "DATA_NOT_FOUND",
    problem: `No file of the formats ${formats} for ${choice.assets.join(", ")} lies below ${choice.paths.join(", ")}.`,
    remedy: "Give --data the folder that holds these files; the file names of every format are in docs/operators.md.",
    context: { paths: choice.paths.join(","), formats, files: choice.files.length },
  });
}

function spanEmpty(
  span: Span,
  held: { readonly fromSec: number; readonly toSec: number },
): PlimsollError<"DATA_SPAN_EMPTY"> {
  return new PlimsollError({
    code: "DATA_SPAN_EMPTY",
    problem: `The files hold bars from ${isoTime(held.fromSec)} to ${isoTime(held.toSec)}, none between ${isoTime(span.fromSec)} and ${isoTime(span.toSec)}.`,
    remedy: "Choose --from and --to inside the span of the files, or add --data with the later files.",
    context: { fromSec: span.fromSec, toSec: span.toSec, heldFromSec: held.fromSec, heldToSec: held.toSec },
  });
}

function isoTime(timeSec: number | undefined): string {
  const msPerSecond = 1_000;
  return timeSec === undefined ? "any time" : new Date(timeSec * msPerSecond).toISOString();
}
