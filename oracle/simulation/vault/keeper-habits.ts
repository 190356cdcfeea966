/** What a keeper asks for before it acts. */

/** Costs and demands of keepers. */
export interface KeeperHabits {
  /** Half spread paid to the holders, share of the option's value. */
  readonly halfSpread: number;
  /** Gas of flagging, buying, hedging and burning, USD. */
  readonly gasUsd: number;
  /** Least gain beyond all costs, share of what is traded: risk, capital and effort. */
  readonly leastGain: number;
}

/**
 * Keepers of the vault backtest: half spread as the keeper of a local run (`agents/liquidation-keeper.ts`), about 250 000 gas at
 * 20 gwei and 3 000 USD, any gain is enough.
 */
export const DEFAULT_KEEPER: KeeperHabits = { halfSpread: 0.02, gasUsd: 15, leastGain: 0 };
