/** No-transaction bands from theory: what the hedger must beat, is drawn towards, and gives way to where it may not speak. */
import { normalPdf } from "../../math/special-functions.ts";
import type { HedgeState } from "./hedge-features.ts";

/** What the width depends on. */
export interface BandTerms {
  /** Proportional cost, share of a trade's value, ≥ 0. */
  readonly cost: number;
  /** Spot over strike and the deviation to expiry, > 0. */
  readonly spotOverStrike: number;
  readonly deviation: number;
}

/** Risk aversion a coin's value that came out best on drawn paths at 20 bp (docs/models/hedger.md). */
export const USUAL_AVERSION = 1_000;

/**
 * Half width of Whalley and Wilmott ("An asymptotic analysis of an optimal hedging model for option pricing with transaction
 * costs", Mathematical Finance 7, 1997, eq. 3.10): `(3/2 · c·S·Γ²/λ)^(1/3)`, coins, with spot as the unit of money.
 *
 * @param aversion λ per unit of spot, > 0.
 * @param density φ(d₁) at the state, from which Γ = φ/(S·deviation).
 */
export function whalleyWilmott(
  { cost, deviation }: Pick<BandTerms, "cost" | "deviation">,
  density: number,
  aversion: number,
): number {
  const gamma = density / deviation;
  return Math.cbrt((1.5 * cost * gamma * gamma) / aversion);
}

/** Delta ± the width of Whalley and Wilmott, coins of the linear hedge of a call. */
export function theoryBand(state: HedgeState): readonly [lower: number, upper: number] {
  const { spotOverStrike, deviation, delta } = state;
  const density = normalPdf(Math.log(spotOverStrike) / deviation + deviation / 2);
  const width = whalleyWilmott(state, density, USUAL_AVERSION);
  return [delta - width, delta + width];
}
