/** How long a close-out takes: broken settings and expiry first, then size against depth. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AssetMarket } from "../../../oracle/domain/market.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { type AssetContext, assetContext, horizonSteps } from "../../../oracle/scoring/asset-context.ts";
import { unitDepth } from "../../../oracle/scoring/depth-curve.ts";
import { scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { SAMPLE_TIME_SEC, samplePosition, sampleScoringInput } from "../../../scripts/bench/scoring-input.ts";

const HOUR_SEC = 3_600;
const INPUT = sampleScoringInput({ positions: 1, series: 1, seed: "horizon" });
const AT = { atSec: SAMPLE_TIME_SEC, settings: DEFAULT_SCORING_SETTINGS };
const CONTEXT = contextOf();

function contextOf(): AssetContext {
  const found = assetContext("BTC", { ...INPUT, settings: DEFAULT_SCORING_SETTINGS });
  assert.ok(found !== null);
  return found;
}

/** Coins whose sale takes the given hours at four refills of the 1 % depth an hour. */
function coinsOf(hours: number): number {
  return (
    (hours * DEFAULT_SCORING_SETTINGS.depthRefillsPerHour * unitDepth(CONTEXT.terms.put.curve)) / CONTEXT.market.spot
  );
}

function stepsOf(change: Parameters<typeof samplePosition>[0], settings = DEFAULT_SCORING_SETTINGS): number {
  return horizonSteps(samplePosition(change), CONTEXT, { ...AT, settings });
}

describe("horizonSteps", () => {
  it("behavior: never beyond expiry, never below one step", () => {
    assert.equal(stepsOf({ expirySec: SAMPLE_TIME_SEC + 3 * HOUR_SEC }), 3);
    assert.equal(stepsOf({ expirySec: SAMPLE_TIME_SEC + 1 }), 1);
    assert.equal(stepsOf({ size: coinsOf(500), expirySec: SAMPLE_TIME_SEC + 10 * HOUR_SEC }), 10);
  });

  it("behavior: never beyond the longest horizon", () => {
    assert.equal(stepsOf({ size: 1e12 }), 24);
    assert.equal(stepsOf({ size: 1e12 }, { ...DEFAULT_SCORING_SETTINGS, maxHorizonSec: 8 * HOUR_SEC }), 8);
  });

  it("default: six hours, and one more for each hour that the size takes to sell", () => {
    const puts = [0.001, 0.99, 1.01, 5.01].map((hours) => stepsOf({ size: coinsOf(hours) }));
    assert.deepEqual(puts, [6, 6, 7, 11]);
    // A call needs at most what its strike is worth: at half of spot the same coins take half the time.
    assert.equal(stepsOf({ kind: "call", strike: CONTEXT.market.spot / 2, size: coinsOf(8.02) }), 10);
  });

  it("behavior: non-decreasing in size and in H (2 000 random pairs)", () => {
    const rng = createRng("horizon-pairs");
    for (let pair = 0; pair < 1_000; pair += 1) {
      const size = coinsOf(20 * rng.uniform());
      const horizonSec = HOUR_SEC * (1 + 12 * rng.uniform());
      const settings = { ...DEFAULT_SCORING_SETTINGS, horizonSec };
      const longer = { ...settings, horizonSec: horizonSec * (1 + rng.uniform()) };
      assert.ok(stepsOf({ size: size * 1.5 }, settings) >= stepsOf({ size }, settings));
      assert.ok(stepsOf({ size }, longer) >= stepsOf({ size }, settings));
    }
  });

  it("behavior: thinner depth means a longer horizon and a higher ρ", () => {
    const book = INPUT.snapshot.assets.get("BTC");
    assert.ok(book?.book !== null && book?.book !== undefined);
    const bands = book.book.bids.map((band) => ({ ...band, notionalUsd: band.notionalUsd / 10 }));
    const thin = { ...book, book: { ...book.book, bids: bands } };
    const positions = [samplePosition({ size: coinsOf(0.9), strike: 54_000 })];
    const rho = (market: AssetMarket): number => {
      const snapshot = { ...INPUT.snapshot, assets: new Map([["BTC", market]]) };
      return scorePositions({ ...INPUT, positions, snapshot }, DEFAULT_SCORING_SETTINGS).scores[0]?.rhoBps ?? 0;
    };
    assert.ok(rho(thin) > rho(book));
  });
});
