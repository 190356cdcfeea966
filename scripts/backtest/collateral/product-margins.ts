/**
 * Margins as the node signs them: the expected shortfall, at least the quantile, of the path maximum plus the close-out cost C. The
 * chains hold no bars and no book, so their quoted volatility stands in for the forecast and the depth is that of an unknown asset.
 */
import type { AssetMarket } from "../../../oracle/domain/market.ts";
import { QUANTILE_HORIZONS_HOURS, type VolForecast } from "../../../oracle/domain/prediction.ts";
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { adverseMoveQuantiles } from "../../../oracle/models/volatility/adverse-move-quantiles.ts";
import { heavyTailedSample } from "../../../oracle/models/volatility/ewma-variance.ts";
import { type AssetContext, horizonStepsOf } from "../../../oracle/scoring/asset-context.ts";
import { calendarHours } from "../../../oracle/scoring/calendar-hours.ts";
import { costTerms } from "../../../oracle/scoring/close-out-cost.ts";
import { lossTail } from "../../../oracle/scoring/current-score.ts";
import { depthCurve } from "../../../oracle/scoring/depth-curve.ts";
import type { QuotedVol } from "../../../oracle/scoring/quoted-vol.ts";
import { createScenarioBook, type ScenarioBook } from "../../../oracle/scoring/scenario-book.ts";
import { DEFAULT_SCORING_SETTINGS, type ScoringSettings } from "../../../oracle/scoring/scoring-settings.ts";
import { seriesCase } from "../../../oracle/scoring/series-case.ts";
import { tailStatistics } from "../../../oracle/scoring/tail-statistics.ts";
import { smileRatio } from "../../../oracle/scoring/vol-surface.ts";
import type { ChainSnapshot } from "../../data/option-chains.ts";
import { held } from "./baselines.ts";
import { smoothedVols } from "./plimsoll-margins.ts";
import type { OptionPair } from "./snapshot-pairs.ts";

/** One coin a position. */
const CONTRACTS = 1;
const FORECAST_STEPS = Math.max(...QUANTILE_HORIZONS_HOURS);
const NONE = new Float64Array();

/**
 * Margins as shares of the largest loss, in the order of the pairs; each over the time to its own later snapshot, at the option's own
 * volatility. Floors of classes, of the stressed window and of concentration are left out. `[pairs]`
 *
 * @param snapshots of the asset, ascending in time; the margin at t reads chains up to t.
 */
export function productMargins(snapshots: readonly ChainSnapshot[], pairs: readonly OptionPair[]): Float64Array {
  const vols = smoothedVols(snapshots);
  let ground: Ground | null = null;
  return Float64Array.from(pairs, (pair) => {
    if (ground?.snapshot !== pair.snapshot) ground = groundOf(pair, vols.get(pair.snapshot));
    return ground === null ? Number.NaN : marginOf(pair, ground);
  });
}

/** What the options of one snapshot share. */
interface Ground {
  readonly snapshot: ChainSnapshot;
  readonly context: AssetContext;
  readonly book: ScenarioBook;
  readonly settings: ScoringSettings;
}

function groundOf({ snapshot, laterSec }: OptionPair, vol: QuotedVol | undefined): Ground | null {
  if (vol === undefined) return null;
  const horizonSec = laterSec - snapshot.atSec;
  const maxHorizonSec = Math.max(horizonSec, DEFAULT_SCORING_SETTINGS.maxHorizonSec);
  const settings = { ...DEFAULT_SCORING_SETTINGS, horizonSec, maxHorizonSec };
  const context = quotedContext(snapshot, vol, settings);
  const contexts = new Map([[snapshot.asset, context]]);
  const book = createScenarioBook({ positions: [], contexts, atSec: snapshot.atSec, settings });
  return { snapshot, context, book, settings };
}

/** Context of an asset whose only source are its chains: the quoted volatility stands in for the forecast and its quantiles. */
export function quotedContext(
  { asset, atSec, index }: ChainSnapshot,
  { hourly }: Pick<QuotedVol, "hourly">,
  settings: ScoringSettings,
): AssetContext {
  const market = marketOf(asset, { atSec, index });
  const volatility: VolForecast = {
    asset,
    atSec,
    modelId: "quoted",
    stepSec: SECONDS_PER_HOUR,
    sigmaPerStep: Float64Array.from({ length: FORECAST_STEPS }, (_, step) => {
      const startSec = atSec + step * SECONDS_PER_HOUR;
      return hourly * Math.sqrt(calendarHours(startSec, startSec + SECONDS_PER_HOUR));
    }),
    residuals: heavyTailedSample(),
    fallbacks: [],
  };
  const quantiles = adverseMoveQuantiles(volatility, createRng(`product-margins/${asset}/${atSec}`));
  const terms = (kind: "call" | "put") =>
    costTerms({ kind, spot: index, curve: depthCurve(market, kind, settings) }, volatility, settings);
  return {
    market,
    prediction: { volatility, quantiles },
    // Replaced by the option's own.
    impliedVol: hourly,
    isModelVol: false,
    surface: null,
    fallbacks: [],
    doubted: false,
    stepHours: 1,
    terms: { call: terms("call"), put: terms("put") },
  };
}

function marketOf(asset: string, { atSec, index }: Pick<ChainSnapshot, "atSec" | "index">): AssetMarket {
  const columns = { endSec: NONE, open: NONE, high: NONE, low: NONE, close: NONE, volume: NONE };
  return {
    asset,
    spot: index,
    provenance: { sourceId: "deribit-options", sourceTimeSec: atSec, receivedTimeSec: atSec },
    bars: { spanSec: SECONDS_PER_HOUR, ...columns },
    book: null,
    funding: [],
    volIndex: null,
  };
}

function marginOf(pair: OptionPair, { snapshot, context, book, settings }: Ground): number {
  const { quote, value } = pair;
  const { kind, strike, impliedVol } = quote;
  const tenor = (quote.expirySec - snapshot.atSec) / SECONDS_PER_YEAR;
  const level = impliedVol / smileRatio(strike, snapshot.index, tenor);
  const scenarios = seriesCase({
    series: { seriesId: 0n, asset: snapshot.asset, kind, strike, expirySec: quote.expirySec },
    context: { ...context, impliedVol: level },
    paths: book.paths(context, kind),
    steps: horizonStepsOf(context, settings),
    atSec: snapshot.atSec,
    settings,
  });
  const tail = lossTail({ position: { size: CONTRACTS }, seriesCase: scenarios, terms: context.terms[kind] });
  const { quantile, shortfall } = tailStatistics(tail.descending, scenarios.ranks);
  const unit = kind === "call" ? 1 : strike;
  // The mark is the value that is margined, as in endpoint mode.
  return held(pair, value + (Math.max(quantile, shortfall) - tail.optionValue) / unit);
}
