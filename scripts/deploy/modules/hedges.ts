/** Ignition part: hedging mandates, and local perpetual contracts where the configuration asks for them. */
import type { DeploymentConfig } from "../deployment-config.ts";
import { hedgesOf, mandateTerms } from "../hedges.ts";
import type { Parties } from "../parties.ts";
import type { Builder, Contract } from "./governance.ts";

/** What the mandates stand on. */
export interface HedgeGround {
  readonly parties: Parties;
  readonly authority: Contract;
  readonly priceGuard: Contract;
  /** Fund of the quote token. */
  readonly fund: Contract | undefined;
  /** The quote token: made here, or known before. */
  readonly quote: Contract | string;
}

/** Contracts of the part by their names. */
export interface HedgesPart {
  readonly mandates: Readonly<Record<string, Contract>>;
  readonly venues: Readonly<Record<string, Contract>>;
}

/** Conditions of a local perpetual: half spread and fee of a taker, margins and funding of the order of large venues. */
const LOCAL_PERP = { costBps: 10, initialBps: 1_000, maintenanceBps: 500, penaltyBps: 100, fundingBpsPerDay: 1 };

/** Adds the mandates to a module. */
export function deployHedges(m: Builder, config: DeploymentConfig, ground: HedgeGround): HedgesPart {
  const mandates: Record<string, Contract> = {};
  const venues: Record<string, Contract> = {};
  const { fund, priceGuard } = ground;
  if (fund === undefined) return { mandates, venues };
  for (const hedge of hedgesOf(config)) {
    const { marketId, name, venueName } = hedge;
    if (hedge.venue === "test") {
      const args = [priceGuard, marketId, ground.quote, LOCAL_PERP];
      venues[venueName] = m.contract("TestPerp", args, { id: venueName });
    }
    const stands = { fund, venue: venues[venueName] ?? hedge.venue, priceGuard, marketId };
    const args = [ground.authority, stands, mandateTerms(hedge, ground.parties)];
    mandates[name] = m.contract("HedgeMandate", args, { id: name });
  }
  return { mandates, venues };
}
