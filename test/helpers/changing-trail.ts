/** A trail whose content a test chooses, with rows to fill it. */
import type { RiskClass } from "../../oracle/domain/risk-class.ts";
import type {
  ClassBook,
  Incident,
  NetworkFacts,
  PositionTrail,
  ReportDetail,
  RoundRow,
  TrailPoint,
  TrailView,
} from "../../oracle/domain/trail.ts";
import { VIEW_SOURCE, VIEW_TIME_SEC } from "./changing-view.ts";

/** What the trail holds. */
export interface TrailContent {
  readonly positions: readonly PositionTrail[];
  readonly rounds: readonly RoundRow[];
  readonly reports: readonly ReportDetail[];
  readonly incidents: readonly Incident[];
  /** `null` before the contracts are there. */
  readonly network: NetworkFacts | null;
  /** `null` before the first round. */
  readonly classes: ClassBook | null;
}

/** Operators of every round of {@link roundRow}, in signer order. */
export const VIEW_OPERATORS = [
  "0x00000000000000000000000000000000000000c1",
  "0x00000000000000000000000000000000000000c2",
  "0x00000000000000000000000000000000000000c3",
  "0x00000000000000000000000000000000000000c4",
] as const;
/** Class of {@link trailOf}. */
export const VIEW_CLASS = 141;
const HOUR_SEC = 3_600;

/** A trail that holds the given content and nothing else. */
export function fixedTrail(content: Partial<TrailContent> = {}): TrailView {
  const { positions = [], rounds = [], reports = [], incidents = [], network = null, classes = null } = content;
  return {
    position: (source, id) => positions.find((one) => one.source === source && one.id === id) ?? null,
    classPositions: (classId) => positions.filter((one) => one.classId === classId),
    rounds: (limit) => rounds.slice(0, limit),
    report: (digest) => reports.find((one) => one.digest === digest) ?? null,
    incidents: (limit) => incidents.slice(0, limit),
    network: () => network,
    classes: () => classes,
  };
}

/** One past point, with the given fields replaced. */
export function trailPoint(fields: Partial<TrailPoint> = {}): TrailPoint {
  return {
    atSec: VIEW_TIME_SEC,
    rhoBps: 2_000,
    rhoTargetBps: 2_610,
    piBps: 705,
    score: 231,
    health: 1.239,
    scoredRhoBps: 2_610,
    scoredPiBps: 705,
    ...fields,
  };
}

/** Two days of hours of the position of `positionRow`, ρ rising by the hour, with the given fields replaced. */
export function trailOf(fields: Partial<PositionTrail> = {}): PositionTrail {
  const points = Array.from({ length: 48 }, (_, hour) => {
    const rhoBps = 1_500 + 10 * hour;
    return trailPoint({
      atSec: VIEW_TIME_SEC - (47 - hour) * HOUR_SEC,
      rhoBps,
      rhoTargetBps: rhoBps,
      scoredRhoBps: rhoBps,
    });
  });
  return { source: VIEW_SOURCE, id: "7", classId: VIEW_CLASS, points, ...fields };
}

/** Bounds like those of a deployment, with the given fields replaced. */
export function boundsOf(fields: Partial<RiskClass> = {}): RiskClass {
  return {
    rhoFloorBps: 100,
    rhoCeilingBps: 10_000,
    rhoDefaultBps: 2_000,
    rhoInitialBps: 2_000,
    piFloorBps: 20,
    piCapBps: 3_000,
    piDefaultBps: 400,
    deltaBps: 50,
    tighten: { stepBps: 800, driftBps: 4_000, delaySec: 300 },
    loosen: { stepBps: 300, driftBps: 1_500, delaySec: 3_000 },
    windowSec: 86_400,
    validitySec: 21_600,
    graceMinutes: 10,
    rampMinutes: 30,
    fallbackRampMinutes: 1_440,
    betaBps: 5_000,
    maxAboveOpenBps: 3_000,
    piStepBps: 300,
    active: true,
    ...fields,
  };
}

/** The book of one class. */
export function classBook(bounds: Partial<RiskClass> = {}): ClassBook {
  return { readAtSec: VIEW_TIME_SEC, classes: [{ classId: VIEW_CLASS, bounds: boundsOf(bounds) }] };
}

/** Chain and contracts, with the given fields replaced. */
export function networkFacts(fields: Partial<NetworkFacts> = {}): NetworkFacts {
  const contracts = { oracle: VIEW_SOURCE, vault: VIEW_SOURCE, governor: VIEW_SOURCE } as const;
  return { chainId: 31_337, threshold: 3, operators: [...VIEW_OPERATORS], contracts, ...fields };
}

/** A round with a quorum: the third operator agreed without signing, the fourth was silent. */
export function roundRow(fields: Partial<RoundRow> = {}): RoundRow {
  const said = { observed: true, agreed: true, signed: true, reason: null, durationMs: 400, dissent: 0, odd: {} };
  const silent = { observed: false, agreed: false, signed: false, reason: "no-proposal" };
  const voices = VIEW_OPERATORS.map((operator, index) => ({
    ...{ ...said, operator },
    ...(index === 2 ? { signed: false, dissent: 1, odd: { takeover: 1 } } : {}),
    ...(index === 3 ? silent : {}),
  }));
  return {
    epoch: "12",
    atSec: VIEW_TIME_SEC,
    fate: "quorum",
    digest: "0xab",
    dispersionBps: 7,
    begunAtMs: 1_000,
    agreedAtMs: 1_420,
    answeredAtMs: 1_500,
    voices,
    ...fields,
  };
}

/** The report of {@link roundRow}: one entry clamped, one left out. */
export function reportDetail(fields: Partial<ReportDetail> = {}): ReportDetail {
  const entry = { source: VIEW_SOURCE, piBps: 705, score: 231, leftOut: null, outcome: "APPLIED_TIGHTENED" } as const;
  return {
    digest: "0xab",
    epoch: "12",
    observedAtSec: VIEW_TIME_SEC,
    validUntilSec: VIEW_TIME_SEC + 300,
    signerSetVersion: 1,
    bundleHash: "0xbb",
    evidenceHash: "0xee",
    threshold: 3,
    operators: VIEW_OPERATORS.map((address, index) => ({
      address,
      observationDigest: index === 3 ? null : "0xdd",
      signature: index < 3 ? "0x51" : null,
    })),
    entries: [
      { ...entry, positionId: "7", voicesBps: [2_600, 2_612, 2_605, null], medianBps: 2_605, rhoBps: 2_500 },
      {
        ...{ ...entry, positionId: "8", voicesBps: [900, 900, 900, null], medianBps: 900 },
        ...{ rhoBps: null, piBps: null, score: null, leftOut: "LOOSEN_DELAY", outcome: null },
      },
    ],
    ...fields,
  };
}

/** A feed that was refused, with the given fields replaced. */
export function incidentRow(fields: Partial<Incident> = {}): Incident {
  return {
    atSec: VIEW_TIME_SEC,
    kind: "feed",
    tone: "warn",
    subject: "crossed-book",
    text: "3 events refused",
    ...fields,
  };
}
