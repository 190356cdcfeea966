/** The static conservative grid: ρ by asset, volatility, delta and tenor, for when nothing better can be trusted. */
import type { AssetSymbol } from "../domain/market.ts";
import type { OptionSeries } from "../domain/positions.ts";
import { BPS } from "../domain/units.ts";
import { normalCdf } from "../math/special-functions.ts";
import { STATIC_GRIDS, type StaticGrid } from "./static-grid-data.ts";

/** Upper edges of the grid's cells. The volatility is decimal a year; delta is |Δ| of the forward; tenor in days. */
export const GRID_VOLS = [0.4, 0.6, 0.8, 1, 1.5, 2.5] as const;
/** Upper edges of the delta buckets, absolute Black-76 delta. */
export const GRID_DELTAS = [0.05, 0.15, 0.35, 0.65, 0.9, 1] as const;
/** Upper edges of the tenor buckets, days. */
export const GRID_TENOR_DAYS = [1, 7, 30, 90, 365, 1095] as const;
/** Volatility assumed where none is known: above the 95th percentile of DVOL in shared `dvol-onchain-social-daily`. */
export const ASSUMED_VOL = 1;

/** What the grid needs to know of a series. */
export interface GridQuery {
  /** One that the grid does not know gets the highest value of all. */
  readonly asset: AssetSymbol;
  readonly series: Pick<OptionSeries, "kind" | "strike">;
  /** USD, > 0. */
  readonly spot: number;
  readonly tenorYears: number;
  /** Highest known volatility, of options or of spot; a lower one than {@link ASSUMED_VOL}, or `null`, is read as that. */
  readonly vol: number | null;
}

const DAYS_PER_YEAR = 365;

/**
 * Conservative ρ of a series, basis points; non-decreasing in volatility and in tenor inside a delta bucket.
 *
 * Between edges the cell of the next higher edge holds; beyond the last edge ρ is full collateral. Delta is the larger of
 * the deltas at both ends of the volatility cell, so that the bucket is never too far out of the money.
 */
export function staticGridRho(query: GridQuery): number {
  const vol = Math.max(query.vol ?? 0, ASSUMED_VOL);
  const volCell = GRID_VOLS.findIndex((edge) => vol <= edge);
  const tenorCell = GRID_TENOR_DAYS.findIndex((edge) => query.tenorYears * DAYS_PER_YEAR <= edge);
  const cellVol = GRID_VOLS[volCell];
  if (cellVol === undefined || tenorCell === -1) return BPS;
  const deltaCell = GRID_DELTAS.findIndex((edge) => touchDelta(query, cellVol) <= edge);
  const cellOf = (grid: StaticGrid): number => grid[volCell]?.[tenorCell]?.[deltaCell] ?? BPS;
  const own = STATIC_GRIDS[query.asset];
  return own === undefined ? Math.max(...Object.values(STATIC_GRIDS).map(cellOf)) : cellOf(own);
}

/** |Δ| without the drift of the forward: Φ of the distance to the strike in standard deviations (Black 1976). */
function touchDelta({ series, spot, tenorYears }: GridQuery, vol: number): number {
  const gap = series.kind === "call" ? Math.log(spot / series.strike) : Math.log(series.strike / spot);
  const deviation = vol * Math.sqrt(tenorYears);
  return deviation > 0 ? normalCdf(gap / deviation) : Number(gap >= 0);
}
