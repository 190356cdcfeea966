/** Positions for a benchmark: any number of them over few series, sizes and collateral as writers choose them. */
import type { AssetSymbol } from "../../oracle/domain/market.ts";
import { EXPIRY_SECOND_OF_DAY, SECONDS_PER_DAY } from "../../oracle/domain/units.ts";
import { createRng } from "../../oracle/math/rng.ts";
import type { PlannedPosition } from "../../oracle/simulation/agents/position-plan.ts";

/** What a plan is made for. */
export interface BenchPlanRequest {
  readonly spot: ReadonlyMap<AssetSymbol, number>;
  /** A midnight, seconds. */
  readonly startSec: number;
  readonly positions: number;
  readonly writers: number;
  /** Strike over spot of the puts and calls of every asset and expiry. */
  readonly moneyness: { readonly put: readonly number[]; readonly call: readonly number[] };
  /** Days from the start to each expiry. */
  readonly tenorDays: readonly number[];
}

/** 2 assets × 2 kinds × 6 strikes × 4 expiries = 96 series. */
export const BENCH_MONEYNESS = {
  put: [0.75, 0.85, 0.92, 0.97, 1.02, 1.1],
  call: [0.9, 0.98, 1.03, 1.08, 1.15, 1.3],
} as const;
export const BENCH_TENOR_DAYS = [3, 8, 21, 60] as const;
const SIZE_DECIMALS = 3;
/** Contracts in USD of notional, from a retail position to one that moves the book. */
const NOTIONAL_USD = { least: 20_000, most: 400_000 } as const;
/** Collateral over the requirement at opening. */
const COLLATERAL = { least: 1.02, spread: 0.6 } as const;

/** Spreads positions evenly over all series; equal requests give equal plans. */
export function planBenchPositions(request: BenchPlanRequest): readonly PlannedPosition[] {
  const rng = createRng("bench-positions");
  const series = [...request.spot].flatMap(([asset, spot]) =>
    (["put", "call"] as const).flatMap((kind) =>
      request.moneyness[kind].flatMap((moneyness) =>
        request.tenorDays.map((days) => ({
          asset,
          kind,
          strike: Math.round(spot * moneyness),
          expirySec: request.startSec + days * SECONDS_PER_DAY + EXPIRY_SECOND_OF_DAY,
          spot,
        })),
      ),
    ),
  );
  return Array.from({ length: request.positions }, (_, index) => {
    const { spot, ...option } = series[index % series.length] ?? noSeries();
    const notional = NOTIONAL_USD.least + (NOTIONAL_USD.most - NOTIONAL_USD.least) * rng.uniform() ** 2;
    return {
      ...option,
      size: Number((notional / spot).toFixed(SIZE_DECIMALS)),
      writer: index % request.writers,
      collateralMultiple: COLLATERAL.least + COLLATERAL.spread * rng.uniform(),
      isDiligent: false,
    };
  });
}

function noSeries(): never {
  throw new RangeError("A plan needs an asset, a moneyness and an expiry.");
}
