/**
 * Combines forecasts by their trailing loss (Stock and Watson 2004, discounted-loss combination): a geometric mean with
 * weights `prior · loss^(−power)`, the loss a discounted mean QLIKE that starts from one prior loss for all members. So
 * without a past the prior weights hold, and no member is ruled out by a few steps.
 */

/**
 * Members of the combination, in the order of all arrays: the network, its linear part alone (a pooled log-HAR of ranges with
 * calendar and long-run level), a plain pooled log-HAR, the exponentially weighted mean, and the asset's own log-HAR where it
 * has 250 days of history.
 */
export const VOL_MEMBERS = ["network", "linear", "logHar", "ewma", "ownLogHar"] as const;
/** Name of a member. */
export type VolMember = (typeof VOL_MEMBERS)[number];

/** Settings of the combination. */
export interface CombinationSettings {
  /** Weights without a past, positive, sum 1. `[member]` */
  readonly prior: readonly number[];
  /** Time over which the weight of a loss halves, days. */
  readonly halfLifeDays: number;
  /** Days of prior loss. */
  readonly priorDays: number;
  /** Exponent of the loss. */
  readonly power: number;
}

/** What a combination remembers of its members: discounted sums of losses and of the days behind them. `[member]` each */
export interface LossRecord {
  readonly sums: readonly number[];
  readonly masses: readonly number[];
  /** Time of the newest loss, seconds; `null` for none. */
  readonly lastSec: number | null;
}

/** Forecasts of all members over time. */
export interface MemberForecasts {
  /** Ascending, seconds. `[n]` */
  readonly atSec: Float64Array;
  /** Mean variance per day, decimal²; a member without a forecast (NaN) has no weight then. `[member][n]` */
  readonly forecasts: readonly Float64Array[];
  /** What was realised; NaN where unknown. A value is used only from `atSec + horizonSec` on. `[n]` */
  readonly realised: Float64Array;
  readonly horizonSec: number;
}

/** A combined forecast with the weights behind it. */
export interface CombinedForecasts {
  /** `[n]` */
  readonly forecast: Float64Array;
  /** `[member][n]` */
  readonly weights: readonly Float64Array[];
  /** After the last time; losses that were complete by then are in it. */
  readonly record: LossRecord;
}

const SECONDS_PER_DAY = 86_400;

/** QLIKE of a forecast (Patton 2011): r/f − ln(r/f) − 1 ≥ 0, zero where they agree. */
export function qlikeLoss(realised: number, forecast: number): number {
  const ratio = realised / forecast;
  return ratio - Math.log(ratio) - 1;
}

/**
 * Combines in time order; the weights at a time rest on losses that were complete by then.
 *
 * @param start record of an earlier time to go on from; none by default.
 */
export function combineForecasts(
  input: MemberForecasts,
  settings: CombinationSettings,
  start?: LossRecord,
): CombinedForecasts {
  const { atSec, forecasts, realised, horizonSec } = input;
  const count = atSec.length;
  const result = { forecast: new Float64Array(count), weights: forecasts.map(() => new Float64Array(count)) };
  const tracker = createLossTracker(settings, start);
  let known = 0;
  for (let time = 0; time < count; time += 1) {
    const nowSec = atSec[time] ?? Number.NaN;
    for (; known < time && (atSec[known] ?? Number.NaN) + horizonSec <= nowSec; known += 1) {
      const losses = forecasts.map((member) => qlikeLoss(realised[known] ?? Number.NaN, member[known] ?? Number.NaN));
      tracker.add(losses, atSec[known] ?? Number.NaN);
    }
    const logs = forecasts.map((member) => Math.log(member[time] ?? Number.NaN));
    const weights = tracker.weights(logs.map(Number.isFinite));
    const isAny = weights.some((weight) => weight > 0);
    // A weight of 0 belongs to a member without a forecast.
    const sum = weights.reduce((total, weight, member) => total + (weight > 0 ? weight * (logs[member] ?? 0) : 0), 0);
    result.forecast[time] = isAny ? Math.exp(sum) : Number.NaN;
    weights.forEach((weight, member) => {
      const column = result.weights[member];
      if (column !== undefined) column[time] = weight;
    });
  }
  return { ...result, record: tracker.record() };
}

interface LossTracker {
  /** Losses of one time; NaN for members without a forecast. */
  add(losses: readonly number[], atSec: number): void;
  /** Weights of the members that are there, sum 1; 0 for the others. */
  weights(isThere: readonly boolean[]): readonly number[];
  record(): LossRecord;
}

function createLossTracker(
  { prior, halfLifeDays, priorDays, power }: CombinationSettings,
  start?: LossRecord,
): LossTracker {
  const sums = Float64Array.from(start?.sums ?? new Float64Array(prior.length));
  const masses = Float64Array.from(start?.masses ?? new Float64Array(prior.length));
  let lastSec = start?.lastSec ?? Number.NaN;
  return {
    record: () => ({ sums: [...sums], masses: [...masses], lastSec: Number.isNaN(lastSec) ? null : lastSec }),
    add: (losses, atSec) => {
      if (!losses.some(Number.isFinite)) return;
      const days = Number.isNaN(lastSec) ? 0 : (atSec - lastSec) / SECONDS_PER_DAY;
      const kept = 2 ** (-days / halfLifeDays);
      // A loss stands for the time since the one before it, so that the step of the grid does not matter.
      const share = Math.min(1, Math.max(days, 1 / 24));
      losses.forEach((loss, member) => {
        const isKnown = Number.isFinite(loss);
        masses[member] = kept * (masses[member] ?? 0) + (isKnown ? share : 0);
        sums[member] = kept * (sums[member] ?? 0) + (isKnown ? share * loss : 0);
      });
      lastSec = atSec;
    },
    weights: (isThere) => {
      const total = masses.reduce((a, b) => a + b, 0);
      const common = sums.reduce((a, b) => a + b, 0) / total;
      const raw = prior.map((weight, member) => {
        if (isThere[member] !== true) return 0;
        if (!(common > 0)) return weight;
        const loss = ((sums[member] ?? 0) + priorDays * common) / ((masses[member] ?? 0) + priorDays);
        return weight * (loss / common) ** -power;
      });
      const sum = raw.reduce((a, b) => a + b, 0);
      return raw.map((weight) => (sum > 0 ? weight / sum : 0));
    },
  };
}
