/** Self-describing series ids: mirror of `contracts/libraries/SeriesId.sol`. */
import { PlimsollError } from "../domain/errors.ts";
import { EXPIRY_SECOND_OF_DAY, SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../domain/units.ts";

/** A series as the chain packs it. */
export interface ChainSeries {
  /** 24 bits, from 1. */
  readonly marketId: number;
  /** USD × 1e8, 64 bits. */
  readonly strikeE8: bigint;
  /** Seconds since the epoch, 40 bits. */
  readonly expirySec: number;
  readonly isPut: boolean;
}

/** Why a short of a series may not be opened; the errors of the Solidity library by another name. */
export type SeriesDefect = "strike-zero" | "expiry-off-grid" | "tenor-out-of-range";

const TYPE_BITS = 1n;
const EXPIRY_BITS = 40n;
const STRIKE_BITS = 64n;
const MARKET_BITS = 24n;
const STRIKE_SHIFT = TYPE_BITS + EXPIRY_BITS;
const MARKET_SHIFT = STRIKE_SHIFT + STRIKE_BITS;
const USED_BITS = MARKET_SHIFT + MARKET_BITS;
/** Shortest life at opening, seconds: leaves time for a first score and its grace period. */
export const MIN_TENOR_SEC = SECONDS_PER_HOUR;
/** Longest life at opening, seconds. */
export const MAX_TENOR_SEC = 180 * SECONDS_PER_DAY;

/**
 * Packs a series: market 24 · strike 64 · expiry 40 · type 1 (1 = put), the type in the lowest bit.
 *
 * @throws PlimsollError `SERIES_FIELD_RANGE` when a field does not fit its bits.
 */
export function encodeSeriesId(series: ChainSeries): bigint {
  const market = fitBits("marketId", BigInt(series.marketId), MARKET_BITS);
  const strike = fitBits("strikeE8", series.strikeE8, STRIKE_BITS);
  const expiry = fitBits("expirySec", BigInt(series.expirySec), EXPIRY_BITS);
  return (market << MARKET_SHIFT) | (strike << STRIKE_SHIFT) | (expiry << TYPE_BITS) | (series.isPut ? 1n : 0n);
}

/**
 * Unpacks a series id.
 *
 * @throws PlimsollError `SERIES_ID_UNKNOWN_BITS` when bits outside the lowest 129 are set.
 */
export function decodeSeriesId(seriesId: bigint): ChainSeries {
  if (seriesId < 0n || seriesId >> USED_BITS !== 0n) {
    throw new PlimsollError({
      code: "SERIES_ID_UNKNOWN_BITS",
      problem: `Series id ${seriesId} does not fit ${USED_BITS} bits.`,
      remedy: "Take series ids from the vault or from encodeSeriesId.",
      context: { seriesId, bits: USED_BITS },
    });
  }
  return {
    marketId: Number(seriesId >> MARKET_SHIFT),
    strikeE8: BigInt.asUintN(Number(STRIKE_BITS), seriesId >> STRIKE_SHIFT),
    expirySec: Number(BigInt.asUintN(Number(EXPIRY_BITS), seriesId >> TYPE_BITS)),
    isPut: (seriesId & 1n) === 1n,
  };
}

/**
 * First reason why a short of the series may not be opened at `nowSec`, or `null`. Whether the market is live is a
 * question to the vault.
 *
 * @param nowSec block time, seconds.
 */
export function seriesDefect(series: ChainSeries, nowSec: number): SeriesDefect | null {
  if (series.strikeE8 === 0n) return "strike-zero";
  if (series.expirySec % SECONDS_PER_DAY !== EXPIRY_SECOND_OF_DAY) return "expiry-off-grid";
  const tenorSec = series.expirySec - nowSec;
  return tenorSec < MIN_TENOR_SEC || tenorSec > MAX_TENOR_SEC ? "tenor-out-of-range" : null;
}

function fitBits(field: string, value: bigint, bits: bigint): bigint {
  if (value >= 0n && value >> bits === 0n) return value;
  throw new PlimsollError({
    code: "SERIES_FIELD_RANGE",
    problem: `Series field ${field} = ${value} does not fit ${bits} bits.`,
    remedy: "Give a non-negative integer below the limit.",
    context: { field, value, bits },
  });
}
