/** Reports of the simulated oracle: clamped, limited at delivery, applied by the rules. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { effectiveParams, openingParams } from "../../../../oracle/rules/risk-reading.ts";
import { initialWord } from "../../../../oracle/rules/risk-rules.ts";
import { unpackRiskWord } from "../../../../oracle/rules/risk-word.ts";
import { createReportDelivery } from "../../../../oracle/simulation/vault/report-delivery.ts";
import { BED_CLASS, BED_TERMS, CLASS_ID, DAY, HOUR, START_SEC } from "./vault-bed.ts";

function bed(delivery: Partial<typeof BED_TERMS.delivery> = {}) {
  const terms = { ...BED_TERMS, delivery: { ...BED_TERMS.delivery, ...delivery } };
  const words = new Map([0, 1, 2].map((index) => [index, initialWord(CLASS_ID, BED_CLASS)]));
  const quantiles = new Map<number, bigint>();
  const { deliver } = createReportDelivery(terms, { words, quantiles });
  const send = (hour: number, rhoBps: number) => {
    const entries = [0, 1, 2].map((index) => ({ index, epoch: 1, rhoBps, piBps: 100, score: 200 }));
    deliver({ atSec: START_SEC + hour * HOUR, entries, classQuantiles: [{ classId: CLASS_ID, rhoBps, piBps: 100 }] });
    return [0, 1, 2].map((index) => unpackRiskWord(words.get(index) ?? 0n).rhoTarget);
  };
  return { words, quantiles, send };
}

describe("createReportDelivery", () => {
  it("default: the first score moves anywhere, later ones by a step; the class quantile likewise", () => {
    const { quantiles, send } = bed();
    assert.deepEqual(send(0, 600), [600, 600, 600]);
    const params = openingParams(quantiles.get(CLASS_ID) ?? 0n, { riskClass: BED_CLASS, nowSec: START_SEC + HOUR });
    assert.equal(params.rhoInitialBps, 720);
    assert.deepEqual(send(1, 3_000), [1_400, 1_400, 1_400]);
    assert.deepEqual(send(2, 100), [1_100, 1_100, 1_100]);
  });

  it("behavior: a tightening is in force after grace and ramp only", () => {
    const { words, send } = bed();
    send(0, 600);
    send(1, 1_000);
    const at = (minutes: number) => {
      const nowSec = START_SEC + HOUR + minutes * 60;
      return effectiveParams(words.get(0) ?? 0n, { riskClass: BED_CLASS, nowSec }).rhoBps;
    };
    assert.equal(at(10), 600);
    assert.equal(at(26), 800);
    assert.equal(at(41), 1_000);
  });

  it("behavior: a report over a limit is held whole, loosenings and quantiles with it", () => {
    for (const limit of [{ reportTightened: 2 }, { reportTighteningBps: 500 }]) {
      const { quantiles, send } = bed(limit);
      send(0, 600);
      const before = quantiles.get(CLASS_ID);
      assert.deepEqual(send(1, 1_000), [600, 600, 600]);
      assert.equal(quantiles.get(CLASS_ID), before);
    }
  });

  it("behavior: the window's limits count until it ends", () => {
    for (const limit of [{ windowTightened: 4 }, { windowTighteningBps: 1_000 }]) {
      const { send } = bed(limit);
      send(0, 600);
      assert.deepEqual(send(1, 800), [800, 800, 800]);
      assert.deepEqual(send(2, 1_000), [800, 800, 800]);
      assert.deepEqual(send(DAY / HOUR, 1_000), [1_000, 1_000, 1_000]);
    }
  });
});
