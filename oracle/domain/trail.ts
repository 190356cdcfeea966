/** What a run leaves behind for those who look at it: past values, rounds, reports in full, bounds, and what went wrong. */
import type { RiskClass } from "./risk-class.ts";
import type { Address, Hex } from "./units.ts";

/** Values of one position at one time; `null` is unknown, never zero. */
export interface TrailPoint {
  /** Market time, seconds. */
  readonly atSec: number;
  /** Maintenance ρ in force, and at the end of the running ramp, basis points. */
  readonly rhoBps: number;
  readonly rhoTargetBps: number;
  readonly piBps: number;
  /** 0…600. */
  readonly score: number;
  readonly health: number | null;
  /** ρ and π of the first operator before the chain's rules had their say, basis points; `null` when it did not score. */
  readonly scoredRhoBps: number | null;
  readonly scoredPiBps: number | null;
}

/** Past of one position. */
export interface PositionTrail {
  readonly source: Address;
  readonly id: string;
  readonly classId: number;
  /** The oldest first. */
  readonly points: readonly TrailPoint[];
}

/** How rounds end. */
export const ROUND_FATES = ["quorum", "withheld", "vetoed", "empty", "failed"] as const;

/** One operator's part in one round. */
export interface RoundVoice {
  readonly operator: Address;
  /** Made an observation of its own. */
  readonly observed: boolean;
  /** Holds a report that a quorum has signed. */
  readonly agreed: boolean;
  /** Signed the report that was submitted. */
  readonly signed: boolean;
  /** Why it holds no report; `null` when it does. */
  readonly reason: string | null;
  /** From the anchor to the quorum, milliseconds. */
  readonly durationMs: number;
  /** Positions whose own ρ lies further from the agreed one than the tolerance. */
  readonly dissent: number;
  /** What was odd, by name, e.g. `equivocation`. */
  readonly odd: Readonly<Record<string, number>>;
}

/** One round as all operators lived it. */
export interface RoundRow {
  readonly epoch: string;
  /** Anchor time, market seconds. */
  readonly atSec: number;
  readonly fate: (typeof ROUND_FATES)[number];
  /** Digest of the report; `null` without one. */
  readonly digest: Hex | null;
  readonly dispersionBps: number | null;
  /** Wall clock, milliseconds: round begun, quorum reached, the chain has answered (`null` while it has not). */
  readonly begunAtMs: number;
  readonly agreedAtMs: number;
  readonly answeredAtMs: number | null;
  readonly voices: readonly RoundVoice[];
}

/** One position of a report: what each operator said, and what the report made of it. */
export interface ReportEntryRow {
  readonly source: Address;
  readonly positionId: string;
  /** ρ of every operator in signer order, basis points; `null` for one that did not score it. */
  readonly voicesBps: readonly (number | null)[];
  /** Upper median of the voices. */
  readonly medianBps: number | null;
  /** ρ in the report after the clamp; `null` for an entry that was left out. */
  readonly rhoBps: number | null;
  readonly piBps: number | null;
  readonly score: number | null;
  /** Why it was left out; `null` for one that was not. */
  readonly leftOut: string | null;
  /** What the chain made of it; `null` while it has not answered. */
  readonly outcome: string | null;
}

/** A report in full. */
export interface ReportDetail {
  readonly digest: Hex;
  readonly epoch: string;
  readonly observedAtSec: number;
  readonly validUntilSec: number;
  readonly signerSetVersion: number;
  readonly bundleHash: Hex;
  readonly evidenceHash: Hex;
  readonly threshold: number;
  readonly operators: readonly {
    readonly address: Address;
    readonly observationDigest: Hex | null;
    /** Compact signature over the report; `null` for one that did not sign. */
    readonly signature: Hex | null;
  }[];
  readonly entries: readonly ReportEntryRow[];
}

/** Kinds of what can go wrong. */
export const INCIDENT_KINDS = ["breaker", "round", "dissent", "report", "reorg", "feed", "drift", "component"] as const;

/** Something that went wrong, or came right again. */
export interface Incident {
  /** Market time, seconds; `null` for what was found before the first round. */
  readonly atSec: number | null;
  readonly kind: (typeof INCIDENT_KINDS)[number];
  /** `good` for a return to normal. */
  readonly tone: "bad" | "warn" | "good";
  /** What it happened to, e.g. `BTC`. */
  readonly subject: string;
  readonly text: string;
}

/** Where the system lives. */
export interface NetworkFacts {
  readonly chainId: number;
  readonly threshold: number;
  /** Signer addresses in signer order. */
  readonly operators: readonly Address[];
  readonly contracts: {
    readonly oracle: Address;
    readonly vault: Address;
    /** `null` where none is deployed. */
    readonly governor: Address | null;
  };
}

/** Bounds of the risk classes. */
export interface ClassBook {
  /** Time of the block they were read at, seconds. */
  readonly readAtSec: number;
  readonly classes: readonly { readonly classId: number; readonly bounds: RiskClass }[];
}

/** Source of everything above. */
export interface TrailView {
  /** Past of a position, or `null` for an unknown one. */
  position(source: string, id: string): PositionTrail | null;
  /** Past of all positions of a class. */
  classPositions(classId: number): readonly PositionTrail[];
  /** The newest first. */
  rounds(limit: number): readonly RoundRow[];
  /** A report, or `null` for one that is no longer kept. */
  report(digest: string): ReportDetail | null;
  /** The newest first. */
  incidents(limit: number): readonly Incident[];
  /** `null` before the contracts are there. */
  network(): NetworkFacts | null;
  /** `null` before the first round. */
  classes(): ClassBook | null;
}
