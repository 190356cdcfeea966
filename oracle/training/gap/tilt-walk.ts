/** Walks a tilt by daily signals forward over time: refitted on what was known, applied to what came after. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { GAP_SIDES, type GapPath } from "../../models/gap/adverse-gaps.ts";
import { MOMENT_ROWS } from "../../models/gap/gap-settings.ts";
import { type DailySignal, signalScore } from "../volatility/daily-signal.ts";
import { fitTilt } from "./fit-tilt.ts";

const REFIT_DAYS = 180;
const REFIT_SEC = REFIT_DAYS * SECONDS_PER_DAY;
/** Fits read every other moment: neighbours share most of their horizon. */
const FIT_ROWS = 2 * MOMENT_ROWS;

/** One asset of a walk. */
export interface TiltMarket {
  /** Beginning of each bar, seconds. `[n]` */
  readonly startSec: Float64Array;
  readonly forecast: GapPath;
  readonly moves: GapPath;
  /** Signals of the family, as this asset sees them. */
  readonly signals: readonly DailySignal[];
}

/** A market with the scores of its days. */
interface ScoredMarket extends TiltMarket {
  /** Scores at a row, 0 where unknown; `null` where all are. */
  readonly scoresAt: (row: number) => Float64Array | null;
}

/**
 * Tilted forecasts of all markets; the exponents are common to them, for each signal one for both directions and one against.
 *
 * @param horizonHours of forecasts and moves.
 * @returns NaN before the first fit, which needs 180 days with signals, and where no signal is known. `[market]`
 */
export function tiltWalk(markets: readonly TiltMarket[], horizonHours: number): readonly GapPath[] {
  const scored = markets.map(withScores);
  const firstSec = Math.min(...scored.map(firstKnown));
  const tilted = scored.map(({ startSec }) => ({ fall: blank(startSec.length), rise: blank(startSec.length) }));
  const endSec = Math.max(...scored.map(({ startSec }) => startSec.at(-1) ?? Number.NEGATIVE_INFINITY));
  for (let fitSec = firstSec + REFIT_SEC; fitSec <= endSec; fitSec += REFIT_SEC) {
    const exponents = fitTilt(rowsBefore(scored, fitSec - (horizonHours + 1) * SECONDS_PER_HOUR));
    scored.forEach((market, place) => {
      const path = tilted[place];
      if (path !== undefined) apply(market, { path, exponents, fromSec: fitSec });
    });
  }
  return tilted;
}

function withScores(market: TiltMarket): ScoredMarket {
  const byDay = new Map<number, Float64Array | null>();
  const scoresOn = (day: number): Float64Array | null => {
    const scores = Float64Array.from(market.signals, (signal) => signalScore(signal, day));
    return scores.some(Number.isFinite) ? scores.map((score) => (Number.isFinite(score) ? score : 0)) : null;
  };
  return {
    ...market,
    scoresAt: (row) => {
      const day = Math.floor((market.startSec[row] ?? Number.NaN) / SECONDS_PER_DAY);
      const known = byDay.get(day);
      const scores = known === undefined ? scoresOn(day) : known;
      byDay.set(day, scores);
      return scores;
    },
  };
}

function firstKnown({ startSec, forecast, scoresAt }: ScoredMarket): number {
  const row = startSec.findIndex((_, place) => Number.isFinite(forecast.fall[place]) && scoresAt(place) !== null);
  return row < 0 ? Number.POSITIVE_INFINITY : (startSec[row] ?? Number.POSITIVE_INFINITY);
}

/** Every score for both directions, then with the sign of the direction. */
function regressors(scores: Float64Array, sign: number): Float64Array {
  return Float64Array.from([...scores, ...scores.map((score) => sign * score)]);
}

function signOf(side: (typeof GAP_SIDES)[number]): number {
  return side === "fall" ? 1 : -1;
}

function rowsBefore(markets: readonly ScoredMarket[], untilSec: number): Parameters<typeof fitTilt>[0] {
  const found = markets.flatMap(({ startSec, forecast, moves, scoresAt }) => {
    const rows = Array.from(startSec.keys()).filter((row) => row % FIT_ROWS === 0 && (startSec[row] ?? 0) <= untilSec);
    return rows.flatMap((row) => {
      const scores = scoresAt(row);
      if (scores === null) return [];
      const entries = GAP_SIDES.map((side) => ({
        signals: regressors(scores, signOf(side)),
        gap: forecast[side][row] ?? Number.NaN,
        move: moves[side][row] ?? Number.NaN,
      }));
      return entries.filter(({ gap, move }) => gap > 0 && Number.isFinite(move));
    });
  });
  return {
    signals: found.map(({ signals }) => signals),
    gaps: Float64Array.from(found, ({ gap }) => gap),
    moves: Float64Array.from(found, ({ move }) => move),
  };
}

interface Application {
  readonly path: GapPath;
  readonly exponents: Float64Array;
  readonly fromSec: number;
}

function apply({ startSec, forecast, scoresAt }: ScoredMarket, { path, exponents, fromSec }: Application): void {
  startSec.forEach((start, row) => {
    // The first bar that begins after the fit; later fits overwrite what comes after them.
    if (start < fromSec || start >= fromSec + REFIT_SEC || row % MOMENT_ROWS !== 0) return;
    const scores = scoresAt(row);
    if (scores === null) return;
    for (const side of GAP_SIDES) {
      const tilt = regressors(scores, signOf(side)).reduce((sum, x, place) => sum + x * (exponents[place] ?? 0), 0);
      path[side][row] = (forecast[side][row] ?? Number.NaN) * Math.exp(tilt);
    }
  });
}

function blank(rows: number): Float64Array {
  return new Float64Array(rows).fill(Number.NaN);
}
