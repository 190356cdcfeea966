/** Replays a made history twice, under present and under proposed bounds of one class: whole vault lives through the rule engine's mirror. */
import type { HistoryReplay, ReplayedShort, ReplayOutcome, ReplayPoint, ReplayQuestion } from "../../domain/history.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { oraclePolicy } from "../vault/oracle-policy.ts";
import { runVaults } from "../vault/run-vaults.ts";
import type { Vault } from "../vault/vault-book.ts";
import { addCounts, EMPTY_DAY } from "../vault/vault-ledger.ts";
import type { VaultTerms } from "../vault/vault-terms.ts";
import { type HistorySpec, plannedShorts, WEEK_SEC } from "./history-plan.ts";
import { type AskedBook, askedBook, createRecordedScorer } from "./recorded-scorer.ts";
import type { RecordedWeek } from "./recorded-week.ts";
import {
  type ClassHour,
  createLives,
  entryCounter,
  fateOf,
  type Lives,
  observed,
  type ShortLife,
} from "./short-lives.ts";

/** What is replayed. */
export interface ReplayRequest {
  readonly spec: HistorySpec;
  readonly label: string;
  /** In order, without a gap; at least one. */
  readonly weeks: readonly RecordedWeek[];
  readonly terms: ReadonlyMap<AssetSymbol, VaultTerms>;
  readonly question: ReplayQuestion;
}

/** Hours between two points of the answer. */
const POINT_HOURS = 6;

/** The answer, or `null` for a class that no asset of the history has. */
export function replayHistory({ spec, label, weeks, terms, question }: ReplayRequest): HistoryReplay | null {
  const { classId, present, proposed } = question;
  const found = [...terms].find(([, { classes }]) => classes.has(classId));
  if (found === undefined) return null;
  const [asset, ownTerms] = found;
  const own = weeks.flatMap(({ assets }) => assets.filter((one) => one.asset === asset));
  const hours = own.flatMap((one) => one.hours);
  const plan = plannedShorts(spec, weeks.length - 1, { asset, terms: ownTerms, hours });
  const asked = askedBook(own.flatMap((one) => one.asked));
  const run = (riskClass: typeof present) => {
    const classes = new Map(ownTerms.classes).set(classId, riskClass);
    return runUnder({ asset, hours, plan, asked, classId, terms: { ...ownTerms, classes } });
  };
  const before = run(present);
  const after = JSON.stringify(present) === JSON.stringify(proposed) ? before : run(proposed);
  return {
    ...{ label, classId, asset, fromSec: spec.fromSec, toSec: spec.fromSec + weeks.length * WEEK_SEC },
    present: outcomeOf(before),
    proposed: outcomeOf(after),
    points: pointsOf(before.lives.hours, after.lives.hours),
    shorts: shortsOf(before.lives, after.lives),
  };
}

interface RunUnder {
  readonly asset: AssetSymbol;
  readonly hours: Parameters<typeof runVaults>[0]["hours"];
  readonly plan: Parameters<typeof runVaults>[0]["plan"];
  readonly asked: AskedBook;
  readonly classId: number;
  readonly terms: VaultTerms;
}

interface Ran {
  readonly vault: Vault;
  readonly lives: Lives;
}

function runUnder({ asset, hours, plan, asked, classId, terms }: RunUnder): Ran {
  const lives = createLives();
  const scorer = createRecordedScorer(asked, terms.classes);
  const noteEntry = entryCounter(lives, asked);
  const policy = oraclePolicy({ name: "replay", asset, terms, scorer, scale: 1, isQuoted: false, noteEntry });
  const [vault] = runVaults({ hours, plan, terms, policies: [observed(policy, lives, { classId, terms, asked })] });
  if (vault === undefined) throw new RangeError("One policy makes one vault.");
  return { vault, lives };
}

function outcomeOf({ vault, lives }: Ran): ReplayOutcome {
  const all = [...lives.byIndex.values()];
  const sum = (of: (life: ShortLife) => number): number => all.reduce((total, life) => total + of(life), 0);
  const days = [...vault.ledger.days.values()].reduce((total, day) => addCounts(total, day), EMPTY_DAY);
  const hours = sum((life) => life.hours);
  return {
    meanRhoBps: hours === 0 ? null : sum(({ rhoSum }) => rhoSum) / hours,
    greatestRhoBps: hours === 0 ? null : Math.max(...all.map(({ greatest }) => greatest)),
    clamped: sum(({ clamped }) => clamped),
    tightened: sum(({ tightened }) => tightened),
    loosened: sum(({ loosened }) => loosened),
    flagged: sum(({ isFlagged }) => Number(isFlagged)),
    liquidated: sum(({ isLiquidated }) => Number(isLiquidated)),
    lockedUsd: sum(({ lockedUsdHours }) => lockedUsdHours) / Math.max(1, lives.hours.length),
    shortfallUsd: days.badDebt,
    chargeUsd: days.charge,
  };
}

function pointsOf(before: readonly ClassHour[], after: readonly ClassHour[]): readonly ReplayPoint[] {
  const then = new Map(after.map((hour) => [hour.atSec, hour]));
  return before
    .filter(({ atSec }) => (atSec / SECONDS_PER_HOUR) % POINT_HOURS === 0)
    .map((hour): ReplayPoint => {
      const other = then.get(hour.atSec);
      return {
        atSec: hour.atSec,
        spot: hour.spot,
        askedRhoBps: mean(hour.askedSum, hour.askedCount),
        presentRhoBps: mean(hour.rhoSum, hour.shorts),
        proposedRhoBps: other === undefined ? null : mean(other.rhoSum, other.shorts),
        presentLockedUsd: hour.lockedUsd,
        proposedLockedUsd: other?.lockedUsd ?? 0,
      };
    });
}

function mean(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

function shortsOf(before: Lives, after: Lives): readonly ReplayedShort[] {
  const plans = new Map([...after.byIndex, ...before.byIndex].map(([index, { plan }]) => [index, plan]));
  return [...plans]
    .toSorted(([left], [right]) => left - right)
    .map(([index, { kind, strike, openSec, expirySec, size }]) => ({
      ...{ index, kind, strike, openSec, expirySec, size },
      present: fateOf(before.byIndex.get(index)),
      proposed: fateOf(after.byIndex.get(index)),
    }));
}
