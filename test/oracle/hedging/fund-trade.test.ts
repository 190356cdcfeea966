/** The trade of a mandate and its margin: refusals first, then sizes. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type FundTradeInput, fundTrade } from "../../../oracle/pipeline/hedging/fund-trade.ts";
import { type MarginInput, planMargin } from "../../../oracle/pipeline/hedging/margin-plan.ts";

const CALM: FundTradeInput = {
  target: -2,
  lower: -2.5,
  upper: -1.5,
  position: 0,
  maxSize: 5,
  tolerance: 0.1,
  turnoverLeft: 10,
};

describe("fundTrade", () => {
  const of = (fields: Partial<FundTradeInput>) => fundTrade({ ...CALM, ...fields });

  it("error: inside-band, within-tolerance, away-from-target, turnover-capped", () => {
    assert.deepEqual(of({ position: -1.5 }), { coins: 0, reason: "inside-band" });
    assert.deepEqual(of({ position: -1.95, upper: -2 }), { coins: 0, reason: "within-tolerance" });
    assert.deepEqual(of({ position: -1, target: 0 }), { coins: 0, reason: "away-from-target" });
    assert.deepEqual(of({ turnoverLeft: 0 }), { coins: 0, reason: "turnover-capped" });
  });

  it("default: to the nearer edge of the band", () => {
    assert.deepEqual(of({}), { coins: -1.5, reason: null });
    assert.deepEqual(of({ position: -4 }), { coins: 1.5, reason: null });
  });

  it("behavior: never past the target, the cap on size or the turnover", () => {
    assert.deepEqual(of({ target: -1 }), { coins: -1, reason: null });
    assert.deepEqual(of({ target: -9, lower: -9, upper: -8 }), { coins: -5, reason: null });
    assert.deepEqual(of({ turnoverLeft: 0.5 }), { coins: -0.5, reason: "turnover-capped" });
  });

  it("behavior: what only shrinks the position uses no turnover; beyond zero the rest does", () => {
    const spent = { turnoverLeft: 0, position: -4 };
    assert.deepEqual(of(spent), { coins: 1.5, reason: null });
    const across = { ...spent, target: 2, lower: 1, upper: 2 };
    assert.deepEqual(of(across), { coins: 4, reason: "turnover-capped" });
    assert.deepEqual(of({ ...across, turnoverLeft: 0.5 }), { coins: 4.5, reason: "turnover-capped" });
    assert.deepEqual(of({ ...across, turnoverLeft: 1 }), { coins: 5, reason: null });
  });

  it("behavior: a book without exposure closes what is held", () => {
    assert.deepEqual(of({ target: 0, lower: 0, upper: 0, position: -2 }), { coins: 2, reason: null });
  });
});

describe("planMargin", () => {
  const FLAT: MarginInput = { position: 0, trade: -1, spot: 100, equityUsd: 0, roomUsd: 1_000 };
  const of = (fields: Partial<MarginInput>) => planMargin({ ...FLAT, ...fields });

  it("error: without room nothing grows, and what stands shrinks to its margin", () => {
    assert.deepEqual(of({ roomUsd: 0 }), { postUsd: 0, trade: 0, isCapped: true, homeUsd: 0 });
    const low = of({ position: -2, trade: 0, equityUsd: 15, roomUsd: 0 });
    assert.deepEqual(low, { postUsd: 0, trade: 1, isCapped: true, homeUsd: 0 });
    assert.deepEqual(of({ roomUsd: -5, equityUsd: -5 }), { postUsd: 0, trade: 0, isCapped: true, homeUsd: 0 });
  });

  it("error: a trade is cut where margin ends", () => {
    const cut = of({ position: -1, trade: -3, equityUsd: 25, roomUsd: 5 });
    assert.deepEqual(
      { ...cut, trade: Number(cut.trade.toFixed(9)) },
      { postUsd: 5, trade: -1, isCapped: true, homeUsd: 0 },
    );
  });

  it("default: a quarter of the notional is posted before the trade", () => {
    assert.deepEqual(of({}), { postUsd: 25, trade: -1, isCapped: false, homeUsd: 0 });
  });

  it("behavior: margin between its bounds is left alone; above them the surplus comes home", () => {
    assert.deepEqual(of({ position: -1, trade: 0, equityUsd: 16 }), {
      postUsd: 0,
      trade: 0,
      isCapped: false,
      homeUsd: 0,
    });
    assert.deepEqual(of({ position: -1, trade: 0, equityUsd: 50 }), {
      postUsd: 0,
      trade: 0,
      isCapped: false,
      homeUsd: 0,
    });
    assert.deepEqual(of({ position: -1, trade: 0, equityUsd: 60 }), {
      postUsd: 0,
      trade: 0,
      isCapped: false,
      homeUsd: 35,
    });
    assert.deepEqual(of({ trade: 0, equityUsd: 40 }), { postUsd: 0, trade: 0, isCapped: false, homeUsd: 40 });
  });
});
