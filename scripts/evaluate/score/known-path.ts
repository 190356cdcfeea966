/** One path that is known instead of simulated: what happened, or a move at once. */
import type { BarSeries } from "../../../oracle/domain/market.ts";
import type { OptionKind } from "../../../oracle/domain/positions.ts";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import type { AdversePaths } from "../../../oracle/scoring/adverse-paths.ts";

/** A path in the direction that hurts the writer. */
export interface KnownPath {
  readonly kind: OptionKind;
  /** USD. */
  readonly spot: number;
  readonly stepHours: number;
  /** Running worst move by the end of each step, log units ≥ 0. `[steps]` */
  readonly worstMoves: Float64Array;
  /** Shock that implied volatility has of its own, standard deviations. */
  readonly volShock: number;
}

/** The path as the scenario engine takes it. */
export function knownPath({ kind, spot, stepHours, worstMoves, volShock }: KnownPath): AdversePaths {
  const move = Array.from(worstMoves, (worst) => Float64Array.of(worst));
  const sign = kind === "put" ? -1 : 1;
  const logForward = move.map((moves) => moves.map((worst) => Math.log(spot) + sign * worst));
  return {
    kind,
    stepHours,
    rawMove: move,
    move,
    logReturn: move.map((moves) => moves.map((worst) => sign * worst)),
    forward: logForward.map((logs) => logs.map(Math.exp)),
    logForward,
    volShock: Float64Array.of(volShock),
    weights: null,
  };
}

/**
 * Running worst moves of whole hours after a time, from the highs and lows of bars.
 *
 * @param bars hourly.
 * @returns `null` when an hour is missing. `[hours]`
 */
export function worstMovesAfter(
  bars: BarSeries,
  { kind, spot }: Pick<KnownPath, "kind" | "spot">,
  { atSec, hours }: { readonly atSec: number; readonly hours: number },
): Float64Array | null {
  const first = bars.endSec.findLastIndex((endSec) => endSec <= atSec) + 1;
  const worstMoves = new Float64Array(hours);
  let worst = 0;
  for (let hour = 0; hour < hours; hour += 1) {
    if (bars.endSec[first + hour] !== atSec + (hour + 1) * SECONDS_PER_HOUR) return null;
    const [low, high] = [bars.low[first + hour] ?? Number.NaN, bars.high[first + hour] ?? Number.NaN];
    const move = kind === "put" ? Math.log(spot / low) : Math.log(high / spot);
    if (!Number.isFinite(move)) return null;
    worst = Math.max(worst, move);
    worstMoves[hour] = worst;
  }
  return worstMoves;
}
