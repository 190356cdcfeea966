/** How the page writes numbers, times and names. */

/** A factor and its signed share of ρ, as the API sends it. */
export interface Reason {
  readonly factor: string;
  readonly contributionBps: number;
}

const BPS_PER_PERCENT = 100;
const MILLISECONDS = 1_000;
const HEALTH_STEPS = 100;
/** Beyond this the digits tell nobody anything: the chain caps health at 1e18. */
const HEALTH_SHOWN_MAX = 100;
const SIZE_DIGITS = 4;
const ADDRESS_HEAD = 6;
const ADDRESS_TAIL = 4;
const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: SIZE_DIGITS });

/** Basis points as percent with one digit. */
export function formatBps(bps: number): string {
  return `${(bps / BPS_PER_PERCENT).toFixed(1)} %`;
}

/** Basis points as percent to the last one: where operators are compared. */
export function formatBpsExact(bps: number): string {
  return `${(bps / BPS_PER_PERCENT).toFixed(2)} %`;
}

/** A plain number with grouped thousands and at most four decimals. */
export function formatNumber(value: number): string {
  return grouped.format(value);
}

/** Health rounded down to two digits, so that 0.999 never reads as 1.00; `unknown` where nobody could compute it. */
export function formatHealth(health: number | null): string {
  if (health === null || Number.isNaN(health)) return "unknown";
  if (health >= HEALTH_SHOWN_MAX) return `≥ ${HEALTH_SHOWN_MAX}`;
  if (health <= -HEALTH_SHOWN_MAX) return `≤ −${HEALTH_SHOWN_MAX}`;
  const floored = Math.floor(health * HEALTH_STEPS) / HEALTH_STEPS;
  return floored.toFixed(2).replace("-", "−");
}

/** Seconds since the epoch as `YYYY-MM-DD HH:MM` in UTC. */
export function formatTime(timeSec: number): string {
  return new Date(timeSec * MILLISECONDS).toISOString().slice(0, 16).replace("T", " ");
}

/** Milliseconds since the epoch as `HH:MM:SS` in UTC. */
export function formatClock(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 19);
}

/** A reason with its signed share of ρ. */
export function formatReason(reason: Reason): string {
  const sign = reason.contributionBps < 0 ? "−" : "+";
  return `${reason.factor} ${sign}${formatBps(Math.abs(reason.contributionBps))}`;
}

/** First and last digits of an address; a short text stays as it is. */
export function formatAddress(address: string): string {
  if (address.length <= ADDRESS_HEAD + ADDRESS_TAIL) return address;
  return `${address.slice(0, ADDRESS_HEAD)}…${address.slice(-ADDRESS_TAIL)}`;
}

const MINUTE_SEC = 60;
const HOUR_SEC = 3_600;
const DAY_SEC = 86_400;

/** A length of time in its greatest sensible unit; negative ones begin with a minus. */
export function formatSpan(seconds: number): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? "−" : "";
  if (size < MINUTE_SEC) return `${sign}${Math.round(size)} s`;
  if (size < HOUR_SEC) return `${sign}${Math.floor(size / MINUTE_SEC)} min`;
  if (size < 2 * DAY_SEC) return `${sign}${trimmed(size / HOUR_SEC)} h`;
  return `${sign}${trimmed(size / DAY_SEC)} d`;
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

/** Milliseconds, from a second on as seconds. */
export function formatMs(milliseconds: number): string {
  return milliseconds < MILLISECONDS
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / MILLISECONDS).toFixed(2)} s`;
}

/** Whole US dollars with grouped thousands. */
export function formatUsd(amount: number): string {
  return grouped.format(Math.round(amount)).replace("-", "−");
}

/** A share between 0 and 1 as percent with one digit, or with as many as given. */
export function formatShare(share: number, digits = 1): string {
  return `${(share * BPS_PER_PERCENT).toFixed(digits)} %`.replace("-", "−");
}
