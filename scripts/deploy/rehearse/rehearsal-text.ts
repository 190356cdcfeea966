/** A rehearsal as text: what was compared at which moment, what was tried, what differs. */
import type { Moment, Rehearsal } from "./rehearse-upgrade.ts";

const SECONDS_PER_HOUR = 3_600;
const GROUP_WIDTH = 12;
const COUNT_WIDTH = 6;

/** Lines for a terminal. */
export function rehearsalText(rehearsal: Rehearsal): string {
  const { engine, verifier, delaySec, positions, moments, checks, pass } = rehearsal;
  const [compared, differing] = totalsOf(moments);
  return [
    `rule engine  ${engine.from} → ${engine.to}, version ${engine.version}`,
    `verifier     ${verifier.from} → ${verifier.to}`,
    `passed by the governor, ${delaySec / SECONDS_PER_HOUR} h after the vote, over ${positions} positions`,
    ...moments.flatMap(momentLines),
    "tried after the switch",
    ...checks.map(({ what, expected, found }) => {
      return expected === found ? `  ok    ${what}: ${found}` : `  FAIL  ${what}: expected ${expected}, found ${found}`;
    }),
    `${compared} values compared, ${differing} differ; ${checks.length} checks`,
    pass ? "rehearsed: the upgrade keeps every value" : "rehearsal FAILED",
  ].join("\n");
}

function momentLines({ what, afterSec, groups }: Moment): readonly string[] {
  const rows = groups.flatMap(({ name, compared, differences }) => [
    `  ${name.padEnd(GROUP_WIDTH)} ${String(compared).padStart(COUNT_WIDTH)} compared ${differences.length} differ`,
    ...differences.map(({ subject, expected, actual }) => `    ${subject}: without ${expected}, with ${actual}`),
  ]);
  return [`${what} (${afterSec} s after the switch)`, ...rows];
}

/** Values compared, and differences. */
export function totalsOf(moments: readonly Moment[]): readonly [compared: number, differing: number] {
  const groups = moments.flatMap(({ groups: all }) => all);
  const compared = groups.reduce((sum, group) => sum + group.compared, 0);
  return [compared, groups.reduce((sum, group) => sum + group.differences.length, 0)];
}
