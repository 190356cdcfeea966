/** The reasons of the reviewed values, as far as a machine can check them; docs/deployments.md gives all of them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { payoffBounds } from "../../../oracle/domain/positions.ts";
import { type Black76Input, black76, black76Coin } from "../../../oracle/math/black76.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { classesOf, type DeploymentConfig, readDeploymentConfig } from "../../../scripts/deploy/deployment-config.ts";

const DEPLOYMENTS = join(import.meta.dirname, "../../../deployments");
const BPS = 10_000;
const MINUTE_SEC = 60;
const HOUR_SEC = 3_600;
const DAY_SEC = 86_400;
/** The stress of `scripts/generate/static-grid.ts`. */
const STRESS = { deviations: 4.5, horizonYears: 6 / 8_760, volRise: 1.3, cost: 0.01 };
/** Lowest and highest moneyness of the outermost buckets. */
const [LEAST_MONEYNESS, GREATEST_MONEYNESS] = [6_000, 16_000];
const STEPS = 20;
/** What the static cells have to stand: tenor in days by volatility a year. */
const COVERED = [
  { vol: 1, days: 30 },
  { vol: 0.8, days: 90 },
  { vol: 0.6, days: 180 },
] as const;

/** What a short option of this moneyness needs after the stress, share of L − I. */
function needed(
  kind: "call" | "put",
  moneyness: number,
  { vol, days }: { readonly vol: number; readonly days: number },
) {
  const strike = kind === "call" ? moneyness : 1 / moneyness;
  const move = STRESS.deviations * vol * Math.sqrt(STRESS.horizonYears);
  const forward = Math.exp(kind === "call" ? move : -move);
  const option: Black76Input = { kind, strike, forward, tenorYears: days / 365, impliedVol: vol * STRESS.volRise };
  const value = kind === "call" ? black76Coin(option).price : black76(option).price;
  const { intrinsic, maxLoss } = payoffBounds({ kind, strike }, 1);
  return (value - intrinsic) / (maxLoss - intrinsic) + STRESS.cost;
}

/** The most of a bucket and its kinds, basis points. */
function worstOf([low, high]: readonly [number, number], at: { readonly vol: number; readonly days: number }): number {
  const places = Array.from({ length: STEPS + 1 }, (_, step) => (low + ((high - low) * step) / STEPS) / BPS);
  const all = places.flatMap((moneyness) => [needed("call", moneyness, at), needed("put", moneyness, at)]);
  return Math.ceil(Math.max(...all) * BPS);
}

interface Cell {
  readonly name: string;
  readonly range: readonly [number, number];
  /** Tenor up to which the cell holds, days. */
  readonly daysBelow: number;
  /** What opening demands, surcharge included. */
  readonly demandedBps: number;
}

/** Every moneyness bucket with every tenor bucket. */
function cellsOf({ moneyness, tenorEdgesSec, classCommon }: DeploymentConfig): readonly Cell[] {
  return moneyness.flatMap(({ name, belowBps, rhoInitialBps }, index) =>
    rhoInitialBps.map((rhoBps, tenor) => ({
      name,
      range: [moneyness[index - 1]?.belowBps ?? LEAST_MONEYNESS, belowBps ?? GREATEST_MONEYNESS] as const,
      daysBelow: (tenorEdgesSec[tenor] ?? Number.POSITIVE_INFINITY) / DAY_SEC,
      demandedBps: rhoBps * (1 + classCommon.betaBps / BPS),
    })),
  );
}

for (const network of ["anvil", "sepolia", "arbitrum"]) {
  describe(`reviewed values of ${network}`, () => {
    let config: DeploymentConfig;

    before(async () => {
      config = await readDeploymentConfig(join(DEPLOYMENTS, network, "config.json"));
    });

    it("a score is trusted no longer than its horizon leaves time to react", () => {
      const { validitySec, tighten, graceMinutes, rampMinutes } = config.classCommon;
      const { orderlySec, lateSec } = config.liquidation;
      const reactionSec = tighten.delaySec + (graceMinutes + rampMinutes) * MINUTE_SEC + orderlySec + lateSec;
      assert.ok(validitySec + reactionSec <= DEFAULT_SCORING_SETTINGS.horizonSec);
      assert.ok(config.oracle.heartbeatSec <= validitySec);
      assert.ok(config.delivery.rootValiditySec <= validitySec);
      assert.ok(config.oracle.maxArrivalAgeSec <= graceMinutes * MINUTE_SEC);
      assert.ok(config.oracle.signerOverlapSec >= config.oracle.maxArrivalAgeSec);
      assert.equal(orderlySec, DEFAULT_SCORING_SETTINGS.orderlyStageSec);
    });

    it("static cells with β stand the stress of the conservative grid", () => {
      for (const cell of cellsOf(config)) {
        for (const { vol, days } of COVERED) {
          // Inside a bucket the longest tenor needs most.
          const longest = Math.min(days, cell.daysBelow);
          const worst = worstOf(cell.range, { vol, days: longest });
          const what = `${cell.name}, ${longest} days at ${vol}: ${cell.demandedBps} < ${worst}`;
          assert.ok(cell.demandedBps >= worst, what);
        }
      }
    });

    it("no class default is one that a report could not sign", () => {
      for (const { riskClass } of config.markets.flatMap((_, index) => classesOf(config, index + 1))) {
        const { rhoFloorBps, rhoCeilingBps, rhoDefaultBps, piFloorBps, piCapBps, piDefaultBps, deltaBps } = riskClass;
        assert.ok(rhoFloorBps <= rhoDefaultBps && rhoDefaultBps <= rhoCeilingBps);
        assert.ok(piFloorBps <= piDefaultBps && piDefaultBps <= piCapBps);
        assert.ok(piDefaultBps + deltaBps <= rhoDefaultBps);
        assert.ok(piFloorBps + deltaBps <= rhoFloorBps);
      }
    });

    it("the fund stays closed until a settlement can be proven, and a little longer", () => {
      assert.equal(config.fund.settlementWindowSec, config.settlement.maxDelaySec + HOUR_SEC);
      assert.ok(config.fund.exitWindowSec >= DAY_SEC + config.fund.settlementWindowSec);
    });

    it("a window may tighten ten full reports, each by the least step on average", () => {
      const { reportTightened, reportTighteningBps, windowTightened, windowTighteningBps } = config.delivery;
      assert.deepEqual([windowTightened, windowTighteningBps], [10 * reportTightened, 10 * reportTighteningBps]);
      assert.ok(reportTighteningBps < reportTightened * config.classCommon.tighten.stepBps);
    });

    it("caps of a side agree with each other", () => {
      for (const { baseDecimals, caps } of config.markets) {
        for (const side of [caps.calls, caps.puts])
          assert.equal(BigInt(side.maxOpenInterestE8), 10n * BigInt(side.maxSizeE8));
        // A call never needs more than its coin.
        const coins = (BigInt(caps.calls.maxOpenInterestE8) * 10n ** BigInt(baseDecimals)) / 100_000_000n;
        assert.equal(BigInt(caps.calls.maxCollateral), coins);
      }
    });
  });
}

describe("reviewed values of the L2", () => {
  it("an exit from the fund is faster than any widening of what it covers", async () => {
    const { governance, fund } = await readDeploymentConfig(join(DEPLOYMENTS, "arbitrum/config.json"));
    const { votingDelaySec, votingPeriodSec, wideningDelaySec } = governance;
    assert.ok(fund.coolDownSec + fund.settlementWindowSec < votingDelaySec + votingPeriodSec + wideningDelaySec);
  });

  it("parameters alone may have a fiftieth of the greatest notional liquidated a day, and a tenth needs caution", async () => {
    const { valves, markets } = await readDeploymentConfig(join(DEPLOYMENTS, "arbitrum/config.json"));
    for (const { caps, quoteDecimals } of markets) {
      const puts = Number(BigInt(caps.puts.maxCollateral) / 10n ** BigInt(quoteDecimals));
      assert.deepEqual([valves.effectBudgetUsd, valves.cautionLimitUsd], [puts / 50, puts / 10]);
    }
  });
});
