/** Inputs of explanations as texts that are hashed, and back: canonical JSON, checked by schema when it comes from outside. */
import { z } from "zod";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { AssetMarket, BarSeries, MarketDoubt } from "../../domain/market.ts";
import type { Position } from "../../domain/positions.ts";
import { type AssetPrediction, FALLBACK_BIT, type FallbackReason } from "../../domain/prediction.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import { type Address, type Hex, SECONDS_PER_DAY } from "../../domain/units.ts";
import { EXPLANATION_FORMAT } from "../../scoring/explanation/explain-positions.ts";
import type { ExplainedAsset, ExplainedPosition } from "../../scoring/explanation/explained-case.ts";

/** What a position's text says besides the position: where the rest of its inputs are. */
export interface PositionInputs extends ExplainedPosition {
  readonly format: number;
  /** keccak256 of the asset's text, and of the canonical scoring settings. */
  readonly assetHash: Hex;
  readonly settingsHash: Hex;
}

const hex = z.custom<Hex>((value) => typeof value === "string" && /^0x([0-9a-fA-F]{2})*$/.test(value));
const address = z.custom<Address>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value));
const integer = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform((text) => BigInt(text));
/** A number that was none was written as `null`. */
const floats = z
  .array(z.number().nullable())
  .transform((values) => Float64Array.from(values, (value) => value ?? Number.NaN));
const number = z.number();
const provenance = { sourceId: z.string(), sourceTimeSec: number, receivedTimeSec: number };

const bands = z.array(z.object({ distance: number, notionalUsd: number, averagePrice: number.nullable() }));
const book = z.object({
  ...{ ...provenance, kind: z.literal("book"), asset: z.string(), bids: bands, asks: bands },
  bestBid: number.nullable(),
  bestAsk: number.nullable(),
});
const depthReference = z.object({
  samples: number,
  within1PctUsd: number.nullable(),
  within2PctUsd: number.nullable(),
  within5PctUsd: number.nullable(),
});
const bars = z.object({
  ...{ spanSec: number, endSec: floats, open: floats, high: floats, low: floats, close: floats, volume: floats },
});
const market = z.object({
  ...{ asset: z.string(), spot: number, provenance: z.object(provenance), bars },
  ...{ book: book.nullable(), depthReference: depthReference.nullable() },
  volIndex: z.object({ ...provenance, kind: z.literal("vol-index"), asset: z.string(), impliedVol: number }).nullable(),
});

const fallback = z.custom<FallbackReason>((value) => typeof value === "string" && value in FALLBACK_BIT);
const common = { asset: z.string(), atSec: number, modelId: z.string(), fallbacks: z.array(fallback) };
const volatility = z.object({ ...common, stepSec: number, sigmaPerStep: floats, residuals: floats });
const quantiles = z.object({ ...common, fall: z.array(floats), rise: z.array(floats) });
const curve = z.object({
  ...{ shock: floats, extra: floats, extraLow: floats, extraHigh: floats, positions: number, notionalUsd: number },
  protocolUsd: z.record(z.string(), number),
});
const cascade = z.object({
  ...{ asset: z.string(), atSec: number, probability6h: number, probability24h: number },
  ...{ baseRate6h: number, baseRate24h: number, curve, isAssumed: z.boolean() },
});
const slice = z.object({
  ...{ slice: z.object({ a: number, b: number, rho: number, m: number, sigma: number }), tenorYears: number },
  ...{ expirySec: number, forward: number, quoteCount: number, lowestQuoted: number, highestQuoted: number },
});
const surface = z.discriminatedUnion("ok", [
  z.object({
    ok: z.literal(true),
    value: z.object({
      ...{ asset: z.string(), sourceId: z.string(), quotedAtSec: number, index: number, slices: z.array(slice) },
      ...{ repair: z.enum(["none", "slices", "ssvi"]), arbitragePoints: number, gridPoints: number, quotes: number },
      ...{ quotesInside: number, factors: z.record(z.string(), number), standsIn: z.boolean() },
    }),
  }),
  z.object({ ok: z.literal(false), reason: z.enum(["no-chain", "stale-chain", "surface-failed"]) }),
]);
const doubt = z.object({
  asset: z.string(),
  reason: z.custom<MarketDoubt["reason"]>((value) => typeof value === "string"),
  detail: z.string(),
});

const assetSchema = z.object({
  ...{
    atSec: number,
    market: market.nullable(),
    doubts: z.array(doubt),
    exposure: number,
    usualVol: number.nullable(),
  },
  prediction: z.object({ volatility, quantiles, cascade: cascade.nullable(), surface: surface.nullable() }).nullable(),
});

const lane = z.object({ stepBps: number, driftBps: number, delaySec: number });
const riskClass = z.object({
  ...{ rhoFloorBps: number, rhoCeilingBps: number, rhoDefaultBps: number, rhoInitialBps: number },
  ...{ piFloorBps: number, piCapBps: number, piDefaultBps: number, deltaBps: number, tighten: lane, loosen: lane },
  ...{ windowSec: number, validitySec: number, graceMinutes: number, rampMinutes: number, fallbackRampMinutes: number },
  ...{ betaBps: number, maxAboveOpenBps: number, piStepBps: number, active: z.boolean() },
}) satisfies z.ZodType<RiskClass>;
const position = z.object({
  ...{ source: address, sourceIndex: number, id: integer, epoch: number, owner: address, classId: number },
  ...{ seriesId: integer, asset: z.string(), kind: z.enum(["call", "put"]), strike: number, expirySec: number },
  ...{ size: number, sizeE8: integer, collateralPerContract: number, collateralUnits: integer },
  flaggedAtSec: number.nullable(),
}) satisfies z.ZodType<Position>;
const positionSchema = z.object({
  ...{ format: z.literal(EXPLANATION_FORMAT), assetHash: hex, settingsHash: hex, position, riskClass },
  ...{ lastGood: z.object({ rhoBps: number, piBps: number }).nullable(), ownerSize: number, seriesSize: number },
});

/** Text of what all positions of an asset share; only what scoring reads is in it. */
export function encodeAssetInputs(asset: ExplainedAsset): string {
  return canonicalJson({
    ...asset,
    market: asset.market === null ? null : readMarket(asset.market),
    prediction: asset.prediction === null ? null : readPrediction(asset.prediction),
    doubts: asset.doubts.map(({ asset: name, reason, detail }) => ({ asset: name, reason, detail })),
  });
}

/**
 * Reads {@link encodeAssetInputs}.
 *
 * @throws PlimsollError `EXPLANATION_OTHER_VERSION` for anything else.
 */
export function decodeAssetInputs(text: string): ExplainedAsset {
  const { market: known, prediction, ...facts } = readText(assetSchema, text);
  return {
    ...facts,
    market: known === null ? null : { ...known, funding: [] },
    prediction: prediction === null ? null : toPrediction(prediction),
  };
}

/** Text of a position's own inputs. */
export function encodePositionInputs(inputs: PositionInputs): string {
  return canonicalJson(inputs);
}

/**
 * Reads {@link encodePositionInputs}.
 *
 * @throws PlimsollError `EXPLANATION_OTHER_VERSION` for anything else.
 */
export function decodePositionInputs(text: string): PositionInputs {
  return readText(positionSchema, text);
}

function readText<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PlimsollError({
      code: "EXPLANATION_OTHER_VERSION",
      problem: "Inputs of a score cannot be read: they are not those of this version of the program.",
      remedy: "Explain the report with the version that its operators ran.",
      cause,
    });
  }
}

/** Bars matter for the volume of the last day alone. */
function readMarket({
  asset,
  spot,
  provenance: from,
  bars: all,
  book: depth,
  depthReference: medians,
  volIndex,
}: AssetMarket) {
  const lastDay = Math.ceil(SECONDS_PER_DAY / all.spanSec);
  const { endSec, open, high, low, close, volume } = all;
  const cut = (column: Float64Array): Float64Array => column.slice(-lastDay);
  const kept: BarSeries = {
    spanSec: all.spanSec,
    ...{ endSec: cut(endSec), open: cut(open), high: cut(high), low: cut(low), close: cut(close), volume: cut(volume) },
  };
  return { asset, spot, provenance: from, bars: kept, book: depth, depthReference: medians ?? null, volIndex };
}

function readPrediction({ volatility: sigma, quantiles: moves, cascade: state, surface: reading }: AssetPrediction) {
  const known = reading === undefined ? null : reading.ok ? reading : { ok: false, reason: reading.reason };
  return { volatility: sigma, quantiles: moves, cascade: state ?? null, surface: known };
}

type ReadPrediction = NonNullable<z.output<typeof assetSchema>["prediction"]>;

function toPrediction({ surface: reading, ...models }: ReadPrediction): AssetPrediction {
  return reading === null ? models : { ...models, surface: reading };
}
