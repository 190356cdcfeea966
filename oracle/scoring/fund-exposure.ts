/** What an insurance fund itself stands to lose: a short put in the fund's eyes begins where its writer's collateral ends. */
import type { GreeksReport } from "../domain/greeks.ts";
import { type Position, positionKey } from "../domain/positions.ts";
import { toFixedPoint } from "../domain/units.ts";
import { black76 } from "../math/black76.ts";

/** A put that the fund is short, USD and coins. */
export interface FundExposure {
  readonly asset: string;
  /** Strike less collateral per contract, below which the writer can pay no more; carried to the spot price by the basis of the forward. */
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
  /** Of the quote token, which collateral and shortfall are counted in. */
  readonly decimals: number;
}

/** What the book comes to. */
export interface FundExposures {
  readonly exposures: readonly FundExposure[];
  /** Market or models of one of them are doubted: enough to shrink a hedge by, too little to grow one by. */
  readonly isDoubted: boolean;
}

/** Strikes and sizes of the chain: 1e-8 USD and 1e-8 contracts. */
const CHAIN_DIGITS = 8;
/** A shortfall that begins below this share of the spot price is none that a hedge could pay for. */
const LEAST_STRIKE_SHARE = 1e-3;

/**
 * Exposures of the quote fund of a source in one asset. A shortfall (K − c − S)⁺ a contract is a put struck at K − c, so that
 * the writers' own collateral, which bears the first loss, is not hedged. Liquidations before expiry are not reckoned with:
 * they lower what the fund loses. The cap of a series is not, either. What is lacking is reckoned in the chain's integers: full
 * collateral lacks nothing, whatever a quotient of decimal numbers says.
 *
 * @returns `null` where the Greeks of a position are unknown: a sum without it would show a fund as hedged that is not.
 */
export function fundExposures(book: FundBook, asset: string): FundExposures | null {
  const { greeks, decimals } = book;
  const known = new Map(greeks.positions.map((row) => [`${row.source}:${row.id}`, row.sensitivities]));
  const exposures: FundExposure[] = [];
  let isDoubted = false;
  for (const put of putsOf(book, asset)) {
    const greeksOf = known.get(positionKey(put)) ?? null;
    const strike = lackingStrike(put, decimals);
    // Full collateral lacks nothing, whatever the market is.
    if (strike === 0) continue;
    if (greeksOf === null || strike === null) return null;
    const { spotUsd: spot, forwardUsd, impliedVol, tenorYears } = greeksOf;
    const carried = (strike * spot) / forwardUsd;
    if (carried < spot * LEAST_STRIKE_SHARE) continue;
    isDoubted ||= greeksOf.isDoubted;
    const { delta } = black76({ kind: "put", forward: spot, strike: carried, impliedVol, tenorYears });
    exposures.push({
      asset,
      strike: carried,
      spot,
      impliedVol,
      tenorYears,
      size: put.size,
      deltaCoins: -delta * put.size,
    });
  }
  return { exposures, isDoubted };
}

function putsOf({ source, positions, greeks }: FundBook, asset: string): readonly Position[] {
  return positions.filter(
    (one) =>
      one.kind === "put" &&
      one.asset === asset &&
      one.source.toLowerCase() === source.toLowerCase() &&
      one.expirySec > greeks.atSec,
  );
}

/** What a contract lacks of its strike, USD, at least 0; `null` where that is unknown. */
function lackingStrike({ strike, size, sizeE8, collateralUnits }: Position, decimals: number): number | null {
  if (!Number.isFinite(strike) || !Number.isFinite(size) || sizeE8 < 0n) return null;
  if (sizeE8 === 0n) return 0;
  // Both in 1e-16 USD and in units of the token at once.
  const owed = toFixedPoint(strike, CHAIN_DIGITS) * sizeE8 * 10n ** BigInt(decimals);
  const lacking = owed - collateralUnits * 10n ** BigInt(2 * CHAIN_DIGITS);
  if (lacking <= 0n) return 0;
  return Number(lacking) / Number(sizeE8) / 10 ** (CHAIN_DIGITS + decimals);
}
