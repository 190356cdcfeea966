/** How much margin to post or to bring home around a trade, and how far the trade has to shrink where margin ends. Pure. */

/** Shares of the notional that the hedger keeps at the venue. */
export interface MarginPolicy {
  /** What a position is given. */
  readonly target: number;
  /** Below it nothing may grow, and what stands shrinks; above every venue's initial margin for the coins. */
  readonly least: number;
  /** Above it the surplus comes home. */
  readonly most: number;
}

/** Start values: large venues ask for a tenth initially and half of it to stay; a coin falls by a seventh on bad days. */
export const MARGIN_POLICY: MarginPolicy = { target: 0.25, least: 0.15, most: 0.5 };

/** Money and coins of a mandate around a trade. */
export interface MarginInput {
  readonly position: number;
  /** Coins to trade, 0 for none. */
  readonly trade: number;
  /** USD. */
  readonly spot: number;
  readonly equityUsd: number;
  /** What may still be posted: room under the cap and capital at hand, the lesser. */
  readonly roomUsd: number;
}

/** What to do, in this order: post, trade or shrink, bring home. */
export interface MarginPlan {
  readonly postUsd: number;
  /** As asked for, or less where margin ends. */
  readonly trade: number;
  readonly isCapped: boolean;
  readonly homeUsd: number;
}

/** Plans margin and trade. Without a trade a position whose margin has run low is topped up, or else shrunk to what it has. */
export function planMargin(input: MarginInput, policy: MarginPolicy = MARGIN_POLICY): MarginPlan {
  const { position, trade, spot, equityUsd, roomUsd } = input;
  const after = Math.abs(position + trade);
  const wantedUsd = after * spot * policy.target;
  const isLow = equityUsd < after * spot * (trade === 0 ? policy.least : policy.target);
  const postUsd = isLow ? Math.min(Math.max(0, wantedUsd - equityUsd), Math.max(0, roomUsd)) : 0;
  const held = Math.max(0, equityUsd + postUsd);
  const affordable = held / (spot * policy.least);
  if (after > affordable) return { postUsd, ...shrunk(input, affordable), isCapped: true, homeUsd: 0 };
  const surplusUsd = held > after * spot * policy.most ? held - wantedUsd : 0;
  return { postUsd, trade, isCapped: false, homeUsd: postUsd > 0 ? 0 : surplusUsd };
}

/** Towards the affordable size, whatever was asked for: less of a growing trade, or a smaller position. */
function shrunk({ position, trade }: MarginInput, affordable: number): Pick<MarginPlan, "trade"> {
  const side = Math.sign(position + trade);
  // From zero, so that no trade has no sign.
  return { trade: 0 + side * affordable - position };
}
