/** The drift watch over a market: what it knows depends on the bars alone, and a broken model is doubted. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import type { DriftState } from "../../../oracle/domain/drift.ts";
import type { AssetMarket, BarSeries, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { watchStart } from "../../../oracle/models/drift-watch/watched-step.ts";
import {
  createQuantilePredictor,
  type QuantilePredictor,
} from "../../../oracle/models/quantile-net/quantile-predictor.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import { createDriftLog } from "../../../oracle/pipeline/drift/drift-log.ts";
import {
  createDriftWatch,
  type DriftReading,
  driftDoubts,
  statesOf,
  widenPredictions,
} from "../../../oracle/pipeline/drift/drift-watch.ts";
import { predictAssets } from "../../../oracle/pipeline/operator/predict.ts";
import { breakBars } from "../../../scripts/evaluate/break-bars.ts";
import { makeMarket, makeSnapshot, NOW_SEC, randomBars } from "../features/snapshot-fixtures.ts";

const TEST_MS = 60_000;
const HOUR = 3_600;
const DAY = 86_400;
const HISTORY_HOURS = 120 * 24;
const ARTIFACT_DIR = join(import.meta.dirname, "../../../oracle/models/artifacts/quantile-net");

/** The market as it was at a time: 120 days of bars before it at most. */
function snapshotAt(bars: BarSeries, atSec: number): MarketSnapshot {
  const end = bars.endSec.findLastIndex((time) => time <= atSec) + 1;
  const cut = (column: Float64Array): Float64Array => column.subarray(Math.max(0, end - HISTORY_HOURS), end);
  const { spanSec, endSec, open, high, low, close, volume } = bars;
  const seen = { endSec: cut(endSec), open: cut(open), high: cut(high), low: cut(low), close: cut(close) };
  const market: AssetMarket = makeMarket("BTC", { spanSec, ...seen, volume: cut(volume) });
  return makeSnapshot([market], atSec);
}

function stateOf(reading: DriftReading): DriftState {
  return statesOf(reading)[0] ?? assert.fail("no state");
}

describe("drift watch", function () {
  this.timeout(TEST_MS);
  const bars = randomBars(11, HISTORY_HOURS + 20 * 24);
  let predictor: QuantilePredictor;
  before(async () => {
    const options = { artifactDir: ARTIFACT_DIR, schema: FEATURE_SCHEMA, rng: createRng("drift-watch") };
    predictor = await createQuantilePredictor(options);
  });
  after(async () => await predictor.close());

  it("error: a market without history has nothing to judge and is not doubted", async () => {
    const reading = await createDriftWatch(predictor).look(snapshotAt(randomBars(11, 3), NOW_SEC));
    assert.deepEqual([stateOf(reading).steps, stateOf(reading).alarm], [0, null]);
    assert.deepEqual(driftDoubts(reading), []);
    assert.equal((await createDriftWatch(predictor).look(makeSnapshot([], NOW_SEC))).size, 0);
  });
  it("behavior: a node that starts now says the same as one that has looked for days", async () => {
    const old = createDriftWatch(predictor);
    for (let atSec = NOW_SEC - 9 * DAY; atSec < NOW_SEC; atSec += 31 * HOUR) await old.look(snapshotAt(bars, atSec));
    const running = await old.look(snapshotAt(bars, NOW_SEC));
    const restarted = await createDriftWatch(predictor).look(snapshotAt(bars, NOW_SEC));
    assert.deepEqual(running, restarted);
    const state = stateOf(running);
    assert.equal(state.sinceSec, watchStart(NOW_SEC));
    assert.ok(state.steps > 160 && state.recentLoss !== null && state.recentLoss > 0);
  });
  it("behavior: an anchor between two steps changes nothing but what was learned by then", async () => {
    const watch = createDriftWatch(predictor);
    const first = stateOf(await watch.look(snapshotAt(bars, NOW_SEC - 90 * 60)));
    const later = stateOf(await watch.look(snapshotAt(bars, NOW_SEC - 80 * 60)));
    assert.deepEqual({ ...later, atSec: first.atSec }, first);
  });
  it("behavior: a market that breaks is doubted and its quantiles are widened, all of them upward", async () => {
    const broken = breakBars(bars, NOW_SEC - 3 * DAY, 6);
    const snapshot = snapshotAt(broken, NOW_SEC);
    const reading = await createDriftWatch(predictor).look(snapshot);
    const state = stateOf(reading);
    assert.equal(state.isDoubted, true);
    assert.deepEqual(
      driftDoubts(reading).map(({ asset, reason }) => [asset, reason]),
      [["BTC", "model-drift"]],
    );
    assert.ok(Math.max(...state.widening) > 1);
    const logger = { warn: () => {} };
    const volPredictor = { predict: async () => [null] };
    const forecaster = createVolatilityForecaster();
    const predictions = await predictAssets(snapshot, { forecaster, volPredictor, predictor, logger });
    const plain = predictions.get("BTC")?.quantiles ?? assert.fail();
    const wider = widenPredictions(predictions, reading).get("BTC")?.quantiles ?? assert.fail();
    for (const direction of ["fall", "rise"] as const)
      plain[direction].forEach((row, horizon) => {
        row.forEach((move, level) => {
          assert.ok((wider[direction][horizon]?.[level] ?? 0) >= move);
        });
      });
    assert.ok((wider.fall[3]?.[6] ?? 0) > (plain.fall[3]?.[6] ?? 1));
  });
  it("behavior: the log hears of an alarm once, and of its end", () => {
    const lines: string[] = [];
    const note = createDriftLog({ warn: () => lines.push("warn"), info: () => lines.push("info") });
    const state: DriftState = {
      asset: "BTC",
      atSec: 0,
      sinceSec: 0,
      steps: 9,
      recentLoss: 2,
      alarm: { atSec: 0, detector: "adwin" },
      isDoubted: false,
      widening: [1, 1, 1, 1],
    };
    for (const isDoubted of [false, true, true, false, false]) note([{ ...state, isDoubted }]);
    assert.deepEqual(lines, ["warn", "info"]);
  });
});
