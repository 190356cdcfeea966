/** Whole lives of vaults over one path: the same openings, moments and keepers under every policy. */
import { PlimsollError } from "../../domain/errors.ts";
import { type OptionKind, payoffBounds } from "../../domain/positions.ts";
import { BPS, SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { DEFAULT_KEEPER, type KeeperHabits } from "./keeper-habits.ts";
import { tendShort } from "./liquidator.ts";
import type { MarginPolicy } from "./margin-policy.ts";
import { type MarketHour, type Moment, momentAt } from "./market-moment.ts";
import type { PlannedShort } from "./opening-plan.ts";
import { roughHealth, type Short } from "./short.ts";
import { createVault, judgeLiquidation, openShort, settleShort, type Vault } from "./vault-book.ts";
import type { VaultTerms } from "./vault-terms.ts";
import { answerWarning, markScore, tidyUp, WARNING_HEALTH, warnWriter } from "./writer.ts";

/** What is run. */
export interface VaultRunRequest {
  /** Ascending in time; a gap is a stretch in which nobody acts. */
  readonly hours: readonly MarketHour[];
  /** Ascending in `openSec`. */
  readonly plan: readonly PlannedShort[];
  readonly terms: VaultTerms;
  readonly policies: readonly MarginPolicy[];
  /** What keepers ask for; absent: {@link DEFAULT_KEEPER}. */
  readonly keeper?: KeeperHabits;
}

/** Looks inside an hour, seconds after its start, each with the price that holds until the next. */
interface Look {
  readonly afterSec: number;
  readonly ticks: number;
}

const TICK_SEC = 300;
/** Opening price, then the worse extreme for the short, then the better one (architecture.md §7.3); keepers look every 5 minutes. */
const LOOKS: readonly Look[] = [
  { afterSec: TICK_SEC, ticks: 3 },
  { afterSec: 4 * TICK_SEC, ticks: 4 },
  { afterSec: 8 * TICK_SEC, ticks: 4 },
];
/** Openings come after the hour's report. */
const OPENING_AFTER_SEC = 120;
/** Hour of the day in which writers take out what they need not hold. */
const TIDY_HOUR = 12;
/** Above this no rounding of the chain's arithmetic can make a short unhealthy. */
const SURELY_HEALTHY = 1.001;

/**
 * Runs all vaults to the end of the hours; shorts that are open then stay open.
 *
 * @returns one vault a policy, in order.
 * @throws PlimsollError `VAULT_RUN_EMPTY` without hours, `VAULT_RUN_PRICE` for a price, volatility or time that is no
 * positive number in order.
 */
export function runVaults(request: VaultRunRequest): readonly Vault[] {
  requireHours(request.hours);
  const vaults = request.policies.map((policy) =>
    createVault(policy, policy.terms ?? request.terms, request.keeper ?? DEFAULT_KEEPER),
  );
  let next = 0;
  for (const hour of request.hours) {
    const due: PlannedShort[] = [];
    for (let short = request.plan[next]; short !== undefined && short.openSec <= hour.startSec; ) {
      // A short whose hour is missing is not opened.
      if (short.openSec === hour.startSec) due.push(short);
      next += 1;
      short = request.plan[next];
    }
    const moments = momentsOf(hour);
    // All settle before any reports: variants of one policy are scored together.
    for (const vault of vaults) settleExpired(vault, moments.start);
    for (const vault of vaults) liveHour(vault, { hour, due, moments });
  }
  return vaults;
}

interface HourOfLife {
  readonly hour: MarketHour;
  readonly due: readonly PlannedShort[];
  readonly moments: HourMoments;
}

interface HourMoments {
  readonly start: Moment;
  readonly opening: Moment;
  readonly end: Moment;
  /** By kind, look and tick. */
  readonly looks: Readonly<Record<OptionKind, readonly (readonly Moment[])[]>>;
}

function momentsOf(hour: MarketHour): HourMoments {
  const { startSec, open, high, low, close } = hour;
  const at = (afterSec: number, price: number): Moment => momentAt(hour, { timeSec: startSec + afterSec, price });
  const looks = (prices: readonly number[]): readonly (readonly Moment[])[] =>
    LOOKS.map(({ afterSec, ticks }, look) =>
      Array.from({ length: ticks }, (_, tick) => at(afterSec + tick * TICK_SEC, prices[look] ?? open)),
    );
  return {
    start: at(0, open),
    opening: at(OPENING_AFTER_SEC, open),
    end: at(SECONDS_PER_HOUR, close),
    looks: { put: looks([open, low, high]), call: looks([open, high, low]) },
  };
}

function liveHour(vault: Vault, { hour, due, moments }: HourOfLife): void {
  vault.policy.hour(moments.start, vault.shorts);
  for (const short of vault.shorts.values()) markScore(vault, short, moments.opening);
  if ((hour.startSec % SECONDS_PER_DAY) / SECONDS_PER_HOUR === TIDY_HOUR) {
    for (const short of [...vault.shorts.values()]) tidyUp(vault, short, moments.opening);
  }
  for (const plan of due) {
    const chosen = vault.policy.decide === undefined ? plan : vault.policy.decide(plan, moments.opening);
    if (chosen !== null) openShort(vault, chosen, moments.opening);
  }
  for (let look = 0; look < LOOKS.length; look += 1) {
    for (const short of [...vault.shorts.values()]) {
      const ticks = moments.looks[short.plan.kind][look] ?? [];
      lookAt(vault, short, ticks);
    }
  }
  countHour(vault, moments.end);
}

function settleExpired(vault: Vault, moment: Moment): void {
  for (const short of [...vault.shorts.values()]) {
    if (short.plan.expirySec <= moment.timeSec) settleShort(vault, short, moment);
  }
  for (const first of [...vault.firstLiquidations.values()]) {
    if (first.plan.expirySec <= moment.timeSec) judgeLiquidation(vault, first, moment);
  }
}

function lookAt(vault: Vault, seen: Short, ticks: readonly Moment[]): void {
  const [moment] = ticks;
  if (moment === undefined) return;
  const { index } = seen.plan;
  if (seen.answer !== null) answerWarning(vault, seen, moment);
  const short = vault.shorts.get(index) ?? seen;
  const { rhoBps } = vault.policy.maintenance(short, moment);
  const health = roughHealth(short, rhoBps, moment.price);
  if (health < WARNING_HEALTH) warnWriter(vault, short, moment);
  if (health >= SURELY_HEALTHY && short.flaggedAtSec === null) return;
  for (const tick of ticks) tendShort(vault, index, tick);
}

function countHour(vault: Vault, end: Moment): void {
  let collateralHours = 0;
  let notionalHours = 0;
  let valueHours = 0;
  let requiredHours = 0;
  for (const short of vault.shorts.values()) {
    const { plan, size, perContract } = short;
    const usd = size * (plan.kind === "put" ? 1 : end.price);
    collateralHours += usd * perContract;
    notionalHours += size * end.price;
    valueHours += usd * end.value(plan);
    const { intrinsic, maxLoss } = payoffBounds(plan, end.price);
    const { rhoBps } = vault.policy.maintenance(short, end);
    requiredHours += usd * (intrinsic + (rhoBps / BPS) * (maxLoss - intrinsic));
  }
  // The hour belongs to the day in which it began.
  vault.ledger.count(end.hour.startSec, { collateralHours, notionalHours, valueHours, requiredHours });
}

function requireHours(hours: readonly MarketHour[]): void {
  if (hours.length === 0) {
    throw new PlimsollError({
      code: "VAULT_RUN_EMPTY",
      problem: "There is no hour in the window.",
      remedy: "Give data that reach into the window, or an earlier --from.",
      context: { hours: 0 },
    });
  }
  hours.forEach((hour, place) => {
    const { startSec, open, high, low, close, impliedVol } = hour;
    const isSound = [open, high, low, close, impliedVol].every((value) => value > 0 && Number.isFinite(value));
    const isAfter = Number.isFinite(startSec) && startSec > (hours[place - 1]?.startSec ?? Number.NEGATIVE_INFINITY);
    if (isSound && isAfter && high >= low) return;
    throw new PlimsollError({
      code: "VAULT_RUN_PRICE",
      problem: `Hour ${place} at ${startSec} s has open ${open}, high ${high}, low ${low}, close ${close}, volatility ${impliedVol}.`,
      remedy: "Leave hours without positive prices out, and sort them by time without repeats.",
      context: { place, startSec, open, high, low, close, impliedVol },
    });
  });
}
