/** What an insurance fund itself stands to lose: a short put in the fund's eyes begins where its writer's collateral ends. */
import type { GreeksReport } from "../domain/greeks.ts";
import { type Position, payoffBounds } from "../domain/positions.ts";
import { black76 } from "../math/black76.ts";

/** A put that the fund is short, USD and coins. */
export interface FundExposure {
  readonly asset: string;
  /** Strike less collateral per contract: below it the writer can pay no more. */
  readonly strike: number;
  readonly spot: number;
  /** Of the position's own strike, decimal a year. */
  readonly impliedVol: number;
  readonly tenorYears: number;
  /** Contracts. */
  readonly size: number;
  /** Coins that the fund gains per USD of the coin's rise, ≥ 0. */
  readonly deltaCoins: number;
}

/** The positions of one source that pay in USD, with their Greeks. */
export interface FundBook {
  readonly source: string;
  readonly positions: readonly Position[];
  readonly greeks: GreeksReport;
}

/**
 * Exposures of the quote fund of a source in one asset. A shortfall (K − c − S)⁺ a contract is a put struck at K − c, so that
 * the writers' own collateral, which bears the first loss, is not hedged. Liquidations before expiry are not reckoned with:
 * they lower what the fund loses. The cap of a series is not, either.
 *
 * @returns `null` where the Greeks of a position are unknown: a sum without it would show a fund as hedged that is not.
 */
export function fundExposures({ source, positions, greeks }: FundBook, asset: string): readonly FundExposure[] | null {
  const known = new Map(greeks.positions.map((row) => [`${row.source}:${row.id}`, row.sensitivities]));
  const puts = positions.filter(
    (one) =>
      one.kind === "put" &&
      one.asset === asset &&
      one.source.toLowerCase() === source.toLowerCase() &&
      one.expirySec > greeks.atSec,
  );
  const exposures: FundExposure[] = [];
  for (const put of puts) {
    const greeksOf = known.get(`${put.source.toLowerCase()}:${put.id}`) ?? null;
    if (greeksOf === null) return null;
    const strike = payoffBounds(put, greeksOf.forwardUsd).maxLoss - put.collateralPerContract;
    if (!Number.isFinite(strike)) return null;
    // Fully collateralised: nothing can be missing.
    if (strike <= 0) continue;
    const { forwardUsd: spot, impliedVol, tenorYears } = greeksOf;
    const { delta } = black76({ kind: "put", forward: spot, strike, impliedVol, tenorYears });
    exposures.push({ asset, strike, spot, impliedVol, tenorYears, size: put.size, deltaCoins: -delta * put.size });
  }
  return exposures;
}
