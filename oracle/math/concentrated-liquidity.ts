/** How far a trade moves the price of a constant-product pool whose liquidity is concentrated between ticks, and what it exchanges. */

/** Liquidity that begins (positive) or ends (negative) when the price rises through a tick. */
export interface LiquidityStep {
  readonly tick: number;
  readonly net: bigint;
}

/** Liquidity around a price. Prices are raw token units of token 1 for one of token 0. */
export interface LiquidityCurve {
  /** Root of the price. */
  readonly rootPrice: number;
  /** Tick that the price stands in; at a tick's own price it says on which side. */
  readonly tick: number;
  /** Liquidity in use there, √(token 0 × token 1) in raw units. */
  readonly liquidity: bigint;
  /** Ascending by tick; every step between the price and where it is moved to. */
  readonly steps: readonly LiquidityStep[];
}

/** What was exchanged on the way, raw units, both at least 0, without fees. */
export interface Exchanged {
  readonly amount0: number;
  readonly amount1: number;
}

/** Price of one tick (Uniswap v3 white paper, equation 6.1). */
const TICK_BASE = 1.0001;
const HALF_LOG_BASE = Math.log(TICK_BASE) / 2;

/** Root of the price at a tick. */
export function rootPriceAt(tick: number): number {
  return Math.exp(tick * HALF_LOG_BASE);
}

/** Tick that a root of a price lies in, rounded down; within one of the pool's own at a tick's very price. */
export function tickOf(rootPrice: number): number {
  return Math.floor(Math.log(rootPrice) / HALF_LOG_BASE);
}

/**
 * What is exchanged until the root of the price has reached `target`, segment by segment (white paper, equations 6.14 and 6.16):
 * Δ1 = L·Δ√P and Δ0 = L·Δ(1/√P).
 *
 * @returns NaN for a price or target that is not positive.
 */
export function exchangedTo(curve: LiquidityCurve, target: number): Exchanged {
  const { rootPrice, tick, steps } = curve;
  if (!(rootPrice > 0 && target > 0)) return { amount0: Number.NaN, amount1: Number.NaN };
  const isRising = target > rootPrice;
  const ahead = isRising
    ? steps.filter((step) => step.tick > tick)
    : steps.filter((step) => step.tick <= tick).reverse();
  let from = rootPrice;
  let { liquidity } = curve;
  let [amount0, amount1] = [0, 0];
  const moveTo = (to: number): void => {
    const [low, high] = from < to ? [from, to] : [to, from];
    amount1 += Number(liquidity) * (high - low);
    amount0 += (Number(liquidity) * (high - low)) / (low * high);
    from = to;
  };
  for (const step of ahead) {
    const edge = rootPriceAt(step.tick);
    if (isRising ? edge >= target : edge <= target) break;
    moveTo(edge);
    liquidity += isRising ? step.net : -step.net;
  }
  moveTo(target);
  return { amount0, amount1 };
}
