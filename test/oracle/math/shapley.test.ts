/** Exact Shapley values against averages over all orders of the players, and the axioms that define them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import { createRng } from "../../../oracle/math/rng.ts";
import { shapleyValues } from "../../../oracle/math/shapley.ts";

const GAMES = z
  .array(z.object({ players: z.number(), worth: z.array(z.number()), values: z.array(z.number()) }))
  .parse(JSON.parse(readFileSync(new URL("../../vectors/math/shapley.json", import.meta.url), "utf8")));
const PLAYERS = 6;

function drawnGame(seed: string): Float64Array {
  const rng = createRng(seed);
  return Float64Array.from({ length: 2 ** PLAYERS }, () => 1_000 * rng.uniform());
}

describe("shapleyValues", () => {
  it("error: a worth that is no number makes every value none", () => {
    const values = shapleyValues(3, (coalition) => (coalition === 5 ? Number.NaN : coalition));
    assert.ok(values.every(Number.isNaN));
  });

  it("default: the committed vectors", () => {
    for (const { players, worth, values } of GAMES) {
      const found = shapleyValues(players, (coalition) => worth[coalition] ?? Number.NaN);
      assert.equal(found.length, players);
      for (const [player, value] of found.entries()) assert.ok(Math.abs(value - (values[player] ?? Number.NaN)) < 1e-9);
    }
  });

  it("behavior: the values sum to the difference between all and none, to 1e-9", () => {
    for (const seed of ["a", "b", "c"]) {
      const worth = drawnGame(seed);
      const sum = shapleyValues(PLAYERS, (coalition) => worth[coalition] ?? Number.NaN).reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - ((worth.at(-1) ?? 0) - (worth[0] ?? 0))) < 1e-9);
    }
  });

  it("behavior: who changes nothing gets nothing, and equals get the same", () => {
    const worth = (coalition: number) => ((coalition & 0b11) === 0b11 ? 7 : 0);
    const [first = 0, second, none] = shapleyValues(3, worth);
    assert.equal(first, second);
    assert.ok(Math.abs(first - 3.5) < 1e-12);
    assert.equal(none, 0);
  });

  it("behavior: every coalition is asked once", () => {
    const asked: number[] = [];
    shapleyValues(4, (coalition) => asked.push(coalition));
    assert.deepEqual(
      asked.toSorted((a, b) => a - b),
      Array.from({ length: 16 }, (_, coalition) => coalition),
    );
  });
});
