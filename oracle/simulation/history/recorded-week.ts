/** One week of a made history: hours of every asset, and what the scoring asked of every open short, before any bound. */
import { z } from "zod";
import type { AssetSymbol } from "../../domain/market.ts";
import type { DepthCurve } from "../../scoring/depth-curve.ts";
import type { MarketHour } from "../vault/market-moment.ts";

/** What the scoring asked for, basis points and score. */
export interface AskedScore {
  readonly hourSec: number;
  /** Place of the short in the plan. */
  readonly index: number;
  readonly rhoBps: number;
  readonly piBps: number;
  readonly score: number;
}

/** One asset of a week. */
export interface RecordedAsset {
  readonly asset: AssetSymbol;
  readonly hours: readonly MarketHour[];
  readonly asked: readonly AskedScore[];
}

/** One week. */
export interface RecordedWeek {
  /** Counts from 0. */
  readonly week: number;
  readonly assets: readonly RecordedAsset[];
}

const numbers = z.array(z.number());
const curveSchema = z.object({
  distances: numbers,
  notionals: numbers,
  costs: numbers,
  halfSpread: z.number(),
  synthetic: z.boolean(),
});
const hourSchema = z.object({
  ...{ startSec: z.number(), open: z.number(), high: z.number(), low: z.number(), close: z.number() },
  ...{ impliedVol: z.number(), call: curveSchema, put: curveSchema },
});
const weekSchema = z.object({
  week: z.number().int(),
  assets: z.array(
    z.object({
      asset: z.string(),
      hours: z.array(hourSchema),
      asked: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()])),
    }),
  ),
});

/** The week as text. */
export function encodeWeek({ week, assets }: RecordedWeek): string {
  const written = assets.map(({ asset, hours, asked }) => ({
    asset,
    hours: hours.map(({ curves, ...hour }) => ({ ...hour, call: plain(curves.call), put: plain(curves.put) })),
    asked: asked.map(({ hourSec, index, rhoBps, piBps, score }) => [hourSec, index, rhoBps, piBps, score]),
  }));
  return JSON.stringify({ week, assets: written });
}

/** The week of a text. @throws ZodError for any other text. */
export function decodeWeek(text: string): RecordedWeek {
  const { week, assets } = weekSchema.parse(JSON.parse(text));
  return {
    week,
    assets: assets.map(({ asset, hours, asked }) => ({
      asset,
      hours: hours.map(({ call, put, ...hour }) => ({ ...hour, curves: { call: typed(call), put: typed(put) } })),
      asked: asked.map(([hourSec, index, rhoBps, piBps, score]) => ({ hourSec, index, rhoBps, piBps, score })),
    })),
  };
}

function plain({ distances, notionals, costs, ...rest }: DepthCurve): z.infer<typeof curveSchema> {
  return { distances: [...distances], notionals: [...notionals], costs: [...costs], ...rest };
}

function typed({ distances, notionals, costs, ...rest }: z.infer<typeof curveSchema>): DepthCurve {
  return {
    distances: Float64Array.from(distances),
    notionals: Float64Array.from(notionals),
    costs: Float64Array.from(costs),
    ...rest,
  };
}
