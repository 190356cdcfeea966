/** Hedging mandates of a deployment by their names, with terms as the chain takes them. */
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { DeploymentConfig } from "./deployment-config.ts";
import type { Parties } from "./parties.ts";

type MarketHedge = NonNullable<DeploymentConfig["markets"][number]["hedge"]>;

/** A mandate as the configuration knows it. */
export interface ConfiguredHedge {
  readonly marketId: number;
  /** Name of the mandate in a deployment. */
  readonly name: string;
  /** Name of its venue in a deployment. */
  readonly venueName: string;
  /** Address, or `test` for a venue that the deployment makes. */
  readonly venue: MarketHedge["venue"];
  readonly terms: MarketHedge["terms"];
}

/** Begins the name of every mandate. */
export const HEDGE_PREFIX = "hedge";

/** Mandates in the order of their markets. */
export function hedgesOf({ markets }: Pick<DeploymentConfig, "markets">): readonly ConfiguredHedge[] {
  return markets.flatMap(({ asset, hedge }, index) =>
    hedge === undefined
      ? []
      : [{ marketId: index + 1, name: `${HEDGE_PREFIX}${asset}`, venueName: `perp${asset}`, ...hedge }],
  );
}

/**
 * Terms of a mandate as `MandateTerms` has them.
 *
 * @throws PlimsollError `PARTIES_MISMATCH` where nobody is named who hedges.
 */
export function mandateTerms({ terms, name }: ConfiguredHedge, { hedge }: Pick<Parties, "hedge">) {
  if (hedge === undefined) {
    throw new PlimsollError({
      code: "PARTIES_MISMATCH",
      problem: `The configuration has the mandate ${name}, but no party may hedge.`,
      remedy: "Name hedger and reporter under hedge in parties.json, or take the mandate out of config.json.",
      context: { name },
    });
  }
  const { maxMargin, maxSizeE8, toleranceE8, maxTurnoverE8, ...numbers } = terms;
  return {
    ...hedge,
    ...numbers,
    maxMargin: BigInt(maxMargin),
    maxSizeE8: BigInt(maxSizeE8),
    toleranceE8: BigInt(toleranceE8),
    maxTurnoverE8: BigInt(maxTurnoverE8),
  };
}
