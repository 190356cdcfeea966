/** Greeks of a book: hostile input first, then against the scoring stage's own values, and sums against their parts. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type {
  CoinGreeks,
  GreeksGroup,
  GreeksReport,
  PositionGreeks,
  Sensitivities,
} from "../../../oracle/domain/greeks.ts";
import type { RiskGroup } from "../../../oracle/domain/joint-risk.ts";
import type { Position } from "../../../oracle/domain/positions.ts";
import { revalue } from "../../../oracle/math/black76-kernel.ts";
import { bookGreeks } from "../../../oracle/scoring/book-greeks.ts";
import { prepareScoring, type ScoringInput, scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { samplePosition, sampleScoringInput } from "../../../scripts/bench/scoring-input.ts";

const BASE = sampleScoringInput({ positions: 1, series: 1, seed: "greeks" });
const SPOT = BASE.snapshot.assets.get("BTC")?.spot ?? Number.NaN;
const PUT = { kind: "put", strike: 0.95 * SPOT } as const;
const CALL = { kind: "call", strike: 1.05 * SPOT, collateralPerContract: 0.2 } as const;
const OTHER = "0x00000000000000000000000000000000000000Ff";
const POINT = 0.01;
const DAY_YEARS = 1 / 365;

function report(positions: readonly Position[], change: Partial<ScoringInput> = {}): GreeksReport {
  const input = { ...BASE, ...change, positions };
  return bookGreeks(prepareScoring(input, DEFAULT_SCORING_SETTINGS), input.atSec);
}

function only(rows: readonly PositionGreeks[]): Sensitivities {
  const found = rows[0]?.sensitivities ?? null;
  assert.ok(found !== null);
  return found;
}

function groupOf({ groups }: GreeksReport, kind: RiskGroup["kind"]): GreeksGroup {
  const found = groups.find(({ group }) => group.kind === kind);
  assert.ok(found !== undefined, `no ${kind}`);
  return found;
}

function market(change: { readonly spot?: number; readonly impliedVol?: number }): ScoringInput["snapshot"] {
  const { snapshot } = BASE;
  const now = snapshot.assets.get("BTC");
  assert.ok(now?.volIndex);
  const volIndex = { ...now.volIndex, impliedVol: change.impliedVol ?? now.volIndex.impliedVol };
  return { ...snapshot, assets: new Map([["BTC", { ...now, volIndex, spot: change.spot ?? now.spot }]]) };
}

function near(found: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(found - expected) <= tolerance * Math.max(Math.abs(expected), 1e-9), `${found}, not ${expected}`);
}

/** Value of the short position after a relative move, a change of volatility and a change of the tenor. */
type Revaluation = (move?: number, vol?: number, years?: number) => number;

/** By the kernel that values the scenarios of a score. */
function revaluation(position: Position, at: Sensitivities, inCoin: boolean): Revaluation {
  return (move = 0, vol = 0, years = 0) => {
    const forward = at.spotUsd * (1 + move);
    const values = new Float64Array(1);
    const scenario = { forwards: Float64Array.of(forward), logForwards: Float64Array.of(Math.log(forward)) };
    const impliedVols = Float64Array.of(at.impliedVol + vol);
    revalue({ ...position, ...scenario, impliedVols, tenorYears: at.tenorYears + years, inCoin }, values);
    return -position.size * (values[0] ?? Number.NaN);
  };
}

interface Differentiated extends Pick<CoinGreeks, "vega" | "theta" | "vanna" | "volga"> {
  /** Derivatives by the relative move. */
  readonly first: number;
  readonly second: number;
}

function assertDifferences(of: Revaluation, greeks: Differentiated): void {
  const [h, v, t] = [1e-3, 1e-3, 1e-4];
  const slope = (vol: number): number => (of(h, vol) - of(-h, vol)) / (2 * h);
  near(greeks.first, slope(0), 1e-4);
  near(greeks.second, (of(h) - 2 * of() + of(-h)) / h ** 2, 1e-3);
  near(greeks.vega, ((of(0, v) - of(0, -v)) / (2 * v)) * POINT, 1e-4);
  near(greeks.theta, (-(of(0, 0, t) - of(0, 0, -t)) / (2 * t)) * DAY_YEARS, 1e-4);
  near(greeks.vanna, ((slope(v) - slope(-v)) / (2 * v)) * POINT, 1e-3);
  near(greeks.volga, ((of(0, v) - 2 * of() + of(0, -v)) / v ** 2) * POINT ** 2, 1e-3);
}

/** Every field of the sum against the same field of the parts. */
function assertSums(sum: object, parts: readonly object[]): void {
  for (const [field, found] of Object.entries(sum)) {
    const own = parts.map((part) => Number(new Map<string, unknown>(Object.entries(part)).get(field)));
    const expected = own.reduce((left, right) => left + right, 0);
    near(Number(found), expected, 1e-9);
  }
}

describe("bookGreeks", () => {
  it("error: without market or prediction, and for a position with a number that is none, Greeks are null, never zero", () => {
    const broken = [
      report([samplePosition(PUT)], { predictions: new Map() }),
      report([samplePosition(PUT)], { snapshot: { ...BASE.snapshot, assets: new Map() } }),
      report([samplePosition({ ...PUT, asset: "DOGE" })]),
      report([samplePosition({ ...PUT, strike: Number.NaN })]),
      report([samplePosition({ ...PUT, strike: Number.POSITIVE_INFINITY })]),
      report([samplePosition({ ...PUT, strike: 0 })]),
      report([samplePosition({ ...PUT, size: Number.NaN })]),
      report([samplePosition({ ...PUT, size: Number.MAX_VALUE })]),
      report([samplePosition({ ...PUT, collateralPerContract: Number.NaN })]),
      report([samplePosition(PUT)], { snapshot: market({ spot: Number.NaN }) }),
      report([samplePosition(PUT)], { snapshot: market({ spot: Number.MAX_VALUE }) }),
      report([samplePosition(PUT)], { snapshot: market({ impliedVol: Number.POSITIVE_INFINITY }) }),
    ];
    for (const { positions, groups } of broken) {
      assert.deepEqual(
        positions.map(({ sensitivities }) => sensitivities),
        [null],
      );
      assert.match(positions[0]?.explanation ?? "", /unknown/);
      for (const { unvalued, total, assets } of groups) {
        assert.deepEqual([unvalued, total, assets[0]?.usd, assets[0]?.coin], [1, null, null, null]);
      }
    }
  });

  it("error: one unknown part makes the sums over it unknown, and no others", () => {
    const unknown = samplePosition({ ...PUT, id: 2n, asset: "DOGE", owner: OTHER });
    const book = report([samplePosition(PUT), unknown]);
    const source = groupOf(book, "source");
    assert.deepEqual([source.positions, source.unvalued, source.total], [2, 1, null]);
    assert.deepEqual(
      source.assets.map(({ asset, usd, coin }) => [asset, usd === null, coin === null]),
      [
        ["BTC", false, false],
        ["DOGE", true, true],
      ],
    );
    const writers = book.groups.filter(({ group }) => group.kind === "writer");
    assert.deepEqual(
      writers.map(({ total }) => total === null),
      [false, true],
    );
    const twin = report([samplePosition(PUT), samplePosition({ ...PUT, id: 2n, strike: Number.NaN })]);
    assert.deepEqual([groupOf(twin, "fund").unvalued, groupOf(twin, "fund").assets[0]?.usd], [1, null]);
  });

  it("error: a doubted asset is marked, and the words say so", () => {
    const doubts = [{ asset: "BTC", reason: "jump", detail: "" }] as const;
    const { positions } = report([samplePosition(PUT)], { snapshot: { ...BASE.snapshot, doubts } });
    assert.equal(only(positions).isDoubted, true);
    assert.match(positions[0]?.explanation ?? "", /in doubt/);
    assert.equal(only(report([samplePosition(PUT)]).positions).isDoubted, false);
  });

  it("error: expired and empty positions have none", () => {
    const book = report([samplePosition({ expirySec: BASE.atSec }), samplePosition({ size: 0 })]);
    assert.deepEqual([book.positions, book.groups], [[], []]);
  });

  it("default: signs of the short: it owes, it loses by volatility and gamma, it gains by time", () => {
    for (const series of [PUT, CALL]) {
      const { usd, coin } = only(report([samplePosition(series)]).positions);
      assert.ok(usd.value < 0 && usd.gamma < 0 && usd.vega < 0 && usd.theta > 0);
      assert.ok(coin.value < 0 && coin.vega < 0 && coin.theta > 0);
      assert.equal(Math.sign(usd.delta), series.kind === "put" ? 1 : -1);
      near(coin.netDelta, usd.delta - usd.value / SPOT, 1e-12);
      near(usd.deltaUsd, usd.delta * SPOT, 1e-12);
      near(coin.netDeltaUsd, coin.netDelta * SPOT, 1e-12);
      near(usd.gammaUsd, usd.gamma * SPOT ** 2, 1e-12);
    }
  });

  it("default: the value is the score's own, in the collateral's unit, for a whole book", () => {
    const book = sampleScoringInput({ positions: 60, series: 30, seed: "values" });
    const { scores } = scorePositions(book, DEFAULT_SCORING_SETTINGS);
    const { positions } = bookGreeks(prepareScoring(book, DEFAULT_SCORING_SETTINGS), book.atSec);
    assert.equal(scores.length, positions.length);
    scores.forEach(({ optionValue }, index) => {
      const { size, kind } = book.positions[index] ?? samplePosition();
      const { usd, coin } = only(positions.slice(index));
      const value = kind === "put" ? usd.value : coin.value;
      const unit = kind === "put" ? SPOT : 1;
      assert.ok(Math.abs(value + size * optionValue) < 1e-11 * size * unit, `${value}, not ${-size * optionValue}`);
    });
  });

  it("default: vega is what the stage's own value does when the volatility index moves", () => {
    const position = samplePosition(PUT);
    const value = (impliedVol: number): number =>
      scorePositions({ ...BASE, positions: [position], snapshot: market({ impliedVol }) }, DEFAULT_SCORING_SETTINGS)
        .scores[0]?.optionValue ?? Number.NaN;
    const { usd, impliedVol } = only(report([position], { snapshot: market({ impliedVol: 0.6 }) }).positions);
    const slope = (value(0.601) - value(0.599)) / 0.002;
    // The strike's volatility moves with the level by the ratio of the smile.
    near(usd.vega, (-position.size * slope * POINT) / (impliedVol / 0.6), 1e-5);
  });

  for (const series of [PUT, CALL, { ...PUT, strike: 1.3 * SPOT }, { ...CALL, strike: 0.8 * SPOT }]) {
    it(`default: finite differences of the revaluation, short ${series.kind} at ${series.strike}`, () => {
      const position = samplePosition({ ...series, size: 3 });
      const found = only(report([position]).positions);
      const { usd, coin } = found;
      assertDifferences(revaluation(position, found, false), {
        ...usd,
        ...{ first: usd.deltaUsd, second: usd.gammaUsd, vanna: usd.vanna * SPOT },
      });
      assertDifferences(revaluation(position, found, true), { ...coin, first: coin.netDelta, second: coin.gamma });
    });
  }

  it("default: sums equal their parts, by asset in coins and USD, over assets in USD alone", () => {
    const book = sampleScoringInput({ positions: 80, series: 20, seed: "sums" });
    const { positions, groups } = bookGreeks(prepareScoring(book, DEFAULT_SCORING_SETTINGS), book.atSec);
    const puts = new Set(book.positions.filter(({ kind }) => kind === "put").map(({ id }) => id.toString()));
    const isMember = (group: RiskGroup, row: PositionGreeks): boolean => {
      if (group.kind === "writer") return row.owner === group.owner;
      if (group.kind === "source") return true;
      return group.collateral === "USD" ? puts.has(row.id) : !puts.has(row.id) && row.asset === group.collateral;
    };
    assert.deepEqual(new Set(groups.map(({ group }) => group.kind)), new Set(["writer", "source", "fund"]));
    for (const { group, assets, total, positions: count } of groups) {
      const members = positions.filter((row) => isMember(group, row));
      assert.equal(count, members.length);
      for (const { asset, usd, coin } of assets) {
        const parts = members.filter((row) => row.asset === asset).flatMap((row) => row.sensitivities ?? []);
        assert.ok(usd !== null && coin !== null && parts.length > 0);
        assertSums(
          usd,
          parts.map((part) => part.usd),
        );
        assertSums(
          coin,
          parts.map((part) => part.coin),
        );
      }
      const parts = members.map((row) => only([row]));
      assert.ok(total !== null);
      assertSums(
        total,
        parts.map(({ usd, coin }) => ({ ...usd, netDeltaUsd: coin.netDeltaUsd })),
      );
      assert.ok(!("delta" in total || "netDelta" in total), "coins of two assets are added");
    }
  });

  it("behavior: the scores of a ground are the same whether its Greeks were taken or not", () => {
    const book = sampleScoringInput({ positions: 20, series: 10, seed: "same" });
    const ground = prepareScoring(book, DEFAULT_SCORING_SETTINGS);
    bookGreeks(ground, book.atSec);
    const scored = scorePositions(book, DEFAULT_SCORING_SETTINGS, ground);
    assert.deepEqual(scored, scorePositions(book, DEFAULT_SCORING_SETTINGS));
  });
});
