/** What rounds under the breaker are counted as, for people and for Prometheus. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import type { ChainRules } from "../../../oracle/consensus/aggregate.ts";
import type { BreakerReading } from "../../../oracle/domain/breaker.ts";
import type { QuorumReport } from "../../../oracle/domain/report.ts";
import type { ComponentState } from "../../../oracle/domain/view.ts";
import { createComponentBoard } from "../../../oracle/pipeline/local/component-board.ts";
import { createLiveState } from "../../../oracle/pipeline/local/live-state.ts";
import { countRound, fateOf, type RoundAccount } from "../../../oracle/pipeline/local/round-account.ts";
import { createRunMetrics } from "../../../oracle/pipeline/local/run-metrics.ts";
import { looseningsLeftOut } from "../../../oracle/pipeline/operator/left-out.ts";
import type { OperatorRoundResult } from "../../../oracle/pipeline/operator/operator-settings.ts";
import { createRunCounters } from "../../../oracle/pipeline/run-summary.ts";
import { createMetrics, type NodeMetrics } from "../../../oracle/platform/metrics.ts";
import { cautionState } from "../../helpers/caution-report.ts";
import { surfaceState } from "../../helpers/changing-view.ts";
import { ACCOUNTS, FREE_RULES, observationOf } from "../consensus/cluster.ts";
import { operatorResult as result } from "./operator-result.ts";
import { reportLacking } from "./report-lacking.ts";

const OPERATORS = 4;
const QUORUM = 3;
const EMPTY = new Float64Array();
const TIGHTEN_ONLY: BreakerReading = {
  ok: true,
  value: { mode: "TIGHTEN_ONLY", reason: "PRICE_FEED", sinceSec: 1_700_000_000 },
};
const HALTED: BreakerReading = {
  ok: true,
  value: { mode: "HALTED", reason: "EQUIVOCATION", sinceSec: 1_700_000_000 },
};
const UNREADABLE: BreakerReading = { ok: false, reason: "breaker-unreadable", detail: "no answer" };

const all = (fields: Partial<OperatorRoundResult>) => Array.from({ length: OPERATORS }, () => result(fields));
const halted = { breaker: HALTED, withheld: "halted", reason: "halted" } as const;
const unreadable = { breaker: UNREADABLE, withheld: "breaker-unreadable", reason: "breaker-unreadable" } as const;

describe("countRound", () => {
  let metrics: NodeMetrics;
  let account: RoundAccount;
  let operators: ComponentState["state"];
  beforeEach(() => {
    metrics = createMetrics({ processMetrics: false });
    const show = ({ name, state }: ComponentState) => {
      if (name === "operators") operators = state;
    };
    account = {
      counters: createRunCounters(),
      metrics: createRunMetrics(metrics),
      state: createLiveState("test"),
      board: createComponentBoard(show, { nowMs: () => 0, nowSec: () => 0 }),
      quorumSize: QUORUM,
    };
  });
  const lines = async () => {
    const text = await metrics.registry.metrics();
    return text.split("\n").filter((line) => /^plimsoll_(rounds_total|rounds_withheld|loosenings)/.test(line));
  };

  it("error: a breaker that too many operators cannot read withholds the round, and the operators are at fault", async () => {
    countRound(account, [...all(unreadable).slice(2), ...all({ reason: "too-few-observations" }).slice(2)]);
    assert.deepEqual(await lines(), [
      'plimsoll_rounds_total{outcome="withheld"} 1',
      'plimsoll_rounds_withheld_total{reason="breaker-unreadable"} 1',
    ]);
    assert.equal(operators, "failed");
  });

  it("error: one operator that cannot read it abstains; the others' round counts", async () => {
    const quorum = reportLacking([]);
    countRound(account, [result(unreadable), ...all({ quorum }).slice(1)]);
    assert.deepEqual(await lines(), ['plimsoll_rounds_total{outcome="quorum"} 1']);
    assert.equal(operators, "degraded");
  });

  it("default: HALTED withholds the round without anybody's fault", async () => {
    for (let round = 0; round < 2; round += 1) countRound(account, all(halted));
    assert.deepEqual(await lines(), [
      'plimsoll_rounds_total{outcome="withheld"} 2',
      'plimsoll_rounds_withheld_total{reason="halted"} 2',
    ]);
    assert.equal(operators, "ok");
  });

  it("default: loosenings that a report lacks count once, under the breaker's reason", async () => {
    const quorum = reportLacking([]);
    countRound(account, all({ quorum, breaker: TIGHTEN_ONLY, looseningsLeftOut: 3 }));
    assert.deepEqual(await lines(), [
      'plimsoll_rounds_total{outcome="quorum"} 1',
      'plimsoll_loosenings_left_out_total{reason="PRICE_FEED"} 3',
    ]);
  });

  it("behavior: surfaces are shown with age and quotes inside, and no longer when they are not known", async () => {
    const shown = async () =>
      (await metrics.registry.metrics()).split("\n").filter((line) => line.startsWith("plimsoll_surface_"));
    countRound(account, all({ surfaces: [surfaceState()] }));
    assert.deepEqual(await shown(), [
      'plimsoll_surface_served{asset="BTC"} 1',
      'plimsoll_surface_age_seconds{asset="BTC"} 600',
      'plimsoll_surface_inside_share{asset="BTC"} 0.95',
    ]);
    const silent = { asset: "ETH", atSec: 0, reading: { ok: false, reason: "stale-chain" } } as const;
    countRound(account, all({ surfaces: [silent] }));
    assert.deepEqual(await shown(), ['plimsoll_surface_served{asset="ETH"} 0']);
  });

  it("behavior: a hazard that is no longer known is no longer shown", async () => {
    const shown = async () => /^plimsoll_cascade_probability\{.*$/m.exec(await metrics.registry.metrics())?.[0];
    const curve = {
      ...{ shock: EMPTY, extra: EMPTY, extraLow: EMPTY, extraHigh: EMPTY },
      positions: 0,
      notionalUsd: 0,
      protocolUsd: {},
    };
    const rates = { probability6h: 0.2, probability24h: 0.9, baseRate6h: 0.1, baseRate24h: 0.1 };
    countRound(account, [result({ cascades: [{ asset: "BTC", atSec: 0, ...rates, isAssumed: false, curve }] })]);
    assert.equal(await shown(), 'plimsoll_cascade_probability{asset="BTC",horizon="6h"} 0.2');
    countRound(account, [result({ cascades: [] })]);
    assert.equal(await shown(), undefined);
  });

  it("behavior: caution that is not known is shown as unknown, on the gauges and to the API, and is no vote", async () => {
    const reading = { kind: "unknown", doubt: "book-incomplete" } as const;
    const unknown = cautionState({ reading, phase: "calm", isCalling: false });
    countRound(account, [result({ caution: [cautionState({})] }), ...all({ caution: [unknown] }).slice(1)]);
    const shown = async () =>
      (await metrics.registry.metrics()).split("\n").filter((line) => /^plimsoll_caution.* 1$/.test(line));
    assert.deepEqual(await shown(), [
      'plimsoll_caution_phase{asset="BTC",phase="calling"} 1',
      'plimsoll_caution_quorum{asset="BTC",says="unknown"} 1',
    ]);
    assert.deepEqual(account.state.caution().votes, { calls: [], unknown: ["BTC"] });
    countRound(account, all({ caution: [unknown] }));
    assert.deepEqual(await shown(), [
      'plimsoll_caution_phase{asset="BTC",phase="calm"} 1',
      'plimsoll_caution_unknown{asset="BTC",reason="book-incomplete"} 1',
      'plimsoll_caution_quorum{asset="BTC",says="unknown"} 1',
    ]);
    countRound(account, all({ caution: [] }));
    assert.deepEqual(await shown(), []);
  });

  it("behavior: a round of nothing but loosenings is empty, not failed", async () => {
    countRound(account, all({ reason: "nothing-to-report", breaker: TIGHTEN_ONLY, looseningsLeftOut: 5 }));
    assert.deepEqual(await lines(), [
      'plimsoll_rounds_total{outcome="empty"} 1',
      'plimsoll_loosenings_left_out_total{reason="PRICE_FEED"} 5',
    ]);
    assert.equal(operators, "ok");
  });

  it("behavior: the fates that have nothing to do with the breaker stay", () => {
    assert.equal(fateOf(all({ observed: false, reason: "too-few-observations" }), QUORUM), "vetoed");
    assert.equal(fateOf(all({ reason: "no-proposal" }), QUORUM), "failed");
  });
});

describe("looseningsLeftOut", () => {
  const [account] = ACCOUNTS;
  assert.ok(account !== undefined);
  const own = observationOf(account.address, 1_000);
  const paused: Pick<ChainRules, "clampEntry" | "clampQuantile"> = {
    clampEntry: (entry) =>
      entry.positionId % 2n === 0n ? { ok: false, reason: "LOOSENING_PAUSED" } : { ok: false, reason: "LOOSEN_STEP" },
    clampQuantile: () => ({ ok: false, reason: "LOOSENING_PAUSED" }),
  };

  it("behavior: of a round that failed otherwise nothing is counted", () => {
    assert.equal(looseningsLeftOut({ ok: false, reason: "no-proposal" }, own, paused), 0);
    assert.equal(looseningsLeftOut({ ok: false, reason: "nothing-to-report" }, null, paused), 0);
  });

  it("default: of an agreed report what it lacks, positions and classes, for this reason alone", () => {
    const [entry, other] = own.entries;
    const [quantile] = own.classQuantiles;
    assert.ok(entry !== undefined && other !== undefined && quantile !== undefined);
    const quorum: QuorumReport = reportLacking(
      [
        { entry, reason: "LOOSENING_PAUSED" },
        { entry: other, reason: "LINKED_RULE" },
      ],
      [{ quantile, reason: "LOOSENING_PAUSED" }],
    );
    assert.equal(looseningsLeftOut({ ok: true, value: quorum }, own, FREE_RULES), 2);
  });

  it("default: where nothing is left to report, the own wishes by the same rules", () => {
    // Five positions, of which two have an even number, and one class.
    assert.equal(looseningsLeftOut({ ok: false, reason: "nothing-to-report" }, own, paused), 3);
  });
});
