/** What writers do with a short between its opening and its end. */
import { BPS } from "../../domain/units.ts";
import type { Moment } from "./market-moment.ts";
import type { Short } from "./short.ts";
import { topUp, type Vault, withdrawSurplus } from "./vault-book.ts";

/** A warning comes when less than a tenth or so of the buffer is used up: as for the writers of a local run. */
export const WARNING_HEALTH = 1.15;
/** Writers who answer sometimes: how often, and how long they take. */
const ANSWERED_SHARE = 0.5;
const ANSWER_DELAY_SEC = 6 * 3_600;
/** Prompt writers act at the next look: 15 minutes cover every step between two looks. */
const PROMPT_DELAY_SEC = 15 * 60;

/** The writer learns that the short is near its limit. A warning that he will not answer counts as settled as late as one that he would. */
export function warnWriter(vault: Vault, short: Short, moment: Moment): void {
  const { plan, warnings } = short;
  if (short.answer !== null || plan.diligence === "never") return;
  const isPrompt = plan.diligence === "prompt";
  const isTopUp = isPrompt || plan.rng.fork(`warning-${warnings}`).uniform() < ANSWERED_SHARE;
  const atSec = moment.timeSec + (isPrompt ? PROMPT_DELAY_SEC : ANSWER_DELAY_SEC);
  vault.shorts.set(plan.index, { ...short, warnings: warnings + 1, answer: { atSec, isTopUp } });
}

/** The writer does what he has set out to do, where its time has come. */
export function answerWarning(vault: Vault, short: Short, moment: Moment): void {
  const { answer, plan } = short;
  if (answer === null || moment.timeSec < answer.atSec) return;
  const settled = { ...short, answer: null };
  vault.shorts.set(plan.index, settled);
  // Nobody adds to a short that is worth more than its collateral: walking away costs less.
  if (answer.isTopUp && short.perContract > moment.value(plan)) topUp(vault, settled, moment);
}

/** Writers who look after their shorts have a score marked as soon as one stands. */
export function markScore({ policy }: Vault, short: Short, moment: Moment): void {
  if (short.plan.diligence !== "never" && moment.timeSec < short.plan.expirySec) policy.mark?.(short, moment);
}

/** Writers who look after their shorts take out daily what they need not hold. */
export function tidyUp(vault: Vault, short: Short, moment: Moment): void {
  const isIdle = short.flaggedAtSec === null && short.answer === null;
  if (short.plan.diligence === "never" || !isIdle || moment.timeSec >= short.plan.expirySec) return;
  const { rhoBps } = vault.policy.maintenance(short, moment);
  if (rhoBps < BPS) withdrawSurplus(vault, short, moment);
  // A score counts for withdrawals in the present class only: the next one, marked today, tomorrow.
  vault.policy.reclassify(vault.shorts.get(short.plan.index) ?? short, moment);
}
