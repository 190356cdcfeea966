/** What attacks do to a run: to the hours of the path, to the scores, to the keepers. */
import { BPS, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { DEFAULT_KEEPER, type KeeperHabits } from "../../simulation/vault/keeper-habits.ts";
import type { MarketHour } from "../../simulation/vault/market-moment.ts";
import type { VaultScorer } from "../../simulation/vault/vault-scorer.ts";
import type { Attack } from "./scenario-catalogue.ts";

/** The crash of `crash-recovery` begins in this hour. */
const CRASH_HOUR = 72;
/** Where two sources may differ, the price guard's tolerance. */
const FEED_PUSH = 0.01;
const PUSH_EVERY_HOURS = 6;
/** A cost that nothing repays. */
const NEVER_USD = 1e12;

/** Keepers of a run. */
export function keepersUnder(attack: Attack): KeeperHabits {
  return attack === "keepers-away" ? { ...DEFAULT_KEEPER, gasUsd: NEVER_USD } : DEFAULT_KEEPER;
}

/** Hours as the chain sees them: the extremes of every sixth reach 1 % further, the rest stays. */
export function hoursUnder(attack: Attack, hours: readonly MarketHour[]): readonly MarketHour[] {
  if (attack !== "pushed-feed") return hours;
  return hours.map((hour) => {
    if ((hour.startSec / SECONDS_PER_HOUR) % PUSH_EVERY_HOURS !== 0) return hour;
    return { ...hour, high: hour.high * (1 + FEED_PUSH), low: hour.low * (1 - FEED_PUSH) };
  });
}

/** Scores as the signers sign them. @param fromSec start of the scenario. */
export function scorerUnder(attack: Attack, scorer: VaultScorer, fromSec: number): VaultScorer {
  const attackSec = fromSec + CRASH_HOUR * SECONDS_PER_HOUR;
  if (attack !== "silence" && attack !== "hostile-tightening" && attack !== "hostile-loosening") return scorer;
  return {
    ...scorer,
    scoresOf: (source, timeSec) => {
      const scores = scorer.scoresOf(source, timeSec);
      if (timeSec < attackSec) return scores;
      if (attack === "silence") return [];
      const rhoBps = attack === "hostile-tightening" ? BPS : 0;
      return scores.map((score) => ({ ...score, rhoBps }));
    },
  };
}
