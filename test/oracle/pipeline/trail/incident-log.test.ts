/** What went wrong is written down once when it begins and once when it is over; what is usual is not. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import type { BreakerStatus } from "../../../../oracle/domain/breaker.ts";
import { breakerRow } from "../../../../oracle/domain/delivery.ts";
import { createIncidentLog, type IncidentLog } from "../../../../oracle/pipeline/local/trail/incident-log.ts";
import { roundRow } from "../../../helpers/changing-trail.ts";
import { driftState, reportRow, VIEW_TIME_SEC } from "../../../helpers/changing-view.ts";

const NORMAL: BreakerStatus = { mode: "NORMAL", reason: "NONE", sinceSec: 1 };
const HALTED: BreakerStatus = { mode: "HALTED", reason: "GUARDIAN", sinceSec: 50 };

describe("createIncidentLog", () => {
  let log: IncidentLog;
  beforeEach(() => {
    log = createIncidentLog();
  });
  const all = () => log.list(100).map(({ kind, tone, subject }) => `${kind} ${tone} ${subject}`);
  const breaker = (status: BreakerStatus | null, readAtSec: number | null) =>
    log.delivery({ breaker: breakerRow(status, readAtSec), heldReports: [], heldReadAtSec: null }, 60);
  const part = (state: "starting" | "ok" | "degraded" | "failed") =>
    log.component({ name: "chain", state, reason: state === "ok" ? null : "slow", sinceSec: 1 }, 60);

  it("behavior: starting and working are no incidents; a failure is one, and so is its end", () => {
    for (const state of ["starting", "ok", "failed", "failed", "ok", "ok", "degraded"] as const) part(state);
    assert.deepEqual(all(), ["component warn chain", "component good chain", "component bad chain"]);
  });

  it("behavior: a breaker that was never read is no incident, one that is found tripped is", () => {
    breaker(null, null);
    breaker(HALTED, 55);
    assert.deepEqual(all(), ["breaker bad HALTED"]);
    assert.equal(log.list(1)[0]?.atSec, 50);
    breaker(NORMAL, 60);
    assert.deepEqual(all(), ["breaker good NORMAL", "breaker bad HALTED"]);
  });

  it("behavior: a breaker that can be read no more is serious", () => {
    breaker(NORMAL, 55);
    breaker(null, 60);
    assert.deepEqual(all(), ["breaker bad UNKNOWN"]);
  });

  it("behavior: a report that left its block is a reorg; held and rejected ones are told once", () => {
    const accepted = reportRow();
    log.report(null, accepted);
    log.report(accepted, reportRow({ state: "pending", blockNumber: null }));
    log.report(null, reportRow({ state: "held" }));
    log.report(reportRow({ state: "held" }), reportRow({ state: "held" }));
    log.report(null, reportRow({ state: "rejected" }));
    assert.deepEqual(all(), ["report bad epoch 12", "report warn epoch 12", "reorg warn epoch 12"]);
  });

  it("behavior: an alarm is told once for an asset", () => {
    const alarm = { atSec: 7, detector: "adwin" } as const;
    log.drift([driftState()]);
    log.drift([driftState({ alarm })]);
    log.drift([driftState({ alarm })]);
    assert.deepEqual(all(), ["drift warn BTC"]);
  });

  it("behavior: refused events are counted from the last time on", () => {
    log.ingestion({ accepted: 1, rejected: { "crossed-book": 2 } }, null);
    log.ingestion({ accepted: 1, rejected: { "crossed-book": 2 } }, 60);
    log.ingestion({ accepted: 1, rejected: { "crossed-book": 5 } }, 61);
    assert.deepEqual(
      log.list(9).map(({ atSec, text }) => `${atSec} ${text}`),
      ["61 3 events refused and not used, 5 in all", "null 2 events refused and not used, 2 in all"],
    );
  });

  it("behavior: dissent and rounds without a report; a round that had nothing to say is none", () => {
    log.round(roundRow({ voices: [], fate: "empty" }));
    log.round(roundRow({ voices: [], fate: "vetoed" }));
    log.round(roundRow());
    assert.deepEqual(all(), ["dissent warn 0x00000000000000000000000000000000000000c3", "round bad epoch 12"]);
    assert.equal(VIEW_TIME_SEC, log.list(1)[0]?.atSec);
  });

  it("behavior: the newest thousand stay", () => {
    for (let count = 1; count <= 1_001; count += 1) log.ingestion({ accepted: 0, rejected: { future: count } }, count);
    assert.equal(log.list(2_000).length, 1_000);
    assert.equal(log.list(2_000).at(-1)?.atSec, 2);
  });
});
