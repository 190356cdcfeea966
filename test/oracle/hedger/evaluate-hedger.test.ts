/** Real option paths under a hedge: sums by hand, both kinds alike, nothing of the future. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { black76Coin } from "../../../oracle/math/black76.ts";
import type { ChainSnapshot } from "../../../scripts/data/option-chains.ts";
import { evaluateHedger } from "../../../scripts/evaluate/evaluate-hedger.ts";
import { type EpisodePolicy, episodeWealth, netDeltaBand } from "../../../scripts/evaluate/hedger/hedge-episodes.ts";
import { type OptionEpisode, optionEpisodes } from "../../../scripts/evaluate/hedger/option-episodes.ts";

const START = 1_767_168_000;
const HOURS_6 = 21_600;
const EXPIRY = START + 20 * 86_400;
const SECONDS_PER_YEAR = 365 * 86_400;

/** Snapshots of a call and a put at 100 while the future moves by a given factor. */
function chains(count: number, factor: number): readonly ChainSnapshot[] {
  return Array.from({ length: count }, (_, place) => {
    const atSec = START + place * HOURS_6;
    const future = 100 * factor ** place;
    const tenorYears = (EXPIRY - atSec) / SECONDS_PER_YEAR;
    const quotes = (["call", "put"] as const).map((kind) => {
      const mark = black76Coin({ kind, forward: future, strike: 100, tenorYears, impliedVol: 0.5 }).price;
      return {
        kind,
        strike: 100,
        expirySec: EXPIRY,
        bid: null,
        ask: null,
        mark,
        impliedVol: 0.5,
        future,
        index: future,
      };
    });
    return { asset: "BTC", atSec, index: future, quotes };
  });
}

function episodeOf(kind: "call" | "put", futures: readonly number[]): OptionEpisode {
  const steps = futures.map((future, place) => ({
    atSec: START + place * HOURS_6,
    future,
    mark: 0.05 + 0.01 * place,
    deviation: 0.1,
    impliedVol: 0.5,
    forecastRatio: 1,
  }));
  return { asset: "BTC", kind, strike: 100, expirySec: EXPIRY, steps };
}

const hold =
  (coins: number): EpisodePolicy =>
  async (states) =>
    states.map(() => [coins, coins]);

describe("option episodes", () => {
  it("error: short histories, far strikes and early ends give no episode", () => {
    assert.deepEqual(optionEpisodes([], 0), []);
    assert.deepEqual(optionEpisodes(chains(20, 1.001), 0), []);
    assert.deepEqual(optionEpisodes(chains(60, 1.05), 0), []);
  });

  it("error: DATA_NOT_FOUND is not hidden: without bars and chains the evaluation has no window", async () => {
    await assert.rejects(
      evaluateHedger({ paths: [import.meta.dirname], fromSec: null }),
      /EVALUATE_NO_WINDOW|ARTEFACT_REFUSED/,
    );
  });

  it("default: sold near the money after four days, followed to the last quote", () => {
    const found = optionEpisodes(chains(60, 1.0005), 0);
    assert.ok(found.length >= 4);
    for (const { steps } of found) {
      assert.ok((steps[0]?.atSec ?? 0) >= START + 4 * 86_400);
      assert.equal(steps.at(-1)?.atSec, START + 59 * HOURS_6);
    }
  });

  it("default: two steps by hand, in coin with an inverse future", async () => {
    const [wealth = Number.NaN] = await episodeWealth([episodeOf("call", [100, 110, 120])], hold(0.5), 0.001);
    const [first, second] = [0.5 - 0.05, 0.5 - 0.06];
    const gain = first * (1 - 100 / 110) + second * (1 - 110 / 120);
    const paid = 0.001 * (first + 0.01 + second);
    assert.ok(Math.abs(wealth - (0.05 - 0.07 + gain - paid) / 0.1) < 1e-12);
  });

  it("behavior: net delta hedges call and put of real formulas alike", async () => {
    const found = optionEpisodes(chains(60, 1.002), 0);
    const wealth = await episodeWealth(found, netDeltaBand(0), 0);
    for (const value of wealth) assert.ok(Math.abs(value) < 0.35, String(value));
    const byKind = (kind: string): number | undefined => wealth[found.findIndex((episode) => episode.kind === kind)];
    assert.ok(Math.abs((byKind("call") ?? 0) - (byKind("put") ?? 1)) < 0.02);
  });
});
