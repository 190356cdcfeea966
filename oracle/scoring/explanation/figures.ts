/** Figures in sentences. */

/** Significant digits of amounts. */
const DIGITS = 4;
const PERCENT = 100;

/** An amount to four significant digits. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(DIGITS)));
}

/** A share as per cent, to four significant digits: `12.5 %`. */
export function percent(share: number): string {
  return `${figure(PERCENT * share)} %`;
}

/** Signed basis points of ρ: `+312 bp`. */
export function basisPoints(bps: number): string {
  const rounded = Number(bps.toFixed(1));
  return `${rounded < 0 ? "−" : "+"}${Math.abs(rounded)} bp`;
}
