/** Quotes of the listed options of one asset at one time. */
import type { Provenance } from "./market.ts";
import type { OptionSeries } from "./positions.ts";

/** One listed option as quoted. */
export interface ChainQuote extends Pick<OptionSeries, "kind" | "strike" | "expirySec"> {
  /** Best bid and ask, coins per contract, ≥ 0; `null` where nobody quotes. They may be crossed. */
  readonly bid: number | null;
  readonly ask: number | null;
  /** Price of the future of the expiry when the option was quoted, USD, > 0. */
  readonly future: number;
}

/** All quotes of one asset at one time. */
export interface OptionChain extends Provenance {
  readonly kind: "chain";
  readonly asset: string;
  /** Price of the asset when the options were quoted, USD, > 0. */
  readonly index: number;
  readonly quotes: readonly ChainQuote[];
}
