/** Writers with bounded rationality: they weigh premium, capital and the risk of a liquidation, and choose by logit response. */
import { payoffBounds } from "../../domain/positions.ts";
import { BPS, SECONDS_PER_YEAR, toFixedPoint } from "../../domain/units.ts";
import { normalCdf } from "../../math/special-functions.ts";
import { roundSize } from "../agents/position-plan.ts";
import type { Moment } from "../vault/market-moment.ts";
import type { PlannedShort } from "../vault/opening-plan.ts";

/** What a writer is asked for, basis points of L − I. */
export interface WriterQuote {
  /** ρ that the opening must meet. */
  readonly rhoInitialBps: number;
  /** ρ below which a liquidation begins, as expected. */
  readonly rhoMaintenanceBps: number;
  readonly piBps: number;
}

/** Tastes of writers. */
export interface WriterHabits {
  /** Cost of capital, decimal a year. */
  readonly capitalRate: number;
  /** Share of the option's value that is premium beyond its fair price. */
  readonly edgeShare: number;
  /** Temperature τ of the logit response, share of notional: at 0 the best choice is always taken. */
  readonly temperature: number;
}

/** One thing that a writer may do. */
export interface WriterChoice {
  /** Share of the size on offer; 0 is to stay out. */
  readonly sizeShare: number;
  /** Collateral as a multiple of what is asked, basis points. */
  readonly multipleBps: bigint;
}

/**
 * 10 % a year is what USDC and ETH lenders of 2021–2025 could earn at most for long; a tenth of the premium is near the mean gap of
 * implied and realised volatility (the simulator's `impliedVolPremium` 1.2 at a vega-weighted half); 10 bp decide about a trade.
 */
export const DEFAULT_WRITER: WriterHabits = { capitalRate: 0.1, edgeShare: 0.1, temperature: 0.001 };

const STAY_OUT: WriterChoice = { sizeShare: 0, multipleBps: BigInt(BPS) };
const SIZE_SHARES = [0.5, 1] as const;
const MULTIPLES_BPS = [10_200n, 11_000n, 12_500n, 16_000n] as const;

/** All that writers choose among; the first is to stay out. */
export const WRITER_CHOICES: readonly WriterChoice[] = [
  STAY_OUT,
  ...SIZE_SHARES.flatMap((sizeShare) => MULTIPLES_BPS.map((multipleBps) => ({ sizeShare, multipleBps }))),
];

const E8_DECIMALS = 8;

/**
 * Expected gain of a choice, share of the notional on offer: premium beyond fair value, less capital cost to expiry, less the
 * chance of a liquidation times its penalty. That chance is the one of a driftless walk to touch the price of health 1 before
 * expiry, 2 Φ(−d/(σ√T)) (reflection principle).
 */
export function choiceUtility(
  choice: WriterChoice,
  offer: { readonly plan: PlannedShort; readonly moment: Moment; readonly quote: WriterQuote },
  { capitalRate, edgeShare }: Omit<WriterHabits, "temperature">,
): number {
  const { plan, moment, quote } = offer;
  if (choice.sizeShare === 0) return 0;
  const { price, timeSec, hour } = moment;
  const { intrinsic, maxLoss } = payoffBounds(plan, price);
  const room = maxLoss - intrinsic;
  const collateral = Math.min(
    maxLoss,
    ((intrinsic + (quote.rhoInitialBps / BPS) * room) * Number(choice.multipleBps)) / BPS,
  );
  const years = (plan.expirySec - timeSec) / SECONDS_PER_YEAR;
  const distance = Math.abs(Math.log(touchPrice(plan, collateral, quote.rhoMaintenanceBps / BPS) / price));
  const touched = Math.min(1, 2 * normalCdf(-distance / (hour.impliedVol * Math.sqrt(years))));
  const unit = plan.kind === "put" ? price : 1;
  const gain = edgeShare * moment.value(plan) - capitalRate * collateral * years - touched * (quote.piBps / BPS) * room;
  return (choice.sizeShare * gain) / unit;
}

/** Price at which collateral c is worth exactly M(ρ): health 1. In the money I + ρ(L − I) = c has one root; 0 or ∞ where none. */
function touchPrice({ kind, strike }: PlannedShort, collateral: number, rho: number): number {
  if (kind === "put") {
    return collateral >= strike ? Number.MIN_VALUE : Math.max(Number.MIN_VALUE, (strike - collateral) / (1 - rho));
  }
  return collateral >= 1 ? Number.MAX_VALUE : (strike * (1 - rho)) / (1 - collateral);
}

/** Logit response: probabilities ∝ exp(U/τ) (McFadden 1974). `[choices]` */
export function choiceProbabilities(utilities: readonly number[], temperature: number): readonly number[] {
  const best = Math.max(...utilities);
  const weights = utilities.map((utility) => Math.exp((utility - best) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** The short as its writer opens it; `null` when he stays out. @param luck uniform on [0, 1). */
export function chooseOpening(
  offer: { readonly plan: PlannedShort; readonly moment: Moment; readonly quote: WriterQuote },
  habits: WriterHabits,
  luck: number,
): PlannedShort | null {
  const utilities = WRITER_CHOICES.map((choice) => choiceUtility(choice, offer, habits));
  let left = luck;
  const place = choiceProbabilities(utilities, habits.temperature).findIndex((probability) => {
    left -= probability;
    return left < 0;
  });
  const { sizeShare, multipleBps } = WRITER_CHOICES[place] ?? STAY_OUT;
  if (sizeShare === 0) return null;
  const size = roundSize(offer.plan.size * sizeShare);
  return { ...offer.plan, size, sizeE8: toFixedPoint(size, E8_DECIMALS), multipleBps };
}
