/** Retraining of the volatility model: missing, old and broken input first, losses by hand, then a whole run on small data. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { retrainVol, trainVolUntil } from "../../../oracle/pipeline/retraining/retrain-vol.ts";
import type { TrainingOrder } from "../../../oracle/pipeline/retraining/training-order.ts";
import { volShadowLosses } from "../../../oracle/training/challenger/vol-shadow-losses.ts";
import { VOL_SETTINGS } from "../../../oracle/training/vol-lstm/fit-vol-ensemble.ts";
import type { LossTable } from "../../../oracle/training/vol-lstm/vol-evaluation.ts";
import { HOURLY_FIRST_SEC, hourlyCsv } from "../../helpers/hourly-csv.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const TEST_MS = 300_000;
const DAY_SEC = 86_400;
/** 280 days of history, then rows enough for a fold, a purge and a block that stops. */
const CHAMPION_DAYS = 440;
const SHADOW_DAYS = 90;
const OPTIONS = { settings: { ...VOL_SETTINGS, networks: 1, maxEpochs: 1, batchRows: 64, stopDays: 25 }, foldDays: 40 };

const table = (seriesId: string, horizonHours: number, losses: Readonly<Record<number, number>>): LossTable => {
  const times = Object.keys(losses).map(Number);
  const column = Float64Array.from(times, (time) => losses[time] ?? Number.NaN);
  return {
    seriesId,
    everyHours: 24,
    horizonHours,
    record: { sums: [], masses: [], lastSec: null },
    atSec: Float64Array.from(times),
    level: column,
    combined: column,
    realised: column,
    losses: new Map([["combined", column]]),
  };
};

describe("volShadowLosses", () => {
  it("error: nothing to compare, no shared time, and losses that are no numbers give no times", () => {
    const one = [table("a", 24, { 0: 1 })];
    const broken = [table("a", 24, { 0: Number.NaN })];
    for (const [old, fresh] of [
      [[], []],
      [one, []],
      [one, [table("a", 24, { [DAY_SEC]: 1 })]],
      [one, broken],
      [broken, one],
      [[table("a", 720, { 0: 1 })], [table("a", 720, { 0: 1 })]],
    ] as const)
      assert.equal(volShadowLosses(old, fresh).atSec.length, 0);
  });

  it("default: days that have every horizon; series of a day count once, horizons alike", () => {
    const later = 3 * 3_600;
    const champion = [
      table("a", 24, { 0: 1, [later]: 3, [DAY_SEC]: 9 }),
      table("b", 24, { 0: 5 }),
      table("a", 168, { 0: 7 }),
      table("a", 720, { 0: 100 }),
    ];
    const challenger = [table("a", 168, { 0: 1 }), table("b", 24, { 0: 2 }), table("a", 24, { 0: 2, [later]: 2 })];
    const found = volShadowLosses(champion, challenger);
    assert.deepEqual([[...found.atSec], [...found.champion], [...found.challenger]], [[0], [5], [1.5]]);
  });
});

describe("retrainVol", function () {
  this.timeout(TEST_MS);
  let folder: TemporaryFolder;
  let order: TrainingOrder;

  const write = (days: number): void => {
    for (const asset of ["BTC", "ETH"])
      writeFileSync(join(folder.path, `${asset}USDT_1h.csv`), hourlyCsv(24 * days, asset));
  };
  const dayEnd = (day: number): number => HOURLY_FIRST_SEC + day * DAY_SEC;

  before(async () => {
    folder = temporaryFolder();
    write(CHAMPION_DAYS);
    order = {
      model: "vol-lstm",
      data: [folder.path],
      seed: "challenger",
      championDir: join(folder.path, "champion"),
      challengerDir: join(folder.path, "challenger"),
      trainedAtSec: 1,
    };
    const champion = { ...order, seed: "champion", challengerDir: order.championDir };
    await trainVolUntil(champion, dayEnd(CHAMPION_DAYS), OPTIONS);
  });
  after(() => folder.remove());

  it("error: no data, no champion, and no twelve weeks that the champion has not seen", async () => {
    await assert.rejects(retrainVol({ ...order, data: [] }), { code: "TRAINING_DATA_WANTED" });
    await assert.rejects(retrainVol({ ...order, championDir: folder.path }), { code: "ARTEFACT_REFUSED" });
    write(CHAMPION_DAYS + 83);
    await assert.rejects(retrainVol(order), { code: "RETRAINING_DATA_OLD" });
  });

  it("default: the challenger reads no bar of the compared days, and noise promotes nothing", async () => {
    write(CHAMPION_DAYS + SHADOW_DAYS);
    const shares: number[] = [];
    const outcome = await retrainVol(order, { ...OPTIONS, onProgress: (share) => shares.push(share) });
    const { decision, cardDiff, champion, challenger } = outcome;
    assert.notEqual(champion, challenger);
    assert.deepEqual([decision.promote, decision.fromSec], [false, dayEnd(CHAMPION_DAYS)]);
    // From the first midnight to the last that a label of seven days follows.
    assert.equal(decision.times, SHADOW_DAYS - 7 + 1);
    assert.ok(decision.championLoss > 0 && decision.challengerLoss > 0 && decision.lags === 7);
    assert.ok(shares.every((share) => share > 0 && share <= 1));
    const newest = new Date(dayEnd(CHAMPION_DAYS) * 1_000).toISOString().slice(0, 10);
    for (const part of [champion, challenger, "**Not promoted**", "QLIKE", `| newest label | ${newest} | same |`])
      assert.ok(cardDiff.includes(part), part);
  });
});
