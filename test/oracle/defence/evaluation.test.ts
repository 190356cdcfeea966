/** The depth fault of the crash day and attacks on a seeded path, as the evaluation command measures them. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "mocha";
import { openFileSource } from "../../../oracle/ingestion/sources/file-source.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { faultReport } from "../../../scripts/evaluate/feed-guard/fault-report.ts";
import { FEED_ATTACKS, type FeedAttackName } from "../../../scripts/feed-attacks/feed-attacks.ts";
import { type AttackPlan, runFeedAttack } from "../../../scripts/feed-attacks/run-feed-attack.ts";

const DATA = resolve(process.env.PLIMSOLL_DATA ?? "../shared/data");
const NAMES = ["offset", "edge", "ramp", "stuck", "replayed", "unit-jump"] as const satisfies FeedAttackName[];

function pathOf(rounds: number): readonly number[] {
  const rng = createRng("path");
  let price = 100_000;
  return Array.from({ length: rounds }, () => {
    price *= Math.exp(0.001 * rng.normal());
    return price;
  });
}

const plan = (fields: Partial<AttackPlan>): AttackPlan => ({
  ...{ truth: pathOf(400), stepSec: 60, sources: 5, bad: 1, attack: "offset", fromRound: 100 },
  ...fields,
});

describe("feed-guard evaluation", () => {
  for (const attack of NAMES)
    it(`behavior: ${attack} by one of five is noticed, and moves nothing by more than 20 bp`, () => {
      assert.ok(attack in FEED_ATTACKS);
      const outcome = runFeedAttack(plan({ attack }), createRng(attack));
      assert.ok(outcome.noticed > 0.9 * outcome.rounds);
      assert.equal(outcome.followed, 0);
      assert.ok(outcome.defence.max < 20);
      assert.ok(outcome.delay !== null && outcome.delay <= 15);
    });

  it("behavior: a majority is frozen; the plain median follows it", () => {
    const outcome = runFeedAttack(plan({ bad: 3 }), createRng("majority"));
    assert.equal(outcome.vetoed, outcome.rounds);
    assert.ok(outcome.median.p50 > 900);
  });

  it("behavior: a ramp of all but one is followed, up to 2 % where an index stands beside it", () => {
    const alone = runFeedAttack(plan({ bad: 4, attack: "ramp" }), createRng("ramp"));
    assert.ok(alone.defence.max > 500);
    const anchored = runFeedAttack(plan({ bad: 4, attack: "ramp", anchored: true }), createRng("ramp"));
    assert.ok(anchored.defence.max < 210);
  });

  it("default: the depth fault of 2025-10-10 is found row by row, and nothing before it", async function () {
    if (!existsSync(join(DATA, "cascade-2025-10-10"))) {
      console.warn(`SKIPPED: no cascade-2025-10-10 at ${DATA}; set PLIMSOLL_DATA to run the test on the depth fault.`);
      this.skip();
    }
    const report = faultReport(await openFileSource({ paths: [DATA], scenario: "crash-2025-10" }));
    assert.ok(report.crossed.precision >= 0.99 && report.crossed.recall >= 0.98);
    assert.equal(report.falseAlarms, 0);
    assert.ok(report.delayBooks <= 2);
  });
});
