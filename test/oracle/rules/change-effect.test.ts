/** The effect of new bounds on live positions, and which changes count as narrowing. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { effectOf, type LivePosition } from "../../../oracle/rules/change-effect.ts";
import { firstWidened } from "../../../oracle/rules/class-narrowing.ts";
import { marginUp, payoffAt, WAD } from "../../../oracle/rules/margin.ts";
import { applyEntry, initialWord } from "../../../oracle/rules/risk-rules.ts";

const START_SEC = 1_700_000_000;
const DAY_SEC = 86_400;
const E8 = 100_000_000n;
const CLASS_ID = 1;
const TOKEN = "0x00000000000000000000000000000000000000aa";
const CLASS: RiskClass = {
  rhoFloorBps: 300,
  rhoCeilingBps: 9_000,
  rhoDefaultBps: 3_000,
  rhoInitialBps: 3_000,
  piFloorBps: 50,
  piCapBps: 4_000,
  piDefaultBps: 1_000,
  deltaBps: 100,
  tighten: { stepBps: 300, driftBps: 900, delaySec: 60 },
  loosen: { stepBps: 150, driftBps: 500, delaySec: 60 },
  windowSec: DAY_SEC,
  validitySec: 7_200,
  graceMinutes: 10,
  rampMinutes: 30,
  fallbackRampMinutes: 1_440,
  betaBps: 2_000,
  maxAboveOpenBps: 2_000,
  piStepBps: 100,
  active: true,
};
/** Long after validity and fallback ramp. */
const STALE_SEC = START_SEC + 3 * DAY_SEC;

const SERIES = { marketId: 1, strikeE8: 50_000n * E8, expirySec: START_SEC + 30 * DAY_SEC, isPut: true };
const PAYOFF = payoffAt({ isPut: true, strikeE8: SERIES.strikeE8, priceE8: 50_000n * E8, decimals: 6 });

/** One put at the money, scored with ρ = 20 %, collateralised for `coveredBps`. */
function position(coveredBps: bigint, changes: Partial<LivePosition> = {}): LivePosition {
  const entry = { epoch: 1, rhoBps: 2_000, piBps: 200, score: 100 };
  const context = { riskClass: CLASS, observedAtSec: START_SEC, appliedAtSec: START_SEC };
  return {
    id: 1n,
    owner: "0x00000000000000000000000000000000000000bb",
    word: applyEntry(initialWord(CLASS_ID, CLASS), entry, context).word,
    quantileWord: 0n,
    series: SERIES,
    sizeE8: E8,
    collateral: marginUp(PAYOFF, E8, coveredBps),
    token: TOKEN,
    decimals: 6,
    priceE8: 50_000n * E8,
    ...changes,
  };
}

function changeTo(changes: Partial<RiskClass>) {
  return { before: new Map([[CLASS_ID, CLASS]]), after: new Map([[CLASS_ID, { ...CLASS, ...changes }]]) };
}

describe("effectOf", () => {
  it("default: a change that no reading depends on moves nothing", () => {
    const effect = effectOf([position(2_100n)], changeTo({ rhoFloorBps: 2_500, betaBps: 4_000 }), START_SEC);
    assert.deepEqual(effect.moved, []);
    const required = marginUp(PAYOFF, E8, 2_000n);
    assert.deepEqual(effect.requirements, [{ token: TOKEN, before: required, after: required }]);
  });

  it("behavior: a higher default reaches nobody now, and everybody once scores are stale", () => {
    const change = changeTo({ rhoDefaultBps: 4_000 });
    assert.deepEqual(effectOf([position(3_500n)], change, START_SEC).moved, []);
    const { newlyUnhealthy, requirements } = effectOf([position(3_500n)], change, STALE_SEC);
    const [hit] = newlyUnhealthy;
    assert.ok(hit);
    assert.deepEqual([hit.rhoBeforeBps, hit.rhoAfterBps], [3_000, 4_000]);
    assert.ok(hit.healthBeforeWad >= WAD && hit.healthAfterWad < WAD);
    const [before, after] = [marginUp(PAYOFF, E8, 3_000n), marginUp(PAYOFF, E8, 4_000n)];
    assert.deepEqual(requirements, [{ token: TOKEN, before, after }]);
  });

  it("behavior: exactly covered is healthy, one unit less is not", () => {
    const change = changeTo({ rhoDefaultBps: 4_000 });
    const exact = position(4_000n);
    assert.equal(effectOf([exact], change, STALE_SEC).newlyUnhealthy.length, 0);
    const short = { ...exact, collateral: exact.collateral - 1n };
    assert.equal(effectOf([short], change, STALE_SEC).newlyUnhealthy.length, 1);
  });

  it("behavior: what was unhealthy before is not counted as new", () => {
    const { moved, newlyUnhealthy } = effectOf([position(2_500n)], changeTo({ rhoDefaultBps: 4_000 }), STALE_SEC);
    assert.equal(moved.length, 1);
    assert.equal(newlyUnhealthy.length, 0);
  });

  it("behavior: closed and expired positions and other classes do not count", () => {
    const closed = position(3_500n, { sizeE8: 0n });
    const expired = position(3_500n, { series: { ...SERIES, expirySec: STALE_SEC } });
    const foreign = position(3_500n, { word: initialWord(2, CLASS) });
    const effect = effectOf([closed, expired, foreign], changeTo({ rhoDefaultBps: 4_000 }), STALE_SEC);
    assert.deepEqual([effect.positions, effect.moved, effect.requirements], [1, [], []]);
  });
});

describe("firstWidened", () => {
  /** One step of each field in both directions, with what the Solidity test `Narrowing.t.sol` expects. */
  const cases: readonly (readonly [Partial<RiskClass>, string | null])[] = [
    [{}, null],
    [{ rhoFloorBps: 301 }, null],
    [{ rhoFloorBps: 299 }, "rhoFloorBps"],
    [{ rhoCeilingBps: 3_600 }, null],
    [{ rhoCeilingBps: 3_599 }, "rhoCeilingBps"],
    [{ rhoCeilingBps: 9_001 }, "rhoCeilingBps"],
    [{ piFloorBps: 51, piCapBps: 3_999, piStepBps: 99 }, null],
    [{ piFloorBps: 49 }, "piFloorBps"],
    [{ piCapBps: 4_001 }, "piCapBps"],
    [{ piStepBps: 101 }, "piStepBps"],
    [{ tighten: { stepBps: 299, driftBps: 899, delaySec: 61 } }, null],
    [{ tighten: { stepBps: 301, driftBps: 900, delaySec: 60 } }, "lane.stepBps"],
    [{ loosen: { stepBps: 150, driftBps: 501, delaySec: 60 } }, "lane.driftBps"],
    [{ loosen: { stepBps: 150, driftBps: 500, delaySec: 59 } }, "lane.delaySec"],
    [{ rhoInitialBps: 3_001, betaBps: 2_001, active: false }, null],
    [{ rhoInitialBps: 2_999 }, "rhoInitialBps"],
    [{ betaBps: 1_999 }, "betaBps"],
    ...(["rhoDefaultBps", "piDefaultBps", "deltaBps", "validitySec", "windowSec", "graceMinutes"] as const).flatMap(
      (field) => [-1, 1].map((step) => [{ [field]: CLASS[field] + step }, field] as const),
    ),
    ...(["rampMinutes", "fallbackRampMinutes", "maxAboveOpenBps"] as const).flatMap((field) =>
      [-1, 1].map((step) => [{ [field]: CLASS[field] + step }, field] as const),
    ),
  ];

  it("default: each field by its rule", () => {
    for (const [changes, expected] of cases) {
      assert.equal(firstWidened(CLASS, { ...CLASS, ...changes }), expected, JSON.stringify(changes));
    }
    assert.equal(firstWidened({ ...CLASS, active: false }, CLASS), "active");
  });
});
