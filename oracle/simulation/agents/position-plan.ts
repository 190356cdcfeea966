/** Which options the writers of a local run sell: calls and puts from deep in to deep out of the money. */
import type { AssetSymbol } from "../../domain/market.ts";
import type { OptionKind } from "../../domain/positions.ts";
import { EXPIRY_SECOND_OF_DAY, SECONDS_PER_DAY } from "../../domain/units.ts";

/** One short position that a writer opens at the start of a run. */
export interface PlannedPosition {
  readonly asset: AssetSymbol;
  readonly kind: OptionKind;
  /** USD, rounded to the strike grid of the asset. */
  readonly strike: number;
  readonly expirySec: number;
  /** Contracts. */
  readonly size: number;
  /** Index of the writer's account. */
  readonly writer: number;
  /** Collateral posted as a multiple of the requirement at opening; at least 1. */
  readonly collateralMultiple: number;
  /** A diligent writer adds collateral before the flag; others never do. */
  readonly isDiligent: boolean;
}

/** What the plan is made for. */
export interface PlanRequest {
  readonly spot: ReadonlyMap<AssetSymbol, number>;
  readonly startSec: number;
  /** Last market time of the run; some expiries lie before it, some after. */
  readonly endSec: number;
  readonly writers: number;
}

/** Strike over spot: puts and calls from deep out of to deep in the money. */
const PUT_MONEYNESS = [0.7, 0.8, 0.9, 0.95, 1.0, 1.1, 1.3] as const;
const CALL_MONEYNESS = [0.75, 0.9, 1.0, 1.05, 1.1, 1.25, 1.5] as const;
/** Contracts in USD of notional: from a retail position to one that is large against the book. */
const NOTIONALS_USD = [20_000, 60_000, 150_000, 400_000] as const;
const COLLATERAL_MULTIPLES = [1.02, 1.1, 1.25, 1.6] as const;
const EVERY_WHICH_IS_DILIGENT = 5;
/** Three significant digits: 30 123 becomes 30 100. */
const STRIKE_DIGITS = 3;
const SIZE_DECIMALS = 3;
/** Expiries as shares of the run; the last one lies beyond its end. */
const EXPIRY_SHARES = [0.35, 0.7, 1, 2.5] as const;

/**
 * Plans the positions of a run: 14 an asset, spread over writers, sizes, expiries and collateral.
 *
 * @returns positions in the order in which they are opened; equal requests give equal plans.
 */
export function planPositions(request: PlanRequest): readonly PlannedPosition[] {
  const expiries = planExpiries(request);
  const plan: PlannedPosition[] = [];
  for (const [asset, spot] of request.spot) {
    const options = [
      ...PUT_MONEYNESS.map((moneyness) => ({ kind: "put" as const, moneyness })),
      ...CALL_MONEYNESS.map((moneyness) => ({ kind: "call" as const, moneyness })),
    ];
    for (const option of options) {
      const index = plan.length;
      plan.push({
        asset,
        kind: option.kind,
        strike: roundStrike(spot * option.moneyness),
        expirySec: pick(expiries, index),
        size: roundSize(pick(NOTIONALS_USD, index * 3 + 1) / spot),
        writer: index % request.writers,
        collateralMultiple: pick(COLLATERAL_MULTIPLES, index),
        isDiligent: index % EVERY_WHICH_IS_DILIGENT === 0,
      });
    }
  }
  return plan;
}

/** Expiries at 08:00 UTC, at least half a day after the start, ascending, without repeats. */
export function planExpiries(request: Pick<PlanRequest, "startSec" | "endSec">): readonly number[] {
  const span = request.endSec - request.startSec;
  const earliest = nextExpiry(request.startSec + SECONDS_PER_DAY / 2);
  const wanted = EXPIRY_SHARES.map((share) => Math.max(earliest, nextExpiry(request.startSec + share * span)));
  return [...new Set(wanted)];
}

/** First 08:00 UTC at or after a time. */
function nextExpiry(timeSec: number): number {
  const sinceEight = timeSec - EXPIRY_SECOND_OF_DAY;
  return Math.ceil(sinceEight / SECONDS_PER_DAY) * SECONDS_PER_DAY + EXPIRY_SECOND_OF_DAY;
}

/** Rounds a strike to the grid of three significant digits. */
export function roundStrike(strike: number): number {
  return Number(strike.toPrecision(STRIKE_DIGITS));
}

/** Rounds a size to thousandths of a coin, at least one. */
export function roundSize(size: number): number {
  return Math.max(Number(size.toFixed(SIZE_DECIMALS)), 10 ** -SIZE_DECIMALS);
}

/** The value whose turn it is. */
export function pick<Value>(values: readonly [Value, ...Value[]] | readonly Value[], index: number): Value {
  const value = values[index % values.length];
  if (value === undefined) throw new RangeError("A plan needs at least one expiry.");
  return value;
}
