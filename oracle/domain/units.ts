/** Units and scales that cross a stage border, and the only place that converts between `number` and `bigint`. */
import { PlimsollError } from "./errors.ts";

/** Basis points of one: 10 000 = 100 %. Integers 0…65 535 on chain. */
export const BPS = 10_000;
/** Fixed-point scale of strikes, prices and option sizes on chain (1e-8). */
export const E8 = 100_000_000;
/** Seconds of an hour. */
export const SECONDS_PER_HOUR = 3_600;
/** Seconds of a day. */
export const SECONDS_PER_DAY = 86_400;
/** Calendar year used for annualising volatilities and for option tenors. */
export const SECONDS_PER_YEAR = 365 * SECONDS_PER_DAY;
/** Options expire at 08:00 UTC, as on Deribit. */
export const EXPIRY_SECOND_OF_DAY = 8 * SECONDS_PER_HOUR;

/** 0x-prefixed hexadecimal bytes. */
export type Hex = `0x${string}`;
/** 20-byte account or contract address, checksummed or lower case. */
export type Address = Hex;

const ADDRESS_DIGITS = 40;

/** Address of a party that is made up, by its number: those of studies, replays and hypothetical books. Not negative. */
export function madeUpAddress(number: number | bigint): Address {
  return `0x${number.toString(16).padStart(ADDRESS_DIGITS, "0")}`;
}

/**
 * Converts a decimal number to a fixed-point integer, rounding half away from zero.
 *
 * @param value finite number.
 * @param decimals digits after the point, 0…18.
 * @throws PlimsollError `UNITS_NOT_FINITE` for NaN and infinities.
 */
export function toFixedPoint(value: number, decimals: number): bigint {
  if (!Number.isFinite(value)) {
    throw new PlimsollError({
      code: "UNITS_NOT_FINITE",
      problem: `Cannot convert ${value} to a fixed-point integer.`,
      remedy: "Reject the value at the feature guard before it reaches this conversion.",
      context: { value, decimals },
    });
  }
  const negative = value < 0;
  const [whole = "0", fraction = ""] = Math.abs(value).toFixed(Math.min(decimals, 20)).split(".");
  const magnitude =
    BigInt(whole) * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, "0").slice(0, decimals) || "0");
  return negative ? -magnitude : magnitude;
}

/** Converts a fixed-point integer to a number, exact up to 2^53 and to the nearest double beyond. */
export function fromFixedPoint(value: bigint, decimals: number): number {
  return Number(value) / 10 ** decimals;
}

/** Rounds a ratio up to whole basis points and clamps it to `[0, 10 000]`: requirements round against the mover. */
export function toBpsUp(ratio: number): number {
  return Math.min(BPS, Math.max(0, Math.ceil(ratio * BPS - 1e-9)));
}
