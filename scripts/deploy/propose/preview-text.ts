/** The preview of a proposal as text. */
import { formatUnits } from "viem";
import type { ChangeEffect, MovedPosition } from "../../../oracle/rules/change-effect.ts";
import type { ProposalPreview } from "./proposal.ts";

const SECONDS_PER_HOUR = 3_600;
const WAD_DECIMALS = 18;
const HEALTH_DIGITS = 3;

/** Lines for a terminal: calls with their delays, then the effect now and without further reports. */
export function previewText(preview: ProposalPreview): string {
  const { calls, delaySec, proposalId, now, stale, unpriced } = preview;
  const lines = [
    `proposal ${proposalId}`,
    ...calls.map((call) => `  ${call.functionName} (${hours(call.delaySec)} h): ${call.title}`),
    `delay after the vote: ${hours(delaySec)} h`,
    ...effectLines("with the scores of now", now),
    ...effectLines("were reports to stop, all scores stale", stale),
  ];
  if (unpriced.length > 0) lines.push(`effect unknown, no valid price: positions ${unpriced.join(", ")}`);
  return lines.join("\n");
}

function effectLines(
  title: string,
  { positions, moved, newlyUnhealthy, requirements }: ChangeEffect,
): readonly string[] {
  return [
    `${title}: ${positions} positions, ${moved.length} change, ${newlyUnhealthy.length} become unhealthy`,
    ...newlyUnhealthy.map(unhealthyLine),
    ...requirements.map(({ token, before, after }) => `  requirement in ${token}: ${before} → ${after}`),
  ];
}

function unhealthyLine(position: MovedPosition): string {
  const { id, owner, rhoBeforeBps, rhoAfterBps, healthBeforeWad, healthAfterWad } = position;
  const health = `health ${rounded(healthBeforeWad)} → ${rounded(healthAfterWad)}`;
  return `  UNHEALTHY position ${id} of ${owner}: ρ ${rhoBeforeBps} → ${rhoAfterBps} bps, ${health}`;
}

function rounded(wad: bigint): string {
  return Number(formatUnits(wad, WAD_DECIMALS)).toFixed(HEALTH_DIGITS);
}

function hours(seconds: number): string {
  return String(seconds / SECONDS_PER_HOUR);
}
