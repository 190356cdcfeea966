/** Ignition part: who may trip the oracle's breaker, and the opt-in history of its parameters. */
import type { NamedArtifactContractAtFuture } from "@nomicfoundation/ignition-core";
import { zeroAddress } from "viem";
import type { DeploymentConfig } from "../deployment-config.ts";
import type { Parties } from "../parties.ts";
import type { Builder, Contract, Future } from "./governance.ts";

/** What sentinel and history stand on. */
export interface WatchGround {
  readonly config: DeploymentConfig;
  readonly parties: Parties;
  readonly authority: Contract;
  readonly riskOracle: Contract;
  /** The same, by its interface. */
  readonly oracleCalls: NamedArtifactContractAtFuture<string>;
  readonly priceGuard: Contract;
}

/** Contracts and calls of the part. */
export interface WatchPart {
  readonly contracts: { readonly sentinel: Contract; readonly riskHistory: Contract };
  readonly connected: readonly Future[];
}

/** Adds sentinel and history to a module, and names guardian and sentinel to the oracle. */
export function deployWatch(m: Builder, ground: WatchGround): WatchPart {
  const { config, parties, authority, riskOracle, oracleCalls, priceGuard } = ground;
  const { sequencer } = config.prices;
  const sentinel = m.contract("OracleSentinel", [
    {
      oracle: riskOracle,
      priceGuard,
      sequencerFeed: sequencer?.feed ?? zeroAddress,
      sequencerGraceSec: sequencer?.graceSec ?? 0,
      heartbeatSec: config.oracle.heartbeatSec,
    },
  ]);
  const riskHistory = m.contract("RiskHistory", [authority, riskOracle]);
  const watched = m.call(oracleCalls, "setWatch", [parties.guardian, sentinel], { id: "set_watch" });
  return { contracts: { sentinel, riskHistory }, connected: [watched] };
}
