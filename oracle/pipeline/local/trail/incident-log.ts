/** Turns changes of the read model into incidents: each is written down once, when it begins and when it is over. */
import type { DeliveryRow } from "../../../domain/delivery.ts";
import type { DriftState } from "../../../domain/drift.ts";
import type { IngestionCounts } from "../../../domain/market.ts";
import type { Incident, RoundRow } from "../../../domain/trail.ts";
import type { ComponentState, ReportRow } from "../../../domain/view.ts";

/** Takes what happens and keeps what went wrong. */
export interface IncidentLog {
  component(state: ComponentState, atSec: number | null): void;
  delivery(delivery: DeliveryRow, atSec: number | null): void;
  report(before: ReportRow | null, now: ReportRow): void;
  drift(states: readonly DriftState[]): void;
  ingestion(counts: IngestionCounts, atSec: number | null): void;
  round(round: RoundRow): void;
  /** The newest first. */
  list(limit: number): readonly Incident[];
}

const KEPT = 1_000;
const EXPECTED_FATES: ReadonlySet<RoundRow["fate"]> = new Set(["quorum", "empty"]);

/** Creates an empty log. */
export function createIncidentLog(): IncidentLog {
  const incidents: Incident[] = [];
  const add = (incident: Incident): void => {
    incidents.push(incident);
    if (incidents.length > KEPT) incidents.shift();
  };
  return {
    component: componentNotes(add),
    delivery: deliveryNotes(add),
    report: (before, now) => noteReport(add, before, now),
    drift: driftNotes(add),
    ingestion: ingestionNotes(add),
    round: (round) => noteRound(add, round),
    list: (limit) => incidents.slice(-limit).toReversed(),
  };
}

type Add = (incident: Incident) => void;

function componentNotes(add: Add): IncidentLog["component"] {
  const known = new Map<string, ComponentState["state"]>();
  return ({ name, state, reason }, atSec) => {
    const before = known.get(name);
    known.set(name, state);
    if (before === state) return;
    const text = reason === null ? state : `${state}: ${reason}`;
    if (state === "failed" || state === "degraded") {
      add({ atSec, kind: "component", tone: state === "failed" ? "bad" : "warn", subject: name, text });
    } else if (state === "ok" && (before === "failed" || before === "degraded")) {
      add({ atSec, kind: "component", tone: "good", subject: name, text: `works again after ${before}` });
    }
  };
}

function deliveryNotes(add: Add): IncidentLog["delivery"] {
  let mode: DeliveryRow["breaker"]["mode"] | null = null;
  return ({ breaker }, atSec) => {
    const before = mode;
    mode = breaker.mode;
    // Before the first look nothing is known, which is no incident; a breaker found tripped is one.
    const isFirst = before === null || (before === "UNKNOWN" && breaker.readAtSec !== null);
    if (mode === before || (isFirst && mode !== "TIGHTEN_ONLY" && mode !== "HALTED")) return;
    const tone = mode === "NORMAL" ? "good" : mode === "TIGHTEN_ONLY" ? "warn" : "bad";
    const text = breaker.cause === null ? breaker.meaning : `${breaker.meaning} Reason: ${breaker.cause}.`;
    add({ atSec: breaker.sinceSec ?? atSec, kind: "breaker", tone, subject: mode, text });
  };
}

function noteReport(add: Add, before: ReportRow | null, now: ReportRow): void {
  const { observedAtSec: atSec, state, epoch } = now;
  if (state === before?.state) return;
  const subject = `epoch ${epoch}`;
  if (before !== null && before.blockNumber !== null && now.blockNumber === null) {
    const text = "a reorganisation took the report's transaction away; it is brought back";
    add({ atSec, kind: "reorg", tone: "warn", subject, text });
  }
  if (state === "rejected") add({ atSec, kind: "report", tone: "bad", subject, text: "the chain rejected the report" });
  if (state === "held") {
    const text = "held back whole: it would tighten more than the caps allow";
    add({ atSec, kind: "report", tone: "warn", subject, text });
  }
}

function driftNotes(add: Add): IncidentLog["drift"] {
  const known = new Map<string, number>();
  return (states) => {
    for (const { asset, alarm } of states) {
      if (alarm === null || known.get(asset) === alarm.atSec) continue;
      known.set(asset, alarm.atSec);
      const text = `${alarm.detector} found that forecasts no longer fit: scores may only tighten for 72 h`;
      add({ atSec: alarm.atSec, kind: "drift", tone: "warn", subject: asset, text });
    }
  };
}

function ingestionNotes(add: Add): IncidentLog["ingestion"] {
  const known = new Map<string, number>();
  return ({ rejected }, atSec) => {
    for (const [reason, count] of Object.entries(rejected)) {
      const fresh = count - (known.get(reason) ?? 0);
      known.set(reason, count);
      if (fresh <= 0) continue;
      const text = `${fresh} event${fresh === 1 ? "" : "s"} refused and not used, ${count} in all`;
      add({ atSec, kind: "feed", tone: "warn", subject: reason, text });
    }
  };
}

function noteRound(add: Add, { fate, epoch, atSec, voices }: RoundRow): void {
  const subject = `epoch ${epoch}`;
  if (!EXPECTED_FATES.has(fate)) {
    const reasons = [...new Set(voices.flatMap(({ reason }) => reason ?? []))].join(", ");
    const text = `no report (${fate})${reasons === "" ? "" : `: ${reasons}`}`;
    add({ atSec, kind: "round", tone: "bad", subject, text });
  }
  for (const { operator, dissent } of voices) {
    if (dissent === 0) continue;
    const text = `own ρ of ${dissent} position${dissent === 1 ? "" : "s"} beyond the tolerance (epoch ${epoch})`;
    add({ atSec, kind: "dissent", tone: "warn", subject: operator, text });
  }
}
