/** What one operator's round needs, counts and returns. */
import type { DigestSigner } from "../chain/compact-signature.ts";
import type { ReportDomain } from "../chain/typed-data.ts";
import type { Outcome } from "../domain/errors.ts";
import type { Observation, QuorumReport } from "../domain/report.ts";
import type { Address } from "../domain/units.ts";
import type { Timers } from "../platform/timers.ts";
import type { ChainView } from "./aggregate.ts";
import type { EvidenceStore } from "./evidence.ts";
import type { SigningGuard } from "./signing-guard.ts";
import type { RoundMessage } from "./wire.ts";

/** Waiting times of a round, milliseconds. */
export interface RoundTiming {
  /** What a leader with 2f+1 observations waits for the rest. */
  readonly graceMs: number;
  /** After this long without a quorum the next operator in order may lead, and everyone repeats what it said. */
  readonly progressMs: number;
  /** After this long the round ends without a report. */
  readonly deadlineMs: number;
}

/** Facts of a round that all operators share. */
export interface RoundTerms {
  readonly self: Address;
  /** Signer addresses in signer order; a signer's index is its bit on chain. */
  readonly operators: readonly Address[];
  /** Tolerated faults; n ≥ 3f+1. */
  readonly f: number;
  /** Signatures that the chain asks for. */
  readonly threshold: number;
  readonly domain: ReportDomain;
  readonly view: ChainView;
  readonly timing: RoundTiming;
  /** Distance of the own ρ from the agreed one beyond which it is flagged as dissent, basis points. */
  readonly toleranceBps: number;
}

/** What the outside does for a round. */
export interface RoundDeps {
  readonly signer: DigestSigner;
  readonly guard: SigningGuard;
  readonly evidence: EvidenceStore;
  readonly timers: Timers;
  /** Sends to every other operator; messages may get lost. */
  broadcast(message: RoundMessage): void;
}

/** Why a round ended without a report; `nothing-to-report` when the chain would take nothing of what all agree on. */
export type RoundFault =
  | "too-few-observations"
  | "no-proposal"
  | "nothing-to-report"
  | "too-few-attestations"
  | "stopped";

/** What happened in a round, for the peer score card and the logs. */
export type RoundCount =
  | "wrongConfig"
  | "staleEpoch"
  | "futureEpoch"
  | "otherAnchor"
  | "invalidObservation"
  | "equivocation"
  | "badProposal"
  | "recomputationDiffers"
  | "invalidAttestation"
  | "guardConflict"
  | "takeover"
  | "dissentingPositions";

/** Counts that are not zero. */
export type RoundCounts = Readonly<Partial<Record<RoundCount, number>>>;

/** One operator's part in one round. */
export interface Round {
  /** Signs and sends the own observation; `null` when this operator abstains and only checks the others. */
  start(own: Observation | null): Promise<void>;
  /** Handles a message of an authenticated peer. */
  receive(message: RoundMessage, from: Address): Promise<void>;
  /**
   * The quorum report, or why there is none. Rejects with the guard's error when a signature could not be made safe.
   * The round goes on helping slower peers after it has resolved, until its deadline or {@link Round.stop}.
   */
  readonly result: Promise<Outcome<QuorumReport, RoundFault>>;
  counts(): RoundCounts;
  stop(): void;
}
