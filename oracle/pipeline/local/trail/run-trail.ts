/** The trail of a run: written by the read model and the replay, read by the API. */
import type { Anchor } from "../../../domain/report.ts";
import type { RiskClass } from "../../../domain/risk-class.ts";
import type { ClassBook, NetworkFacts, TrailView } from "../../../domain/trail.ts";
import type { Clock } from "../../../platform/clock.ts";
import { createIncidentLog, type IncidentLog } from "./incident-log.ts";
import { createPositionTrails, type PositionTrails } from "./position-trails.ts";
import { createRoundLog, type LivedRound, type RoundLog } from "./round-log.ts";

/** A trail that a run writes into. */
export interface RunTrail extends TrailView {
  readonly incident: IncidentLog;
  readonly note: PositionTrails["note"];
  readonly answered: RoundLog["answered"];
  addRound(round: LivedRound): void;
  setNetwork(facts: NetworkFacts): void;
  setClasses(classes: ReadonlyMap<number, RiskClass>, anchor: Anchor): void;
}

/** Creates an empty trail. */
export function createRunTrail(clock: Clock): RunTrail {
  const incident = createIncidentLog();
  const positions = createPositionTrails();
  const log = createRoundLog(clock);
  let network: NetworkFacts | null = null;
  let book: ClassBook | null = null;
  return {
    incident,
    note: positions.note,
    position: positions.position,
    classPositions: positions.classPositions,
    addRound: (round) => incident.round(log.add(round, network)),
    answered: log.answered,
    rounds: log.rounds,
    report: log.report,
    incidents: incident.list,
    network: () => network,
    setNetwork: (facts) => {
      network = facts;
    },
    classes: () => book,
    setClasses: (classes, anchor) => {
      const rows = [...classes].map(([classId, bounds]) => ({ classId, bounds }));
      book = { readAtSec: anchor.timestampSec, classes: rows };
    },
  };
}
