/** The teacher: bad input, another implementation's numbers, monotonicity; its probes and its paths. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../../oracle/domain/close-out-features.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { AdversePaths } from "../../../oracle/scoring/adverse-paths.ts";
import { adversePaths } from "../../../oracle/scoring/adverse-paths.ts";
import { closeOutFeatures, moveStrata } from "../../../oracle/scoring/close-out-probes.ts";
import { type CloseOutCase, closeOutShortfall } from "../../../oracle/scoring/close-out-shortfall.ts";
import { drawScenarios } from "../../../oracle/scoring/scenario-draws.ts";
import { simulateSpot } from "../../../oracle/scoring/scenarios.ts";
import { scaledPaths, studentPool, unitPaths } from "../../../oracle/training/cvar-depth/unit-paths.ts";
import { curveOf, PUT, putPaths } from "./cases.ts";

const VECTORS = new URL("../../vectors/close-out.json", import.meta.url);
const referenceSchema = z.object({
  paths: z.int(),
  steps: z.int(),
  levels: z.array(z.number()),
  cases: z.array(
    z.object({
      kind: z.enum(["call", "put"]),
      spot: z.number(),
      strike: z.number(),
      hourlySigma: z.number(),
      impliedVol: z.number(),
      size: z.number(),
      steps: z.int(),
      halfSpread: z.number(),
      priceRisk: z.number(),
      gasUsd: z.number(),
      tenorYears: z.number(),
      bands: z.array(z.tuple([z.number(), z.number()])),
      shortfalls: z.array(z.number()),
    }),
  ),
});
type Reference = z.infer<typeof referenceSchema>;

/** The closed formulas of scripts/generate/close-out-reference.py. */
function referencePaths({ paths, steps }: Reference, given: Reference["cases"][number]): AdversePaths {
  const { kind, spot, hourlySigma } = given;
  const move = Array.from({ length: steps }, (_, step) =>
    Float64Array.from({ length: paths }, (_unused, path) => {
      const size = -Math.log1p(-(path + 0.5) / paths);
      return hourlySigma * Math.sqrt(step + 1) * size * (1 + 0.1 * Math.sin(path));
    }),
  );
  const sign = kind === "put" ? -1 : 1;
  const logForward = move.map((moves) => moves.map((size) => Math.log(spot) + sign * size));
  const forward = logForward.map((logs) => logs.map(Math.exp));
  const volShock = Float64Array.from({ length: paths }, (_, path) => 1.5 * Math.sin(7 * path));
  return { kind, stepHours: 1, rawMove: move, move, logReturn: [], forward, logForward, volShock, weights: null };
}

describe("closeOutShortfall", () => {
  const paths = putPaths(0.006);

  it("error: CLOSE_OUT_CASE for numbers that are not positive, not finite or no whole step", () => {
    const bad: readonly Partial<CloseOutCase>[] = [
      { strike: 0 },
      { strike: Number.NaN },
      { tenorYears: -0 },
      { impliedVol: Number.POSITIVE_INFINITY },
      { size: -1 },
      { steps: 1.5 },
      { terms: { ...PUT.terms, spot: Number.NaN } },
      { terms: { ...PUT.terms, priceRisk: Number.NaN } },
    ];
    for (const change of bad) {
      assert.throws(
        () => closeOutShortfall({ ...PUT, ...change }, paths),
        (error) => hasCode(error, "CLOSE_OUT_CASE"),
        JSON.stringify(change),
      );
    }
  });

  it("error: CLOSE_OUT_PATHS for the other direction, too few paths and a horizon beyond them", () => {
    const few = { ...paths, volShock: paths.volShock.subarray(0, 999) };
    const call = { ...PUT, terms: { ...PUT.terms, kind: "call" as const } };
    for (const [given, on] of [
      [call, paths],
      [PUT, few],
      [{ ...PUT, steps: 25 }, paths],
    ] as const) {
      assert.throws(
        () => closeOutShortfall(given, on),
        (error) => hasCode(error, "CLOSE_OUT_PATHS"),
      );
    }
  });

  it("default: the numbers of an independent implementation", () => {
    const reference = referenceSchema.parse(JSON.parse(readFileSync(VECTORS, "utf8")));
    assert.deepEqual(reference.levels, [...SHORTFALL_LEVELS]);
    for (const given of reference.cases) {
      const { kind, spot, priceRisk, gasUsd } = given;
      const terms = {
        kind,
        spot,
        priceRisk,
        gasUsdPerContract: gasUsd,
        curve: curveOf(given.bands, given.halfSpread),
      };
      const found = closeOutShortfall({ ...given, terms }, referencePaths(reference, given)).shortfalls;
      found.forEach((value, level) => {
        const expected = given.shortfalls[level] ?? Number.NaN;
        assert.ok(Math.abs(value / expected - 1) < 1e-9, `${kind} ${given.strike}: ${value}, ${expected}`);
      });
    }
  });

  it("behavior: rises with level, volatility, implied volatility, size, steps, spread, and as depth vanishes", () => {
    const base = closeOutShortfall(PUT, paths).shortfalls;
    assert.deepEqual(
      base,
      base.toSorted((a, b) => a - b),
    );
    const { terms } = PUT;
    const raised: readonly (readonly [CloseOutCase, AdversePaths])[] = [
      [PUT, putPaths(0.0061)],
      [{ ...PUT, impliedVol: 0.61 }, paths],
      [{ ...PUT, size: 41 }, paths],
      [{ ...PUT, steps: 7 }, paths],
      [
        {
          ...PUT,
          terms: {
            ...terms,
            curve: curveOf(
              [
                [0.01, 1.9e6],
                [0.02, 4.9e6],
                [0.05, 8.9e6],
              ],
              2e-4,
            ),
          },
        },
        paths,
      ],
      [{ ...PUT, terms: { ...terms, curve: { ...terms.curve, halfSpread: 3e-4 } } }, paths],
    ];
    for (const [given, on] of raised) {
      closeOutShortfall(given, on).shortfalls.forEach((value, level) => {
        assert.ok(value > (base[level] ?? 0), `level ${level}: ${base[level]} then ${value}`);
      });
    }
  });

  it("behavior: never above the largest loss", () => {
    const { shortfalls, bounds } = closeOutShortfall({ ...PUT, size: 1e9 }, putPaths(0.2));
    for (const value of shortfalls) assert.ok(Math.abs(value / bounds.maxLoss - 1) < 1e-12, String(value));
  });
});

describe("scaledPaths", () => {
  it("default: the paths of scoring at flat volatility without a learned stretch", () => {
    const residuals = studentPool(4, "equal");
    const draws = { paths: 1_000, steps: 6, seed: "equal" };
    const sigma = 0.007;
    const volatility = {
      asset: "BTC",
      atSec: 0,
      modelId: "test",
      stepSec: 3_600,
      sigmaPerStep: new Float64Array(6).fill(sigma),
      residuals,
      fallbacks: [],
    };
    const levels = (): readonly Float64Array[] => Array.from({ length: 4 }, () => new Float64Array(7).fill(0.01));
    for (const kind of ["put", "call"] as const) {
      const scored = adversePaths({
        kind,
        spot: 2_000,
        scenarios: simulateSpot(drawScenarios(draws), volatility, { volUncertainty: 0 }),
        quantiles: { fall: levels(), rise: levels() },
        volShock: drawScenarios(draws).volShock,
        settings: { minStretch: 1, maxStretch: 1 },
      });
      const scaled = scaledPaths(unitPaths(residuals, draws), { kind, spot: 2_000, hourlySigma: sigma, steps: 6 });
      for (const [step, prices] of scored.forward.entries()) {
        const differences = prices.map((price, path) => Math.abs(price / (scaled.forward[step]?.[path] ?? 0) - 1));
        assert.ok(Math.max(...differences) < 1e-12);
      }
      assert.deepEqual(scaled.volShock, scored.volShock);
    }
  });
});

describe("moveStrata and closeOutFeatures", () => {
  it("default: means of the sorted moves, largest first; they recompose the tail's mean", () => {
    const move = [Float64Array.from({ length: 1_000 }, (_, index) => ((index * 7) % 1_000) / 1_000)];
    const strata = moveStrata({ move }, 1);
    const expected = [0.999, 0.997, 0.9925, 0.982, 0.962];
    strata.forEach((mean, stratum) => {
      assert.ok(Math.abs(mean - (expected[stratum] ?? 0)) < 1e-12, String(strata));
    });
  });

  it("error: CLOSE_OUT_CASE; NaN moves give NaN features, never a number", () => {
    const probed = { given: PUT, strata: moveStrata(putPaths(0.006), 6), hours: 6 };
    assert.throws(
      () => closeOutFeatures([probed, { ...probed, given: { ...PUT, size: 0 } }]),
      (error) => hasCode(error, "CLOSE_OUT_CASE"),
    );
    const row = closeOutFeatures([{ ...probed, strata: new Float64Array(5).fill(Number.NaN) }]);
    assert.ok(Number.isNaN(row[0]) && Number.isNaN(row[1]));
    assert.deepEqual(closeOutFeatures([]), new Float32Array());
  });

  it("behavior: the quadrature is close to the teacher for a position of usual shape", () => {
    const paths = putPaths(0.006);
    const { bounds, shortfalls } = closeOutShortfall(PUT, paths);
    const row = closeOutFeatures([{ given: PUT, strata: moveStrata(paths, PUT.steps), hours: PUT.steps }]);
    assert.equal(row.length, CLOSE_OUT_FEATURES.length);
    SHORTFALL_LEVELS.forEach((_, level) => {
      const share = ((shortfalls[level] ?? 0) - bounds.intrinsic) / (bounds.maxLoss - bounds.intrinsic);
      assert.ok(Math.abs(Math.exp(row[level] ?? 0) / share - 1) < 0.03, `${row[level]} ${Math.log(share)}`);
    });
  });
});
