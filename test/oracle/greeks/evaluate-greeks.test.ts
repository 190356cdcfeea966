/** The evaluation of the hedges: refuses windows without intervals, never looks ahead, prints the contract. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { black76Coin } from "../../../oracle/math/black76.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import type { ChainSnapshot, OptionQuote } from "../../../scripts/data/option-chains.ts";
import { evaluateGreeks } from "../../../scripts/evaluate/evaluate-greeks.ts";
import { type HEDGES, hedgeWalk } from "../../../scripts/evaluate/greeks/hedge-walk.ts";

const DATA = process.env.PLIMSOLL_DATA ?? "";
const START = 1_767_000_000;
const HOURS_6 = 21_600;
const EXPIRY = START + 90 * 86_400;
const SECONDS_PER_YEAR = 365 * 86_400;

/** Chains whose volatility answers to moves by `level`/√T, as the model says. */
function chains(count: number, level: number, seed: string): readonly ChainSnapshot[] {
  const rng = createRng(seed);
  let [future, vol] = [100, 0.6];
  return Array.from({ length: count }, (_, place) => {
    const atSec = START + place * HOURS_6;
    const tenorYears = (EXPIRY - atSec) / SECONDS_PER_YEAR;
    const move = 0.02 * rng.normal();
    future /= 1 - move;
    vol = Math.min(Math.max(vol + (level / Math.sqrt(tenorYears)) * move, 0.2), 2);
    const quotes = [80, 90, 100, 110, 125].flatMap((strike) =>
      (["call", "put"] as const).map((kind): OptionQuote => {
        const option = { kind, forward: future, strike, tenorYears, impliedVol: vol };
        return {
          kind,
          strike,
          expirySec: EXPIRY,
          bid: null,
          ask: null,
          mark: black76Coin(option).price,
          impliedVol: vol,
          future,
          index: future,
        };
      }),
    );
    return { asset: "BTC", atSec, index: future, quotes };
  });
}

function total(snapshots: readonly ChainSnapshot[], hedge: (typeof HEDGES)[number]): number {
  return hedgeWalk(snapshots).reduce((sum, { squares }) => sum + squares[hedge], 0);
}

describe("evaluation of greeks", () => {
  it("error: snapshots that are not about six hours apart are no interval", () => {
    const all = chains(6, 0, "gap");
    const twelve = all.filter((_, place) => place % 2 === 0);
    const close = all.map((snapshot, place) => ({ ...snapshot, atSec: START + place * 3_600 }));
    for (const snapshots of [[], all.slice(0, 1), twelve, close]) assert.deepEqual(hedgeWalk(snapshots), []);
  });

  it("error: DATA_NOT_FOUND without chains", async () => {
    await assert.rejects(evaluateGreeks({ paths: [import.meta.dirname], fromSec: null }), /DATA_NOT_FOUND/);
  });

  it("default: each hedge takes away more than the one before when volatility answers to moves", () => {
    const snapshots = chains(150, -0.2, "answer");
    assert.ok(total(snapshots, "delta") < total(snapshots, "none"));
    assert.ok(total(snapshots, "netDelta") < total(snapshots, "none"));
    assert.ok(total(snapshots, "smileDelta") < 0.8 * total(snapshots, "netDelta"));
  });

  it("behavior: what follows an interval has no influence on its hedge", () => {
    const snapshots = chains(80, -0.2, "past");
    const noise = chains(80, 0.5, "other");
    const mixed = snapshots.map((snapshot, place) => (place <= 60 ? snapshot : (noise[place] ?? snapshot)));
    const upTo = (all: readonly ChainSnapshot[]): unknown => hedgeWalk(all).slice(0, 60);
    assert.deepEqual(upTo(mixed), upTo(snapshots));
  });

  it("behavior: on real chains of two weeks it prints every hedge", async function () {
    if (DATA === "") this.skip();
    const paths = ["BTC_2025-12", "BTC_2026-01"].map((name) => `${DATA}/deribit-options/${name}.csv.gz`);
    const found = await evaluateGreeks({ paths, fromSec: 1_767_900_000 });
    assert.deepEqual(Object.keys(found.baselines), ["none", "delta", "netDelta", "unshrunk"]);
    const net = Number(found.baselines.netDelta?.BTC);
    assert.ok(net > Number(found.baselines.delta?.BTC) && net > 0.8);
    assert.deepEqual(Object.keys(found.targets), ["reductionOfBTC", "worstGainOverNetDelta"]);
  });
});
