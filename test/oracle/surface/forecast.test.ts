/** Tests of the surface's factors and of their forecast: known smiles, learning, and that nothing looks ahead. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { z } from "zod";
import { createRng } from "../../../oracle/math/rng.ts";
import { type FactorHistory, forecastFactors } from "../../../oracle/models/surface/factor-forecast.ts";
import { FACTOR_NAMES, surfaceFactors } from "../../../oracle/models/surface/surface-factors.ts";
import { runScript } from "../../helpers/run-script.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { chainFile } from "./chain-file.ts";
import { CHAIN_AT_SEC } from "./quoted-chain.ts";

const STEP_SEC = 6 * 3_600;
const DAY_SEC = 86_400;

/** A factor that is a random walk, and one that is noise around a slow level. */
function history(seed: string, length: number): FactorHistory {
  const rng = createRng(seed);
  let walk = 0.5;
  const factors = Array.from({ length }, () => {
    walk += 0.01 * rng.normal();
    return Float64Array.of(walk, 0.1 + 0.02 * rng.normal());
  });
  return { atSec: Float64Array.from({ length }, (_, place) => CHAIN_AT_SEC + place * STEP_SEC), factors };
}

describe("surface factors", () => {
  it("default: a flat surface has its volatility as level and neither skew nor curvature", () => {
    const slices = [0.05, 0.5].map((tenorYears) => ({
      tenorYears,
      slice: { a: 0.36 * tenorYears, b: 0, rho: 0, m: 0, sigma: 1 },
    }));
    const factors = surfaceFactors(slices);
    assert.equal(factors.length, FACTOR_NAMES.length);
    assert.ok(factors.every((value, index) => Math.abs(value - (index % 3 === 0 ? 0.6 : 0)) < 1e-12));
  });

  it("behavior: dear puts give a negative risk reversal, dear wings a positive butterfly", () => {
    const slices = [{ tenorYears: 0.1, slice: { a: 0.005, b: 0.08, rho: -0.4, m: 0, sigma: 0.15 } }];
    const [level = 0, riskReversal = 0, butterfly = 0] = surfaceFactors(slices);
    assert.ok(level > 0 && riskReversal < 0 && butterfly > 0);
  });
});

describe("forecast of factors", () => {
  it("behavior: without history it is the random walk", () => {
    const [first] = forecastFactors(new Map([["BTC", history("short", 5)]]), DAY_SEC).get("BTC") ?? [];
    assert.deepEqual([...(first?.expected ?? [])], [...(history("short", 5).factors[0] ?? [])]);
    assert.deepEqual(forecastFactors(new Map(), DAY_SEC).size, 0);
  });

  it("default: it learns to average noise and to leave a random walk nearly alone", () => {
    const histories = new Map([
      ["BTC", history("b", 500)],
      ["ETH", history("e", 500)],
    ]);
    const forecasts = forecastFactors(histories, DAY_SEC).get("BTC") ?? [];
    const errors = [0, 1].map((index) => {
      let [model, naive] = [0, 0];
      forecasts.slice(200).forEach(({ expected, realised }, place) => {
        if (realised === null) return;
        const now = histories.get("BTC")?.factors[200 + place]?.[index] ?? Number.NaN;
        model += ((expected[index] ?? 0) - (realised[index] ?? 0)) ** 2;
        naive += (now - (realised[index] ?? 0)) ** 2;
      });
      return Math.sqrt(model / naive);
    });
    assert.ok((errors[0] ?? 2) < 1.01, String(errors));
    assert.ok((errors[1] ?? 2) < 0.85, String(errors));
    assert.ok(forecasts.every(({ gate }) => gate.every((share) => share >= 0 && share <= 1)));
  });

  it("behavior: cutting off the future or replacing it changes no forecast", () => {
    const whole = history("whole", 300);
    const cut = { atSec: whole.atSec.slice(0, 220), factors: whole.factors.slice(0, 220) };
    const other = history("other", 300).factors.slice(220);
    const replaced = { atSec: whole.atSec, factors: [...cut.factors, ...other] };
    const upTo = (given: FactorHistory) =>
      (forecastFactors(new Map([["BTC", given]]), 7 * DAY_SEC).get("BTC") ?? [])
        .slice(0, 220)
        .map(({ expected }) => [...expected]);
    assert.deepEqual(upTo(whole), upTo(cut));
    assert.deepEqual(upTo(whole), upTo(replaced));
  });
});

const answer = z.object({
  model: z.literal("surface"),
  targets: z.record(z.string(), z.object({ value: z.number().nullable(), pass: z.boolean() })),
});

describe("npm run evaluate -- --model surface", () => {
  it("error: DATA_NOT_FOUND, DATA_MALFORMED and EVALUATE_NO_WINDOW; default: one JSON object", async () => {
    const folder = temporaryFolder();
    try {
      const run = async (...args: readonly string[]) =>
        await runScript("scripts/evaluate/evaluate.ts", [
          "--model",
          "surface",
          "--data",
          folder.path,
          "--json",
          ...args,
        ]);
      const code = async (...args: readonly string[]) => (await run(...args)).stderr.split(":")[0];
      assert.equal(await code(), "DATA_NOT_FOUND");
      mkdirSync(join(folder.path, "deribit-options"));
      const file = join(folder.path, "deribit-options", "SOL_2026-02.csv");
      writeFileSync(file, chainFile(6));
      assert.equal(await code("--from", "2027-01-01"), "EVALUATE_NO_WINDOW");
      const { stdout } = await run();
      const { targets } = answer.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
      assert.ok((targets.insideSOL?.value ?? 0) > 0.9 && targets.calendarPoints?.pass === true);
      writeFileSync(file, chainFile(1).replace(/,C,[^,]+/, ",C,-1"));
      assert.equal(await code(), "DATA_MALFORMED");
    } finally {
      folder.remove();
    }
  });
});
