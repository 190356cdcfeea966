/** Numbers as a report writes them. */
import type { NumberFormat } from "./report.ts";

/** What stands where there is no number. */
export const NO_NUMBER = "–";
const PERCENT = 100;
const DEFAULT_DIGITS = 3;
/** Beyond, and below the inverse, significant digits turn into powers of ten. */
const GREATEST_PLAIN = 1e6;

/**
 * A number as text; a dash for NaN, infinities and `null`.
 *
 * @param value any number.
 * @param format see `NumberFormat`.
 * @param digits after the point, or significant ones for `short`.
 */
export function formatNumber(value: number | null, format: NumberFormat = "plain", digits = DEFAULT_DIGITS): string {
  if (value === null || !Number.isFinite(value)) return NO_NUMBER;
  if (format === "percent") return `${withMinus((PERCENT * value).toFixed(digits))} %`;
  if (format === "plain") return withMinus(value.toFixed(digits));
  const size = Math.abs(value);
  const isPlain = value === 0 || (size < GREATEST_PLAIN && size > 1 / GREATEST_PLAIN);
  return withMinus(isPlain ? String(Number(value.toPrecision(digits))) : value.toExponential(digits - 1));
}

/** A minus sign, and none before a rounded zero. */
function withMinus(text: string): string {
  return text.startsWith("-") ? (Number(text) === 0 ? text.slice(1) : `−${text.slice(1)}`) : text;
}
