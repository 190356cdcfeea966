/** Forecasts surface factors by a random walk with a learned pull to their recent mean, behind a learned gate. */

/** Factors of one asset. Both in the order of time. */
export interface FactorHistory {
  /** Seconds, ascending. `[n]` */
  readonly atSec: Float64Array;
  /** Every row as `surfaceFactors` gives it. `[n][k]` */
  readonly factors: readonly Float64Array[];
}

/** Forecast made at one time. */
export interface FactorForecast {
  readonly atSec: number;
  /** Factors expected a horizon later. `[k]` */
  readonly expected: Float64Array;
  /** Share of the learned correction that is trusted, 0 (pure random walk) to 0.7. `[k]` */
  readonly gate: Float64Array;
  /** The first row from two hours before to six hours after the horizon's end, `null` for none: rows come every six hours. */
  readonly realised: Float64Array | null;
}

/** Chosen on the development span before its last fifth (docs/models/log.md, the surface). */
const MEAN_SPAN_SEC = 2 * 86_400;
const RIDGE = 0.3;
const GATE_ROWS = 30;
/**
 * A correction of 0.7 keeps nine tenths of what the whole one gains where it is right (1 − 0.3²), and loses half of what it loses where
 * there is nothing to correct (0.7²).
 */
const GREATEST_GATE = 0.7;
/** Below this many rows of all assets together nothing is learned. */
const LEAST_ROWS = 60;
/** Rows come about every six hours. The first in reach is taken, not the nearest: a later row must not change what was learned. */
const EARLY_SEC = 2 * 3_600;
const LATE_SEC = 6 * 3_600;

/** Sums over the rows of one asset and one factor that have come true. */
interface FactorSums {
  rows: number;
  /** Pull times change, pull squared, change squared. */
  pullChange: number;
  pullSquare: number;
  changeSquare: number;
  /** Of corrections that were made: their number, correction times change, correction squared. */
  made: number;
  madeChange: number;
  madeSquare: number;
}

interface Row {
  readonly asset: string;
  readonly atSec: number;
  readonly now: Float64Array;
  /** Recent mean less the value. `[k]` */
  readonly pull: Float64Array;
  readonly target: { readonly atSec: number; readonly factors: Float64Array } | null;
}

/**
 * Forecasts at every time of every history; each uses only what was known then, so the last one of an asset is its live forecast.
 *
 * The correction is `gate · c · (recent mean − value)`: `c ≥ 0` by ridge over all assets, each weighed by the inverse of its own mean
 * squared change, and the gate is 0.7 times the slope of what came true on the
 * corrections made so far, the slope in 0…1 and shrunk by their number.
 *
 * @param histories by asset; factors in one order throughout.
 * @param horizonSec > 0.
 */
export function forecastFactors(
  histories: ReadonlyMap<string, FactorHistory>,
  horizonSec: number,
): ReadonlyMap<string, readonly FactorForecast[]> {
  const rows = [...histories].flatMap(([asset, history]) => rowsOf({ asset, history }, horizonSec));
  rows.sort((left, right) => left.atSec - right.atSec);
  const sums = new Map<string, readonly FactorSums[]>();
  const forecasts = new Map<string, FactorForecast[]>([...histories.keys()].map((asset) => [asset, []]));
  const waiting: { readonly row: Row; readonly correction: Float64Array }[] = [];
  for (const row of rows) {
    settle(waiting, sums, row.atSec);
    const { correction, gate } = correct(row, sums);
    const expected = row.now.map((value, index) => value + (gate[index] ?? 0) * (correction[index] ?? 0));
    const realised = row.target?.factors ?? null;
    forecasts.get(row.asset)?.push({ atSec: row.atSec, expected, gate, realised });
    waiting.push({ row, correction });
  }
  return forecasts;
}

function rowsOf(
  { asset, history }: { readonly asset: string; readonly history: FactorHistory },
  horizonSec: number,
): readonly Row[] {
  let mean: Float64Array | null = null;
  return history.factors.map((now, place) => {
    const atSec = history.atSec[place] ?? Number.NaN;
    const before = history.atSec[place - 1] ?? atSec;
    const weight = 1 - Math.exp((before - atSec) / MEAN_SPAN_SEC);
    const previous: Float64Array = mean ?? now;
    const current = previous.map((value, index) => value + weight * ((now[index] ?? Number.NaN) - value));
    mean = current;
    const pull = current.map((value, index) => value - (now[index] ?? Number.NaN));
    return { asset, atSec, now, pull, target: targetOf(history, atSec + horizonSec) };
  });
}

function targetOf({ atSec, factors }: FactorHistory, dueSec: number): Row["target"] {
  const place = atSec.findIndex((time) => time >= dueSec - EARLY_SEC);
  const time = atSec[place] ?? Number.NaN;
  const found = factors[place];
  return found === undefined || !(time <= dueSec + LATE_SEC) ? null : { atSec: time, factors: found };
}

/** Takes up every waiting row whose target is known at `nowSec`. */
function settle(
  waiting: { readonly row: Row; readonly correction: Float64Array }[],
  sums: Map<string, readonly FactorSums[]>,
  nowSec: number,
): void {
  for (let place = waiting.length - 1; place >= 0; place -= 1) {
    const entry = waiting[place];
    if (entry === undefined || (entry.row.target !== null && entry.row.target.atSec > nowSec)) continue;
    waiting.splice(place, 1);
    if (entry.row.target === null) continue;
    const { asset, now, pull, target } = entry.row;
    const own = sums.get(asset) ?? Array.from(now, emptySums);
    sums.set(asset, own);
    own.forEach((sum, index) => {
      const change = (target.factors[index] ?? Number.NaN) - (now[index] ?? Number.NaN);
      if (Number.isFinite(change)) add(sum, { change, pull: pull[index] ?? 0, made: entry.correction[index] ?? 0 });
    });
  }
}

function emptySums(): FactorSums {
  return { rows: 0, pullChange: 0, pullSquare: 0, changeSquare: 0, made: 0, madeChange: 0, madeSquare: 0 };
}

function add(
  sum: FactorSums,
  { change, pull, made }: { readonly change: number; readonly pull: number; readonly made: number },
): void {
  sum.rows += 1;
  sum.pullChange += pull * change;
  sum.pullSquare += pull * pull;
  sum.changeSquare += change * change;
  sum.made += Number(made !== 0);
  sum.madeChange += made * change;
  sum.madeSquare += made * made;
}

function correct(row: Row, sums: ReadonlyMap<string, readonly FactorSums[]>) {
  const correction = row.pull.map((pull, index) => pull * coefficientOf(sums, index));
  const own = sums.get(row.asset);
  const gate = row.pull.map((_, index) => gateOf(own?.[index]));
  return { correction, gate };
}

function coefficientOf(sums: ReadonlyMap<string, readonly FactorSums[]>, index: number): number {
  let [rows, product, square] = [0, 0, 0];
  for (const own of sums.values()) {
    const sum = own[index];
    if (sum === undefined || sum.changeSquare === 0) continue;
    const weight = sum.rows / sum.changeSquare;
    rows += sum.rows;
    product += weight * sum.pullChange;
    square += weight * sum.pullSquare;
  }
  return rows < LEAST_ROWS || square === 0 ? 0 : Math.max(0, product / (square * (1 + RIDGE)));
}

function gateOf(sum: FactorSums | undefined): number {
  if (sum === undefined || sum.madeSquare === 0) return 0;
  const slope = Math.min(1, Math.max(0, sum.madeChange / sum.madeSquare));
  return (GREATEST_GATE * slope * sum.made) / (sum.made + GATE_ROWS);
}
