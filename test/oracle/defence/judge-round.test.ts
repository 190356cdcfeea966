/** Rounds of one feature: bad readings first, then minorities that lie, majorities that lie, and markets that move. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { FEATURE_SETTINGS } from "../../../oracle/ingestion/defence/feature-settings.ts";
import {
  EMPTY_MEMORY,
  type FeatureMemory,
  type JudgedRound,
  judgeRound,
} from "../../../oracle/ingestion/defence/judge-round.ts";
import type { SourceReading } from "../../../oracle/ingestion/defence/reading-faults.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";

const STEP_SEC = 60;
const NOISE = 0.0006;
const START_SEC = 1_700_000_000;
const settings = FEATURE_SETTINGS.price;

interface World {
  readonly rng: Rng;
  memory: FeatureMemory;
  round: number;
}

const newWorld = (): World => ({ rng: createRng("judge-round"), memory: EMPTY_MEMORY, round: 0 });

/** One round of five sources around a price; `change` bends single readings, `null` silences them. */
function play(
  world: World,
  price: number,
  change: (reading: SourceReading, index: number) => SourceReading | null = (reading) => reading,
): JudgedRound {
  world.round += 1;
  const atSec = START_SEC + world.round * STEP_SEC;
  const readings = Array.from({ length: 5 }, (_, index) =>
    change({ sourceId: `s${index}`, value: price * Math.exp(NOISE * world.rng.normal()), sourceTimeSec: atSec }, index),
  ).filter((reading) => reading !== null);
  const judged = judgeRound(world.memory, { readings, atSec, settings });
  world.memory = judged.memory;
  return judged;
}

function warm(world: World, rounds = 40): void {
  for (let round = 0; round < rounds; round += 1) play(world, 100 * Math.exp(0.001 * world.rng.normal()));
}

const firstReason = ({ verdicts }: JudgedRound) => verdicts[0]?.reason;
const scaled =
  (count: number, factor: number) =>
  (reading: SourceReading, index: number): SourceReading =>
    index < count ? { ...reading, value: reading.value * factor } : reading;

describe("judgeRound", () => {
  it("error: not-a-number for NaN, infinities and prices that are not positive", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 0, -1]) {
      const world = newWorld();
      warm(world);
      const judged = play(world, 100, (reading, index) => (index === 0 ? { ...reading, value } : reading));
      assert.equal(firstReason(judged), "not-a-number");
      assert.ok(judged.value !== null && Math.abs(judged.value - 100) < 0.5);
    }
  });

  it("error: stale-clock for clocks behind and ahead", () => {
    for (const shiftSec of [-301, 6]) {
      const world = newWorld();
      warm(world);
      const judged = play(world, 100, (reading, index) =>
        index === 0 ? { ...reading, sourceTimeSec: reading.sourceTimeSec + shiftSec } : reading,
      );
      assert.equal(firstReason(judged), "stale-clock");
    }
  });

  it("error: stuck after five equal values while others move", () => {
    const world = newWorld();
    warm(world);
    const reasons = Array.from({ length: 6 }, () =>
      firstReason(play(world, 100, (reading, index) => (index === 0 ? { ...reading, value: 100 } : reading))),
    );
    assert.deepEqual(reasons, ["agrees", "agrees", "agrees", "agrees", "stuck", "stuck"]);
  });

  it("error: replayed for a copy of an earlier run", () => {
    const world = newWorld();
    const said: number[] = [];
    for (let round = 0; round < 40; round += 1)
      play(world, 100, (reading, index) => {
        if (index === 0) said.push(reading.value);
        return reading;
      });
    const reasons = Array.from({ length: 6 }, (_, step) =>
      firstReason(
        play(world, 100, (reading, index) => (index === 0 ? { ...reading, value: said[step + 3] ?? 0 } : reading)),
      ),
    );
    assert.equal(reasons.at(-1), "replayed");
  });

  for (const factor of [10, 100, 1_000, 0.1, 0.01, 0.001])
    it(`error: unit-jump for a factor of ${factor}, whether one source has it or all`, () => {
      const one = newWorld();
      warm(one);
      const minority = play(one, 100, scaled(2, factor));
      assert.equal(firstReason(minority), "unit-jump");
      assert.ok(minority.value !== null && Math.abs(minority.value - 100) < 0.5);
      const all = newWorld();
      warm(all);
      assert.equal(play(all, 100, scaled(5, factor)).value, null);
    });

  it("behavior: two of five that leave at once are not followed, and one of them not before it has stayed", () => {
    const world = newWorld();
    warm(world);
    const judged = play(world, 100, scaled(2, 0.9));
    assert.deepEqual(
      judged.verdicts.map(({ reason }) => reason),
      ["departed", "departed", "agrees", "agrees", "agrees"],
    );
    assert.ok(judged.value !== null && Math.abs(judged.value - 100) < 0.5);
  });

  it("behavior: a majority that leaves freezes the price until it is back, and is never followed", () => {
    const world = newWorld();
    warm(world);
    for (let round = 0; round < 200; round += 1) {
      const judged = play(world, 100, scaled(3, 0.9));
      assert.equal(judged.value, null);
      assert.ok(judged.veto !== null);
    }
    assert.ok(play(world, 100).value !== null);
  });

  it("behavior: a minority that ramps is followed no further than the tolerance", () => {
    const world = newWorld();
    warm(world);
    let worst = 0;
    for (let round = 1; round <= 300; round += 1) {
      const { value } = play(world, 100, scaled(1, Math.exp(0.0003 * round)));
      assert.ok(value !== null);
      worst = Math.max(worst, Math.abs(Math.log(value / 100)));
    }
    assert.ok(worst < settings.centre.floor);
  });

  it("behavior: sources that disagree about a ramp with more than a third against it are not followed", () => {
    const world = newWorld();
    warm(world);
    const values = Array.from(
      { length: 300 },
      (_, round) => play(world, 100, scaled(3, Math.exp(0.0003 * round))).value,
    );
    assert.ok(values.slice(30).every((value) => value === null));
  });

  it("behavior: a crash of 20 % in which all take part is followed at once; with one behind it, as soon as that one is there", () => {
    const together = newWorld();
    warm(together);
    assert.ok(Math.abs((play(together, 80).value ?? 0) - 80) < 0.5);
    const behind = newWorld();
    warm(behind);
    const late = play(behind, 80, (reading, index) => (index === 0 ? { ...reading, value: 100 } : reading));
    assert.equal(late.veto?.reason, "majority-departed");
    assert.ok(Math.abs((play(behind, 80).value ?? 0) - 80) < 0.5);
  });

  it("behavior: silence of a majority is no agreement of the rest; silence of a day is forgotten", () => {
    const world = newWorld();
    warm(world);
    const silent = (reading: SourceReading, index: number) => (index < 3 ? null : reading);
    assert.equal(play(world, 100, silent).veto?.reason, "no-quorum");
    world.round += 86_400 / STEP_SEC;
    assert.ok(play(world, 100, silent).value !== null);
  });

  it("behavior: trust is lost at once and comes back slowly", () => {
    const world = newWorld();
    warm(world);
    play(world, 100, scaled(1, 1.006));
    const reputation = () => world.memory.sources.get("s0")?.reputation ?? Number.NaN;
    assert.ok(reputation() < 0.3);
    const after = play(world, 100);
    assert.equal(firstReason(after), "on-probation");
    for (let round = 0; round < 100; round += 1) play(world, 100);
    assert.ok(reputation() > 0.5 && reputation() < 1);
  });

  it("behavior: one source alone is used and called so; two that differ are not", () => {
    const world = newWorld();
    const alone = play(world, 100, (reading, index) => (index === 0 ? reading : null));
    assert.equal(firstReason(alone), "single-source");
    const two = newWorld();
    const judged = play(two, 100, (reading, index) => (index < 2 ? scaled(1, 1.05)(reading, index) : null));
    assert.equal(judged.veto?.reason, "no-quorum");
  });
});
