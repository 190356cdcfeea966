/** What an operator's thread is started with, and what it and the orchestrator say to each other. Plain data only. */
import type { BreakerReading, WithheldReason } from "../../domain/breaker.ts";
import type { CascadeState } from "../../domain/cascade.ts";
import type { CautionLimits, CautionState } from "../../domain/caution.ts";
import type { ContagionReport } from "../../domain/contagion.ts";
import type { DriftState } from "../../domain/drift.ts";
import type { FeedVerdict } from "../../domain/feed-verdict.ts";
import type { GreeksReport } from "../../domain/greeks.ts";
import type { JointRiskReport } from "../../domain/joint-risk.ts";
import type { LendingReading } from "../../domain/lending.ts";
import type { IngestionCounts } from "../../domain/market.ts";
import type { ModelIdentity } from "../../domain/prediction.ts";
import type { SurfaceState } from "../../domain/quoted-surface.ts";
import type { Anchor, QuorumReport } from "../../domain/report.ts";
import type { PositionScore } from "../../domain/score.ts";
import type { Address, Hex } from "../../domain/units.ts";
import type { LendingMarketSettings } from "../../ingestion/sources/lending/lending-settings.ts";
import type { PositionReject } from "../../ingestion/sources/source-positions.ts";
import type { DatabaseHandle } from "../../platform/database/database.ts";
import type { LogLevel } from "../../platform/logger.ts";
import type { MarketRequest } from "../open-market.ts";

/** A market of the price guard, as an operator needs it; sources name it by its id. */
export interface OperatorMarket {
  readonly marketId: number;
  readonly asset: string;
  readonly baseDecimals: number;
  readonly quoteDecimals: number;
}

/** Everything that makes one operator. */
export interface OperatorSettings {
  /** Place among the operators of this machine: names schema, guard file and log lines. */
  readonly index: number;
  /** Key that signs observations and reports. */
  readonly signerKey: Hex;
  /** Signer addresses in signer order. */
  readonly operators: readonly Address[];
  readonly threshold: number;
  /** Tolerated faults. */
  readonly f: number;
  readonly chain: { readonly rpcUrl: string; readonly chainId: number; readonly fromBlock: bigint };
  readonly contracts: {
    readonly oracle: Address;
    readonly signerRegistry: Address;
  };
  readonly markets: readonly OperatorMarket[];
  /** Lending markets whose loans belong to the book of forced selling; none are read without settings. */
  readonly lending: readonly LendingMarketSettings[];
  /** Milliseconds that a round waits for them. */
  readonly lendingBudgetMs: number;
  readonly market: MarketRequest;
  /** From where on this operator calls for caution; `null` never. */
  readonly caution: CautionLimits | null;
  /** This operator's own view of the market: independent noise and delay. */
  readonly noise: { readonly seed: string; readonly noiseBps: number; readonly delaySec: number };
  readonly guardPath: string;
  /** The operator has signed before. */
  readonly guardMustExist: boolean;
  readonly artifactsDir: string;
  readonly database: DatabaseHandle;
  readonly logLevel: LogLevel;
}

/** Orders to an operator. */
export type OperatorOrder =
  | { readonly kind: "peers"; readonly peers: readonly { readonly address: Address; readonly url: string }[] }
  | { readonly kind: "round"; readonly anchor: Anchor }
  | { readonly kind: "stop" };

/** What an operator says. */
export type OperatorNotice =
  | {
      readonly kind: "ready";
      readonly port: number;
      readonly models: readonly ModelIdentity[];
      readonly bundleHash: Hex;
    }
  | { readonly kind: "linked" }
  | { readonly kind: "round"; readonly result: OperatorRoundResult }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** One operator's account of one round. */
export interface OperatorRoundResult {
  readonly epoch: bigint;
  /** Quorum report, or why there is none. */
  readonly quorum: QuorumReport | null;
  readonly reason: string | null;
  /** The breaker at the anchor. */
  readonly breaker: BreakerReading;
  /** Why nothing was signed, because the breaker forbids it or cannot be read; `null` otherwise. */
  readonly withheld: WithheldReason | null;
  /** Values that were left out because they would lower a requirement while the breaker allows no loosening. */
  readonly looseningsLeftOut: number;
  /** Whether an own observation was made; it is signed unless the round is withheld. */
  readonly observed: boolean;
  /** Digest of the own observation, to show that operators differ. */
  readonly observationDigest: Hex | null;
  /** Whether a report counted the own observation, so that its inputs are kept to explain its scores. */
  readonly isExplainable: boolean;
  readonly scores: readonly PositionScore[];
  /** The same positions judged together. */
  readonly jointRisk: JointRiskReport;
  /** Their Greeks, at what the scores were made with. */
  readonly greeks: GreeksReport;
  /** How losses would travel through them. */
  readonly contagion: ContagionReport;
  /** How good the served quantiles have been, by asset. */
  readonly drift: readonly DriftState[];
  /** How likely forced selling is and how far it would go, by asset; none where it is not known. */
  readonly cascades: readonly CascadeState[];
  /** What this operator says of caution, by asset; none without limits. */
  readonly caution: readonly CautionState[];
  /** What the lending markets say, and what of them is missing. */
  readonly lending: Pick<LendingReading, "events" | "rejected"> & { readonly accounts: number };
  /** Surfaces of quoted options that the scores were made with, or why there is none, by asset. */
  readonly surfaces: readonly SurfaceState[];
  /** What the learned feed guard says of every asset. */
  readonly feeds: readonly FeedVerdict[];
  /** Position sources registered at the anchor. */
  readonly sourceCount: number;
  /** Positions that were not scored, by source and reason. */
  readonly rejected: readonly PositionReject[];
  readonly ingestion: IngestionCounts;
  /** Snapshot to quorum, milliseconds. */
  readonly durationMs: number;
  /** What was odd, e.g. `equivocation`, `guardConflict`. */
  readonly counts: Readonly<Record<string, number>>;
}
