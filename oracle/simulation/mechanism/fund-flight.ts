/** The insurance fund of a simulated vault: what it covers, earns, and loses when its depositors leave under stress. */

/** One day of a vault, USD. */
export interface FundDay {
  readonly notional: number;
  readonly badDebt: number;
  readonly fees: number;
}

/** Depositors and limits. */
export interface FundHabits {
  /** Deposits at the start, share of the mean notional. */
  readonly deposits: number;
  /** Share of the assets that one day may take. */
  readonly utilisation: number;
  /** Days between the wish to leave and the exit. */
  readonly coolDownDays: number;
  /** Share of depositors that wish to leave on a day of full stress. */
  readonly mostLeaving: number;
  /** Loss of the last week, share of assets, at which half of them do, and the width of the logit response around it. */
  readonly toleratedLoss: number;
  readonly temperature: number;
}

/** What became of the fund. */
export interface FundOutcome {
  /** Bad debt that nobody covered, USD: holders of the series lose it. */
  readonly uncovered: number;
  /** Assets at the end over those of the start. */
  readonly left: number;
}

/** Limits as in `deployments/`; deposits of 2 % of notional; after losing 5 % in a week half of the greatest daily flight of a tenth. */
export const DEFAULT_FUND: FundHabits = {
  deposits: 0.02,
  utilisation: 0.1,
  coolDownDays: 9,
  mostLeaving: 0.1,
  toleratedLoss: 0.05,
  temperature: 0.01,
};

const WEEK_DAYS = 7;

/** Share of depositors that wish to leave today: `most / (1 + exp((tolerated − loss)/τ))`, less what leaves without any loss. */
export function leavingShare(weekLoss: number, { mostLeaving, toleratedLoss, temperature }: FundHabits): number {
  const logit = (loss: number): number => mostLeaving / (1 + Math.exp((toleratedLoss - loss) / temperature));
  return Math.max(0, logit(weekLoss) - logit(0));
}

/** Lives the fund through the days: it covers first, then earns, then lets go whoever asked a cool-down ago. */
export function runFund(days: readonly FundDay[], habits: FundHabits): FundOutcome {
  const notional = days.reduce((sum, day) => sum + day.notional, 0) / Math.max(1, days.length);
  const start = habits.deposits * notional;
  let [assets, uncovered] = [start, 0];
  const wishes: number[] = [];
  const losses: number[] = [];
  days.forEach(({ badDebt, fees }, day) => {
    const covered = Math.min(badDebt, habits.utilisation * assets);
    const before = assets;
    assets += fees - covered;
    uncovered += badDebt - covered;
    losses.push(before > 0 ? covered / before : 0);
    const weekLoss = losses.slice(-WEEK_DAYS).reduce((sum, loss) => sum + loss, 0);
    wishes.push(leavingShare(weekLoss, habits));
    assets -= assets * (wishes[day - habits.coolDownDays] ?? 0);
  });
  return { uncovered, left: start > 0 ? assets / start : 1 };
}
