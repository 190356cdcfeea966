/** The parts of the drift watch on made-up streams: unknown outcomes first, then alarms, widening and its bounds. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { QuantilePrediction } from "../../../oracle/domain/prediction.ts";
import { wideningPath } from "../../../oracle/models/drift-watch/conformal-widening.ts";
import { judgeDrift } from "../../../oracle/models/drift-watch/drift-state.ts";
import { findAlarms } from "../../../oracle/models/drift-watch/find-alarms.ts";
import { normalisedLoss } from "../../../oracle/models/drift-watch/normalised-loss.ts";
import { WATCH_STEP_SEC, watchEnd, watchStart } from "../../../oracle/models/drift-watch/watched-step.ts";
import { widenQuantiles } from "../../../oracle/models/drift-watch/widen-quantiles.ts";
import { FIRST_SEC, stepsOf } from "./drift-fixtures.ts";

const HOUR = 3_600;
const DAY = 86_400;
const STEPS = 300;
const BREAK = 150;
const END_SEC = FIRST_SEC + STEPS * WATCH_STEP_SEC;
/** ln 3 less the dead zone. */
const MOST = Math.log(3) - 0.2;

describe("drift watch, parts", () => {
  it("error: outcomes that are not known give no loss, no alarm and no widening", () => {
    const steps = stepsOf(STEPS, () => Number.NaN);
    assert.ok(steps.every((step) => Number.isNaN(normalisedLoss(step))));
    const { state, widening } = judgeDrift(steps, { asset: "BTC", sinceSec: FIRST_SEC, atSec: END_SEC });
    assert.deepEqual([state.steps, state.recentLoss, state.alarm, state.isDoubted], [0, null, null, false]);
    assert.deepEqual([...widening.logFactors], [0, 0, 0, 0]);
  });
  it("error: no steps at all", () => {
    const { state } = judgeDrift([], { asset: "BTC", sinceSec: FIRST_SEC, atSec: FIRST_SEC });
    assert.deepEqual([state.steps, state.recentLoss, state.isDoubted], [0, null, false]);
    assert.deepEqual(state.widening, [1, 1, 1, 1]);
  });
  it("default: losses around 1, one step at most 7", () => {
    const losses = stepsOf(STEPS, () => 1).map(normalisedLoss);
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / STEPS;
    assert.ok(mean > 0.8 && mean < 1.2, `mean ${mean}`);
    assert.equal(normalisedLoss(stepsOf(1, () => 1_000)[0] ?? assert.fail()), 7);
  });
  it("behavior: alarms after a rise of the loss, none in calm, none after a fall", () => {
    assert.deepEqual(findAlarms(stepsOf(STEPS, () => 1)), []);
    assert.deepEqual(findAlarms(stepsOf(STEPS, (place) => (place < BREAK ? 1 : 0.4))), []);
    const [first] = findAlarms(stepsOf(STEPS, (place) => (place < BREAK ? 1 : 3)));
    const breakSec = FIRST_SEC + BREAK * WATCH_STEP_SEC;
    assert.ok(first !== undefined && first.atSec > breakSec && first.atSec < breakSec + 30 * WATCH_STEP_SEC);
  });
  it("behavior: an alarm is heeded for 72 hours from the moment at which it could be known", () => {
    const steps = stepsOf(STEPS, (place) => (place < BREAK ? 1 : 3));
    const alarm = findAlarms(steps)[0] ?? assert.fail();
    const known = steps.filter(({ atSec }) => atSec + 4 * HOUR <= alarm.atSec);
    const doubtedAt = (atSec: number) =>
      judgeDrift(known, { asset: "BTC", sinceSec: FIRST_SEC, atSec }).state.isDoubted;
    assert.equal(doubtedAt(alarm.atSec), true);
    assert.equal(doubtedAt(alarm.atSec + 72 * HOUR - 1), true);
    assert.equal(doubtedAt(alarm.atSec + 72 * HOUR), false);
  });
  it("behavior: an outcome moves the widening only when its horizon is over", () => {
    const steps = stepsOf(3, () => 100);
    const factorsAt = (atSec: number) => [...wideningPath(steps, atSec).latest.logFactors];
    const lastSec = steps.at(-1)?.atSec ?? 0;
    const before = factorsAt(lastSec + HOUR - 1);
    const after = factorsAt(lastSec + HOUR);
    assert.ok((after[0] ?? 0) > (before[0] ?? 0));
    assert.deepEqual([...(wideningPath(steps, END_SEC).applied[0]?.logFactors ?? [])], [0, 0, 0, 0]);
    // The future of a step never changes what was applied to it.
    const changed = [...steps.slice(0, 2), ...stepsOf(3, () => 0).slice(2)];
    assert.deepEqual(wideningPath(changed, END_SEC).applied, wideningPath(steps, END_SEC).applied);
  });
  it("behavior: widening is bounded, falls no lower than 1, never shrinks with the horizon, and narrows slowly", () => {
    const storm = wideningPath(
      stepsOf(STEPS, () => 50),
      END_SEC,
    ).latest.logFactors;
    for (const factor of storm) assert.ok(factor <= MOST + 1e-12);
    assert.ok((storm[0] ?? 0) > 0.85);
    const path = wideningPath(
      stepsOf(STEPS, (place) => (place < BREAK ? 3 : 0.1)),
      END_SEC,
    );
    for (const { logFactors } of path.applied)
      logFactors.forEach((factor, horizon) => {
        assert.ok(factor >= (logFactors[horizon - 1] ?? 0) && factor <= MOST + 1e-12);
      });
    const [high, low] = [path.applied[BREAK]?.logFactors[0] ?? 0, path.latest.logFactors[0]];
    assert.ok(high > 0.2);
    assert.equal(low, 0);
    assert.ok((path.applied[BREAK + 5]?.logFactors[0] ?? 0) > 0);
  });
  it("behavior: with the widening the band of a changed stream covers again", () => {
    const steps = stepsOf(STEPS, (place) => (place < BREAK ? 1 : 1.8), 3);
    const { applied } = wideningPath(steps, END_SEC);
    const covered = (corrected: boolean): number => {
      const late = steps.slice(BREAK + 20).map((step, place) => {
        const factor = corrected ? Math.exp(applied[BREAK + 20 + place]?.logFactors[1] ?? 0) : 1;
        return Number((step.realised.fall[1] ?? 0) <= factor * (step.stated.fall[1]?.[3] ?? 0));
      });
      return late.reduce((sum, inside) => sum + inside, 0) / late.length;
    };
    assert.ok(covered(false) < 0.85, `${covered(false)}`);
    assert.ok(covered(true) > 0.88, `${covered(true)}`);
  });
  it("behavior: widened quantiles are never smaller, stay below 1 for falls, and keep their order", () => {
    const table = [
      [0, 0.001, 0.2, 0.999],
      [0, 0.002, 0.3, 1],
    ].map((row) => Float64Array.from(row));
    const prediction: QuantilePrediction = {
      asset: "BTC",
      atSec: 0,
      fall: table,
      rise: table,
      modelId: "test",
      fallbacks: [],
    };
    assert.equal(widenQuantiles(prediction, new Float64Array(2)), prediction);
    const wider = widenQuantiles(prediction, Float64Array.of(0, Math.log(2)));
    assert.deepEqual(wider.fall[0], table[0]);
    assert.ok(Math.abs((wider.fall[1]?.[2] ?? 0) - 0.51) < 1e-12);
    assert.ok(Math.abs((wider.rise[1]?.[2] ?? 0) - 0.69) < 1e-12);
    for (const rows of [wider.fall, wider.rise])
      rows.forEach((row, horizon) => {
        row.forEach((move, level) => {
          assert.ok(move >= (table[horizon]?.[level] ?? 0) && move >= (row[level - 1] ?? 0));
        });
      });
    assert.ok(wider.fall.flatMap((row) => [...row]).every((move) => move <= 1));
  });
  it("default: watches begin at fixed times and overlap by half", () => {
    for (const atSec of [FIRST_SEC, FIRST_SEC + 17 * DAY, FIRST_SEC + 31.3 * DAY]) {
      const age = atSec - watchStart(atSec);
      assert.ok(age >= 28 * DAY && age < 56 * DAY);
      assert.equal(watchStart(atSec) % (28 * DAY), 0);
      assert.equal(watchStart(watchEnd(atSec)) - watchStart(atSec), 28 * DAY);
      assert.equal(watchStart(watchEnd(atSec) - 1), watchStart(atSec));
    }
  });
});
