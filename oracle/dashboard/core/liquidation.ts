/** From which price, and from which ρ, a position can be liquidated. Mirror of `lastHealthyPriceE8` in `rules/margin.ts`, in floating point. */

/** What the answer depends on. */
export interface LiquidationInput {
  readonly kind: "call" | "put";
  /** USD. */
  readonly strike: number;
  /** Coins for calls, USD for puts. */
  readonly collateralPerContract: number;
  readonly rhoBps: number;
  readonly health: number | null;
}

const BPS = 10_000;

/**
 * Price in USD beyond which health is below 1: a put below it, a call above it. 0 (put) or infinity (call) for a position
 * that no price can endanger; infinity (put) or 0 (call) for one that is liquidatable at any price.
 */
export function liquidationPrice({ kind, strike, collateralPerContract, rhoBps }: LiquidationInput): number {
  const rho = rhoBps / BPS;
  if (kind === "put") {
    if (collateralPerContract < rho * strike) return Number.POSITIVE_INFINITY;
    return collateralPerContract >= strike ? 0 : (strike - collateralPerContract) / (1 - rho);
  }
  if (collateralPerContract < rho) return 0;
  return collateralPerContract >= 1 ? Number.POSITIVE_INFINITY : (strike * (1 - rho)) / (1 - collateralPerContract);
}

/** ρ in basis points at which health would be 1 at the price of now; `null` where health is unknown or ρ is none. */
export function liquidationRhoBps({ rhoBps, health }: LiquidationInput): number | null {
  // Health is (c − I)/(ρ(L − I)): the same equity over a greater ρ.
  return health === null || health < 0 || rhoBps <= 0 ? null : health * rhoBps;
}
