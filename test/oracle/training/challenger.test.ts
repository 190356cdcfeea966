/** Champion and challenger: too little evidence first, then both decisions, losses by hand, and the text that people read. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../../oracle/domain/prediction.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { quantileManifestSchema } from "../../../oracle/models/manifest.ts";
import { cardDiff } from "../../../oracle/training/challenger/card-diff.ts";
import { decidePromotion } from "../../../oracle/training/challenger/promotion-decision.ts";
import { type ShadowLosses, shadowLosses } from "../../../oracle/training/challenger/shadow-losses.ts";
import type { QuantileSample } from "../../../oracle/training/dataset/quantile-samples.ts";

const EVERY_SEC = 3 * 3_600;
const START_SEC = 1_700_000_000;
const TIMES = 1_000;
const NAMES = FEATURE_SCHEMA.definitions.map(({ name }) => name);
const manifest = quantileManifestSchema.parse(
  JSON.parse(
    readFileSync(new URL("../../../oracle/models/artifacts/quantile-net/manifest.json", import.meta.url), "utf8"),
  ),
);

/** Losses of both with shared noise; the challenger's is `gain` lower, with noise of its own. */
function losses(count: number, gain: number, seed = 1): ShadowLosses {
  const rng = createRng(seed);
  const champion = Float64Array.from({ length: count }, () => 0.12 * rng.exponential());
  return {
    atSec: Float64Array.from(champion, (_, place) => START_SEC + place * EVERY_SEC),
    champion,
    challenger: champion.map((loss) => loss - gain + 0.01 * rng.normal()),
  };
}

function sample(atSec: number, move: number, sigma: number): QuantileSample {
  const moves = Float64Array.from(QUANTILE_HORIZONS_HOURS, () => move);
  return {
    asset: "BTC",
    atSec,
    values: new Float64Array(),
    missing: new Uint8Array(),
    sigma: Float64Array.from(QUANTILE_HORIZONS_HOURS, () => sigma),
    labels: { fall: moves, rise: moves },
    baselines: null,
  };
}

const stated = (log: number) => ({
  fall: QUANTILE_HORIZONS_HOURS.map(() => Float64Array.from(QUANTILE_LEVELS, () => -Math.expm1(-log))),
  rise: QUANTILE_HORIZONS_HOURS.map(() => Float64Array.from(QUANTILE_LEVELS, () => Math.expm1(log))),
});

describe("promotion", () => {
  it("error: no rows, equal models and NaN losses never promote", () => {
    assert.deepEqual(decide(losses(0, 1)), [false, "too-few-rows"]);
    const equal = losses(TIMES, 0);
    assert.deepEqual(decide({ ...equal, challenger: equal.champion }), [false, "not-significant"]);
    const broken = { ...equal, challenger: equal.challenger.map(() => Number.NaN) };
    assert.deepEqual(decide(broken), [false, "not-significant"]);
  });
  it("error: a month of rows is not enough, however clear it looks", () => {
    assert.deepEqual(decide(losses(239, 0.05)), [false, "too-few-rows"]);
    assert.deepEqual(decide(losses(241, 0.05)), [true, "better"]);
  });
  it("default: better and sure is promoted; worse and unsure are not", () => {
    assert.deepEqual(decide(losses(TIMES, 0.01)), [true, "better"]);
    assert.deepEqual(decide(losses(TIMES, -0.01)), [false, "worse"]);
    assert.deepEqual(decide(losses(TIMES, 0, 5)), [false, "not-significant"]);
  });
  it("default: lags span the longest horizon", () => {
    assert.equal(decidePromotion(losses(TIMES, 0), { everySec: EVERY_SEC }).lags, 24);
  });
  it("default: losses are pinball of log moves in standard deviations, averaged over the assets of a time", () => {
    const [low, high] = [sample(START_SEC, 0.03, 0.01), sample(START_SEC, 0.01, 0.01)];
    const found = shadowLosses({
      samples: [sample(START_SEC + 1, 0.02, 0.01), low, high],
      champion: [stated(0.02), stated(0.02), stated(0.02)],
      challenger: [stated(0.04), stated(0.02), stated(0.02)],
    });
    const share = QUANTILE_LEVELS.reduce((sum, level) => sum + level, 0) / QUANTILE_LEVELS.length;
    assert.deepEqual([...found.atSec], [START_SEC, START_SEC + 1]);
    const close = (value: number | undefined, wanted: number) => assert.ok(Math.abs((value ?? 9) - wanted) < 1e-12);
    close(found.champion[0], (share + (1 - share)) / 2);
    close(found.champion[1], 0);
    close(found.challenger[1], 2 * (1 - share));
  });
  it("behavior: the card's difference names decision, hashes, inputs and files, and what is the same", () => {
    const dropped = manifest.guard.features.map((range, index) => (index === 0 ? null : range));
    const challenger = {
      ...manifest,
      sha256: `0x${"ab".repeat(32)}` as const,
      guard: { ...manifest.guard, features: dropped },
      training: { ...manifest.training, files: manifest.training.files.slice(1) },
    };
    const decision = decidePromotion(losses(TIMES, 0.01), { everySec: EVERY_SEC });
    const text = cardDiff({ champion: manifest, challenger, decision, featureNames: NAMES });
    for (const part of [
      "**Promoted.**",
      manifest.sha256,
      challenger.sha256,
      `${NAMES[0]}: not used any more`,
      "| same |",
    ])
      assert.ok(text.includes(part), part);
    assert.ok(text.includes(`${manifest.training.files[0]?.name}: not read any more`));
    const kept = decidePromotion(losses(TIMES, -0.01), { everySec: EVERY_SEC });
    const same = cardDiff({ champion: manifest, challenger: manifest, decision: kept, featureNames: NAMES });
    for (const part of ["**Not promoted** (worse)", "No input was added", "The same files."])
      assert.ok(same.includes(part), part);
  });
});

function decide(rows: ShadowLosses): readonly [boolean, string] {
  const { promote, reason } = decidePromotion(rows, { everySec: EVERY_SEC });
  return [promote, reason];
}
