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

/** A change with its sign, to one decimal: `+312.4`. */
export function signedFigure(change: number): string {
  const rounded = Number(change.toFixed(1));
  return `${rounded < 0 ? "−" : "+"}${Math.abs(rounded)}`;
}
