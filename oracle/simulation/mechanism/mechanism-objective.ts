/** What a mechanism costs everybody, in one unit: basis points of outstanding notional a year. */
import type { MechanismFigures } from "./evaluate-candidate.ts";

/** Prices of what is not money yet. */
export interface ObjectiveWeights {
  /** Cost of locked capital, decimal a year. */
  readonly capitalRate: number;
  /** A basis point of bad debt is worth this many of certain cost: it falls on holders, and ends trust. */
  readonly badDebt: number;
  /** Weight of the mean bad debt of the worst tenth of worlds, as a share of that. */
  readonly tail: number;
  /** Basis points a year for every wrongful liquidation of a hundred openings, beyond what it was charged. */
  readonly wrongful: number;
  /** Weight of the attacker's best gains from feed and timing: one attack a year on this share of the notional. */
  readonly attack: number;
  /** Basis points for every percent of the offers that the reviewed configuration would have written and this does not. */
  readonly volume: number;
}

/** Ten per cent is what writers reckon with too (`logit-writer.ts`); a bad debt counts five times. */
export const DEFAULT_WEIGHTS: ObjectiveWeights = {
  capitalRate: 0.1,
  badDebt: 5,
  tail: 0.2,
  wrongful: 2,
  attack: 0.02,
  volume: 5,
};

const BPS = 10_000;
const PERCENT = 100;

/** The cost of a candidate; lower is better. @param written share of the offers that the reviewed configuration writes. */
export function mechanismCost(figures: MechanismFigures, weights: ObjectiveWeights, written: number): number {
  const { locked, badDebtBps, badDebtTailBps, chargeBps, wrongfulPercent, attackBps } = figures;
  return (
    weights.capitalRate * locked * BPS +
    weights.badDebt * (badDebtBps + weights.tail * badDebtTailBps) +
    chargeBps +
    weights.wrongful * wrongfulPercent +
    weights.attack * (attackBps.feed + attackBps.timing) +
    weights.volume * PERCENT * Math.max(0, written - figures.written)
  );
}
