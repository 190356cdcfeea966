/** Quotes of a chain whose true smile is known: one normalised smile at every expiry, prices on ticks around it. */
import type { ChainQuote } from "../../../oracle/domain/option-chain.ts";
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { sviVariance } from "../../../oracle/math/svi.ts";
import { outOfTheMoneyPrice } from "../../../oracle/models/surface/fit-slice.ts";
import { sliceOf, USUAL_SMILE } from "../../../oracle/models/surface/svi-point.ts";

/** Time of the chain, seconds. */
export const CHAIN_AT_SEC = 1_772_000_000;
const FUTURE = 60_000;
const TICK = 0.0001;
const DAYS = [2, 9, 30, 91, 270];

/** What the chain is made of. */
export interface QuotedChainOptions {
  readonly seed: string;
  /** Volatility of the expiry in `DAYS` order; 0.5 throughout by default. */
  readonly vols?: readonly number[];
  /** True forward over the quoted future. */
  readonly forwardRatio?: number;
  /** Half spread, ticks. */
  readonly halfTicks?: number;
}

/** 21 strikes at each of five expiries, calls and puts. */
export function quotedChain({
  seed,
  vols = [],
  forwardRatio = 1,
  halfTicks = 3,
}: QuotedChainOptions): readonly ChainQuote[] {
  const rng = createRng(seed);
  return DAYS.flatMap((days, place) => {
    const tenorYears = days / 365;
    const scale = (vols[place] ?? 0.5) * Math.sqrt(tenorYears);
    const slice = sliceOf(USUAL_SMILE, scale);
    return Array.from({ length: 21 }, (_, step) => FUTURE * Math.exp(((step - 10) / 4) * scale)).flatMap((strike) => {
      const logMoneyness = Math.log(strike / (FUTURE * forwardRatio));
      const isCall = logMoneyness >= 0;
      const deviation = Math.sqrt(sviVariance(slice, logMoneyness));
      const fair = outOfTheMoneyPrice({ logMoneyness, deviation, isCall });
      return (["call", "put"] as const).map((kind) => {
        const value = fair + (isCall === (kind === "call") ? 0 : Math.abs(Math.expm1(logMoneyness)));
        const middle = value / TICK + (rng.uniform() - 0.5);
        return {
          kind,
          strike,
          expirySec: CHAIN_AT_SEC + days * SECONDS_PER_DAY,
          bid: TICK * Math.max(0, Math.floor(middle - halfTicks)),
          ask: TICK * Math.ceil(middle + halfTicks),
          future: FUTURE,
        };
      });
    });
  });
}
