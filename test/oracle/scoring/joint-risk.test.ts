/** Positions judged together: hedges, doubt and shocks; hostile input first. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { JointRisk, RiskGroup } from "../../../oracle/domain/joint-risk.ts";
import type { Position } from "../../../oracle/domain/positions.ts";
import { black76 } from "../../../oracle/math/black76.ts";
import { jointRisk } from "../../../oracle/scoring/joint-risk.ts";
import { SHOCKS } from "../../../oracle/scoring/joint-scenarios.ts";
import type { ScoringInput } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { samplePosition, sampleScoringInput } from "../../../scripts/bench/scoring-input.ts";

const BASE = sampleScoringInput({ positions: 1, series: 1, seed: "joint" });
const SPOT = BASE.snapshot.assets.get("BTC")?.spot ?? Number.NaN;
const PUT = { kind: "put", strike: 0.95 * SPOT, collateralPerContract: 0.2 * SPOT } as const;
const CALL = { kind: "call", strike: 1.05 * SPOT, collateralPerContract: 0.2 } as const;

function report(positions: readonly Position[], change: Partial<ScoringInput> = {}): readonly JointRisk[] {
  return jointRisk({ ...BASE, ...change, positions }, DEFAULT_SCORING_SETTINGS).groups;
}

function groupOf(rows: readonly JointRisk[], kind: RiskGroup["kind"]): JointRisk {
  const found = rows.find(({ group }) => group.kind === kind);
  assert.ok(found !== undefined, `no ${kind}`);
  return found;
}

function numbers(row: JointRisk): readonly number[] {
  const { liabilityUsd, collateralUsd, valueAtRiskUsd, expectedShortfallUsd, standAloneShortfallUsd } = row;
  const { uncoveredProbability, uncoveredShortfallUsd, stress } = row;
  const amounts = stress.flatMap(({ lossUsd, shortfallUsd }) => [lossUsd, shortfallUsd]);
  const own = [liabilityUsd, collateralUsd, valueAtRiskUsd, expectedShortfallUsd, standAloneShortfallUsd];
  return [...own, uncoveredProbability, uncoveredShortfallUsd, ...amounts];
}

describe("jointRisk", () => {
  it("error: SCORING_SETTINGS_INVALID", () => {
    assert.throws(() => jointRisk(BASE, { ...DEFAULT_SCORING_SETTINGS, paths: 1 }), /SCORING_SETTINGS_INVALID/);
  });

  it("error: what cannot be valued loses the most it can and says so; nothing is NaN", () => {
    const position = samplePosition(PUT);
    const most = position.size * PUT.strike;
    const uncovered = position.size * (PUT.strike - PUT.collateralPerContract);
    const broken = [
      { positions: [position], change: { predictions: new Map() } },
      { positions: [position], change: { snapshot: { ...BASE.snapshot, assets: new Map() } } },
      { positions: [samplePosition({ ...PUT, asset: "DOGE" })], change: {} },
    ] as const;
    for (const { positions, change } of broken) {
      const row = groupOf(report(positions, change), "source");
      assert.deepEqual([row.unvalued, row.valueAtRiskUsd, row.uncoveredProbability], [1, most, 1]);
      assert.ok(
        Math.abs(row.expectedShortfallUsd - most) < 1e-6 && Math.abs(row.uncoveredShortfallUsd - uncovered) < 1e-6,
      );
      assert.ok(row.stress.every(({ lossUsd }) => lossUsd === most));
    }
    const call = samplePosition({ ...CALL, size: 2 });
    const unpriced = groupOf(report([call], { predictions: new Map() }), "source");
    assert.equal(unpriced.valueAtRiskUsd, 2 * 1.5 * SPOT);
    const odd = [
      samplePosition({ ...PUT, id: 2n, collateralPerContract: Number.NaN }),
      samplePosition({ ...PUT, id: 3n, strike: Number.NaN }),
      samplePosition({ ...PUT, id: 4n, size: Number.NaN }),
    ];
    const row = groupOf(report(odd), "source");
    assert.equal(row.unvalued, 3);
    assert.ok(numbers(row).every(Number.isFinite), numbers(row).join());
  });

  it("error: expired and empty positions count nowhere", () => {
    assert.deepEqual(report([samplePosition({ expirySec: BASE.atSec }), samplePosition({ size: 0 })]), []);
  });

  it("default: groups of a book: writers, source, and one fund for each collateral", () => {
    const rows = report([
      samplePosition(PUT),
      samplePosition({ ...CALL, id: 2n, owner: "0x00000000000000000000000000000000000000Ff" }),
    ]);
    const source = samplePosition().source;
    assert.deepEqual(
      rows.map(({ group, positions }) => ({ ...group, positions })),
      [
        { kind: "writer", source, owner: samplePosition().owner, positions: 1 },
        { kind: "source", source, positions: 2 },
        { kind: "fund", source, collateral: "USD", positions: 1 },
        { kind: "writer", source, owner: "0x00000000000000000000000000000000000000ff", positions: 1 },
        { kind: "fund", source, collateral: "BTC", positions: 1 },
      ],
    );
  });

  it("default: a shock is the difference of two Black-76 values", () => {
    const position = samplePosition({ ...PUT, strike: SPOT, size: 3 });
    const row = groupOf(report([position]), "writer");
    const tenorYears = (position.expirySec - BASE.atSec) / (365 * 86_400);
    const level = BASE.snapshot.assets.get("BTC")?.volIndex?.impliedVol ?? Number.NaN;
    const price = (spotMove: number, volRatio: number): number =>
      black76({ kind: "put", forward: SPOT * (1 + spotMove), strike: SPOT, tenorYears, impliedVol: level * volRatio })
        .price;
    row.stress.forEach(({ lossUsd }, shock) => {
      const { spotMove, volRatio } = SHOCKS[shock] ?? { spotMove: Number.NaN, volRatio: Number.NaN };
      const expected = 3 * (price(spotMove, volRatio) - price(0, 1));
      assert.ok(Math.abs(lossUsd - expected) < 1e-6 * SPOT, `${spotMove}: ${lossUsd}, not ${expected}`);
    });
  });

  it("behavior: opposite legs offset each other, legs in one direction do not", () => {
    const strangle = groupOf(report([samplePosition(PUT), samplePosition({ ...CALL, id: 2n })]), "writer");
    assert.ok(strangle.expectedShortfallUsd < 0.8 * strangle.standAloneShortfallUsd);
    const twice = groupOf(report([samplePosition(PUT), samplePosition({ ...PUT, id: 2n })]), "writer");
    assert.ok(Math.abs(twice.expectedShortfallUsd - twice.standAloneShortfallUsd) < 1e-6);
  });

  it("behavior: expected shortfall is subadditive and at least the quantile's level on random books", () => {
    for (const seed of ["a", "b", "c", "d"]) {
      const book = sampleScoringInput({ positions: 120, series: 40, seed });
      for (const row of jointRisk(book, DEFAULT_SCORING_SETTINGS).groups) {
        assert.ok(row.expectedShortfallUsd <= row.standAloneShortfallUsd * (1 + 1e-9) + 1e-9);
        assert.ok(numbers(row).every(Number.isFinite));
        assert.equal(row.unvalued, 0);
      }
    }
  });

  it("behavior: surplus of one position never covers another; more collateral never uncovers", () => {
    const thin = samplePosition({ ...PUT, strike: SPOT, collateralPerContract: 0.03 * SPOT });
    const rich = samplePosition({ ...CALL, id: 2n, collateralPerContract: 1 });
    const [alone, together] = [report([thin]), report([thin, rich])].map((rows) => groupOf(rows, "source"));
    assert.ok(alone !== undefined && together !== undefined && alone.uncoveredShortfallUsd > 0);
    assert.equal(together.uncoveredShortfallUsd, alone.uncoveredShortfallUsd);
    const more = groupOf(report([{ ...thin, collateralPerContract: 0.06 * SPOT }]), "source");
    assert.ok(more.uncoveredShortfallUsd < alone.uncoveredShortfallUsd);
  });

  it("behavior: equal inputs give equal results", () => {
    const book = sampleScoringInput({ positions: 60, series: 20, seed: "equal" });
    assert.deepEqual(jointRisk(book, DEFAULT_SCORING_SETTINGS), jointRisk(book, DEFAULT_SCORING_SETTINGS));
  });
});
