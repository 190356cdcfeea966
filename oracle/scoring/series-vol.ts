/**
 * Implied volatility of a series and how it answers to moves: off the surface of quoted options where there is one, by the rules of
 * `vol-surface.ts` otherwise.
 */
import type { VolSource } from "../domain/greeks.ts";
import { type OptionKind, type OptionSeries, tenorYears } from "../domain/positions.ts";
import { SECONDS_PER_HOUR } from "../domain/units.ts";
import type { AssetContext } from "./asset-context.ts";
import { type SurfaceVol, surfaceVol } from "./surface-vol.ts";
import { smileRatio, type VolResponse, volResponse } from "./vol-surface.ts";

/** Volatility of a series. */
export interface SeriesVol {
  /** Of this strike and tenor, decimal a year. */
  readonly impliedVol: number;
  readonly response: VolResponse;
  /** Forward of the expiry over the spot price, > 0; 1 without quotes. */
  readonly basis: number;
  readonly source: VolSource;
  /** Age of the quotes, seconds; `null` without. */
  readonly quotesAgeSec: number | null;
}

/**
 * The strike at which a series is valued under the spot price instead of its forward: Black-76 is homogeneous, so a coin call under the
 * forward F is one of the strike K · S/F under S, and so is a put in USD discounted by the same carry.
 */
export function carriedStrike({ strike }: Pick<OptionSeries, "strike">, { basis }: Pick<SeriesVol, "basis">): number {
  return strike / basis;
}

/** What is read of an asset. */
export type VolGround = Pick<AssetContext, "impliedVol" | "isModelVol" | "surface"> & {
  readonly market: Pick<AssetContext["market"], "spot" | "volIndex">;
};

/** As for the volatility index: an older chain may lack a jump that the model has seen. */
const FRESH_QUOTES_SEC = 2 * SECONDS_PER_HOUR;

/**
 * Volatility of a series now.
 *
 * Quotes up to two hours old stand for the expiries and strikes that they cover, unless a later chain failed or a volatility index is newer;
 * all others may only raise what the rules say. Moves since the quotes shift the surface as the scenarios do: the strike keeps its
 * volatility, an adverse answer is added, a relief is not.
 */
export function seriesVol(
  series: Pick<OptionSeries, "kind" | "strike" | "expirySec">,
  ground: VolGround,
  atSec: number,
): SeriesVol {
  const { surface, market } = ground;
  const tenor = tenorYears(series, atSec);
  const ruled: SeriesVol = {
    impliedVol: ground.impliedVol * smileRatio(series.strike, market.spot, tenor),
    response: volResponse(tenor),
    basis: 1,
    source: ground.isModelVol ? "model" : "volatility-index",
    quotesAgeSec: null,
  };
  const quoted = surface === null ? null : surfaceVol(series, { surface, spot: market.spot, rule: ruled.response });
  if (surface === null || quoted === null) return ruled;
  const quotesAgeSec = atSec - surface.quotedAtSec;
  const isNewest = !surface.standsIn && surface.quotedAtSec >= (market.volIndex?.sourceTimeSec ?? 0);
  if (quoted.isCovered && isNewest && quotesAgeSec <= FRESH_QUOTES_SEC) {
    const { impliedVol, response, basis } = quoted;
    return { impliedVol, response, basis, source: "quotes", quotesAgeSec };
  }
  return { ...greater(quoted, ruled, series.kind), source: "quotes-and-rules", quotesAgeSec };
}

/** The greater of both in all that a value rises with: a put's with a lower forward, a call's with a higher one. */
function greater(
  quoted: SurfaceVol,
  ruled: SeriesVol,
  kind: OptionKind,
): Pick<SeriesVol, "impliedVol" | "response" | "basis"> {
  const worse = kind === "put" ? Math.min : Math.max;
  return {
    impliedVol: Math.max(quoted.impliedVol, ruled.impliedVol),
    response: greaterResponse(quoted.response, ruled.response),
    basis: worse(quoted.basis, ruled.basis),
  };
}

function greaterResponse(left: VolResponse, right: VolResponse): VolResponse {
  return {
    perFall: Math.max(left.perFall, right.perFall),
    perRise: Math.max(left.perRise, right.perRise),
    perRootHour: Math.max(left.perRootHour, right.perRootHour),
  };
}
