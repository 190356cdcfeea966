/** How the page writes numbers. */
import type { ScoreReason } from "../domain/score.ts";

const BPS_PER_PERCENT = 100;
const MILLISECONDS = 1_000;

/** Basis points as percent with one digit. */
export function formatBps(bps: number): string {
  return `${(bps / BPS_PER_PERCENT).toFixed(1)} %`;
}

/** Seconds since the epoch as `YYYY-MM-DD HH:MM` in UTC. */
export function formatTime(timeSec: number): string {
  return new Date(timeSec * MILLISECONDS).toISOString().slice(0, 16).replace("T", " ");
}

/** A reason with its signed share of ρ. */
export function formatReason(reason: ScoreReason): string {
  const sign = reason.contributionBps < 0 ? "−" : "+";
  return `${reason.factor} ${sign}${formatBps(Math.abs(reason.contributionBps))}`;
}
