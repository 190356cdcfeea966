/** The hedger: refuses what it cannot trust, trains to the byte, and its judge agrees with sums made by hand. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { USUAL_AVERSION, whalleyWilmott } from "../../../oracle/models/hedger/classic-bands.ts";
import type { HedgeRequest } from "../../../oracle/models/hedger/hedge-features.ts";
import { callValue } from "../../../oracle/models/hedger/hedge-paths.ts";
import { hedgeOutcome, limitedTrade, tailLoss } from "../../../oracle/models/hedger/hedge-results.ts";
import { createHedger } from "../../../oracle/models/hedger/hedger.ts";
import { SIMULATED_WORLDS, simulatedWorld } from "../../../oracle/models/hedger/simulated-worlds.ts";
import { openSession } from "../../../oracle/models/onnx-runtime.ts";
import { sha256 } from "../../../oracle/models/session.ts";
import { blackScholes, fixedBand, networkPolicy } from "../../../oracle/training/hedger/hedge-policies.ts";
import { exportPolicy } from "../../../oracle/training/hedger/policy-graph.ts";
import { dailyResiduals, hourlyMarket } from "../../../oracle/training/hedger/real-world.ts";
import {
  HEDGER_SETTINGS,
  type HedgerFit,
  type HedgerSettings,
  trainHedger,
} from "../../../oracle/training/hedger/train-hedger.ts";
import { reportRequest, writeHedger } from "../../../oracle/training/hedger/write-hedger.ts";
import { hedgerMarkets } from "../../../scripts/train/train-hedger.ts";
import { runScript } from "../../helpers/run-script.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const SMALL: HedgerSettings = {
  ...HEDGER_SETTINGS,
  hidden: [8],
  steps: 6,
  pathsPerGroup: 16,
  updates: 25,
  learningRate: 0.02,
};
const DEVIATION = 0.17;
const REQUEST: HedgeRequest = {
  spotOverStrike: 1,
  deviation: DEVIATION,
  stepsLeft: 5,
  delta: callValue(1, 1, DEVIATION).delta,
  cost: 0.002,
  forecastRatio: 1,
  levelRatio: 1,
  gas: 0,
  limit: 1,
  held: 0.3,
  result: 0,
};
const NO_COST = { cost: 0, gas: 0, limit: 1 };

function market() {
  const rng = createRng("hedger-market");
  let close = 100;
  return hourlyMarket(
    Float64Array.from({ length: 5_000 }, () => (close *= Math.exp(0.006 * rng.normal()))),
    "TEST",
  );
}

async function small(seed: string): Promise<HedgerFit> {
  return await trainHedger([market()], { seed, settings: SMALL });
}

async function written(fit: HedgerFit): Promise<TemporaryFolder> {
  const folder = temporaryFolder();
  const environment = { node: "test", onnxruntime: "test", platform: "test" };
  const facts = {
    seed: "small",
    trainedAtSec: 0,
    untilSec: 0,
    files: [],
    settings: SMALL,
    reportPaths: 200,
    environment,
  };
  await writeHedger(fit, facts, folder.path);
  return folder;
}

describe("hedger", () => {
  let fit: HedgerFit;
  let folder: TemporaryFolder;
  before(async () => {
    fit = await small("small");
    folder = await written(fit);
  });
  after(() => folder.remove());

  it("error: HEDGER_TOO_SHORT; TRAINING_DATA_WANTED on the command line", async () => {
    assert.throws(
      () => hourlyMarket(new Float64Array(3_999).fill(1), "SHORT"),
      (error) => hasCode(error, "HEDGER_TOO_SHORT") && error.context.hours === 3_999,
    );
    const { code, stderr } = await runScript("scripts/train/train.ts", ["--model", "hedger"]);
    assert.equal(code, 1);
    assert.ok(stderr.includes("TRAINING_DATA_WANTED: ") && !stderr.includes("    at "), stderr);
  });

  it("behavior: an asset that is too short is left out and named; none that is long enough is an error", () => {
    const bars = (hours: number) => ({
      endSec: Float64Array.from({ length: hours }, (_, hour) => 1_600_000_000 + hour * 3_600),
      close: new Float64Array(hours).fill(1),
    });
    const found = hedgerMarkets(
      new Map([
        ["NEW", bars(100)],
        ["OLD", bars(4_000)],
      ]),
    );
    assert.deepEqual([found.leftOut, found.markets.length], [["NEW"], 1]);
    assert.throws(
      () => hedgerMarkets(new Map([["NEW", bars(100)]])),
      (error) => hasCode(error, "HEDGER_TOO_SHORT"),
    );
  });

  it("error: artefact-missing, artefact-hash and schema-mismatch leave every row to the rule of theory", async () => {
    const edit = (path: string, change: (text: string) => string): void =>
      writeFileSync(join(path, "manifest.json"), change(readFileSync(join(path, "manifest.json"), "utf8")));
    const cases: readonly (readonly [string, (path: string) => void])[] = [
      ["artefact-missing", (path) => rmSync(join(path, "model.onnx"))],
      ["artefact-hash", (path) => writeFileSync(join(path, "model.onnx"), Uint8Array.of(1, 2, 3))],
      ["schema-mismatch", (path) => edit(path, (text) => text.replace('"moneyness"', '"money"'))],
    ];
    for (const [reason, damage] of cases) {
      const damaged = await written(fit);
      damage(damaged.path);
      const hedger = await createHedger(damaged.path);
      assert.deepEqual([hedger.reason, hedger.identity], [reason, null]);
      const [band] = await hedger.bands([REQUEST]);
      assert.ok(band?.fallback === reason && band.lower < REQUEST.delta && band.upper > REQUEST.delta);
      await hedger.close();
      damaged.remove();
    }
  });

  it("error: inputs-out-of-range for NaN and for what training never saw, that row alone", async () => {
    const hedger = await createHedger(folder.path);
    const bad = [{ ...REQUEST, deviation: Number.NaN }, { ...REQUEST, held: 40 }, { ...REQUEST, cost: 0.5 }, REQUEST];
    const found = await hedger.bands(bad);
    assert.deepEqual(
      found.map(({ fallback }) => fallback),
      ["inputs-out-of-range", "inputs-out-of-range", "inputs-out-of-range", null],
    );
    await hedger.close();
    assert.equal((await hedger.bands([REQUEST]))[0]?.fallback, "artefact-missing");
  });

  it("default: the same seed gives the same bytes, another seed others; edges are ordered", async () => {
    const bytes = (found: HedgerFit): string => sha256(exportPolicy(SMALL, found.parameters, {}));
    assert.equal(bytes(await small("small")), bytes(fit));
    assert.notEqual(bytes(await small("other")), bytes(fit));
    const hedger = await createHedger(folder.path);
    for (const held of [-0.4, 0.2, 1.2]) {
      const [band] = await hedger.bands([{ ...REQUEST, held }]);
      assert.ok(band !== undefined && band.lower < band.upper);
    }
    await hedger.close();
  });

  it("behavior: training lowers the worst results of what it started from", async () => {
    const paths = simulatedWorld("gbm", { ...reportRequest(2_000), steps: 6 }, createRng("learned"));
    const terms = { cost: 0.005, gas: 0, limit: 1 };
    const lossOf = async (found: HedgerFit): Promise<number> => {
      const session = await openSession(exportPolicy(SMALL, found.parameters, {}));
      const loss = tailLoss((await hedgeOutcome(paths, networkPolicy(session, SMALL), terms)).wealth);
      await session.release();
      return loss;
    };
    const settings = { ...SMALL, learningRate: 0.01, pathsPerGroup: 32 };
    const start = await trainHedger([market()], { seed: "small", settings: { ...settings, updates: 1 } });
    const later = await trainHedger([market()], { seed: "small", settings: { ...settings, updates: 120 } });
    const [before, after] = [await lossOf(start), await lossOf(later)];
    assert.ok(after < 0.98 * before, `${after} of ${before}`);
  });
});

describe("hedgeOutcome", () => {
  it("error: trades stay inside the limit, and a band without numbers trades nothing that is a number", () => {
    assert.equal(limitedTrade(0.2, [0.5, 0.6], 0.1), 0.1);
    assert.equal(limitedTrade(0.9, [0.5, 0.6], 0.1), -0.1);
    assert.equal(limitedTrade(0.55, [0.5, 0.6], 0.1), 0);
    assert.ok(Number.isNaN(limitedTrade(0.5, [Number.NaN, Number.NaN], 1)));
  });

  it("default: two steps by hand: premium, gains, costs, gas, closing, payoff", async () => {
    const deviation = [Float64Array.of(0.2), Float64Array.of(0.15)];
    const spot = [Float64Array.of(1), Float64Array.of(1.1), Float64Array.of(1.2)];
    const ratio = [Float64Array.of(1), Float64Array.of(1)];
    const paths = { paths: 1, steps: 2, spot, deviation, forecastRatio: ratio, strike: Float64Array.of(1) };
    const held = [0.5, 0.8];
    const policy = ({ step }: { readonly step: number }) => ({ lower: [held[step] ?? 0], upper: [held[step] ?? 0] });
    const { wealth, cost } = await hedgeOutcome(paths, policy, { cost: 0.01, gas: 0.001, limit: 1 });
    const paid = 0.01 * (0.5 + 0.3 * 1.1 + 0.8 * 1.2) + 0.002;
    const expected = callValue(1, 1, 0.2).price + 0.5 * 0.1 + 0.8 * 0.1 - paid - 0.2;
    assert.ok(Math.abs((cost[0] ?? 0) - paid) < 1e-12 && Math.abs((wealth[0] ?? 0) - expected) < 1e-12);
  });

  it("default: a put in coin by hand: the band is that of a call, only what is really held costs", async () => {
    const deviation = [Float64Array.of(0.2), Float64Array.of(0.15)];
    const spot = [Float64Array.of(1), Float64Array.of(0.9), Float64Array.of(0.8)];
    const ratio = [Float64Array.of(1), Float64Array.of(1)];
    const paths = { paths: 1, steps: 2, spot, deviation, forecastRatio: ratio, strike: Float64Array.of(1) };
    const value = (now: number, total: number): number => (callValue(now, 1, total).price - now + 1) / now;
    const [first, second] = [value(1, 0.2), value(0.9, 0.15)];
    const seen: number[] = [];
    const wanted = [0.5, 0.8];
    const { wealth, cost } = await hedgeOutcome(
      paths,
      ({ step, held }) => {
        seen.push(held[0] ?? Number.NaN);
        return { lower: [wanted[step] ?? 0], upper: [wanted[step] ?? 0] };
      },
      { cost: 0.01, gas: 0.001, limit: 1, heldAtStart: -0.2, option: { kind: "put", settlement: "coin" } },
    );
    const [one, two] = [0.5 - 1 - first, 0.8 - 1 - second];
    const paid = 0.01 * (Math.abs(one + 0.2) + Math.abs(two - one) + Math.abs(two)) + 0.001 + 0.001 / 0.9;
    const expected = first + one * (1 - 1 / 0.9) + two * (1 - 0.9 / 0.8) - paid - 0.2 / 0.8;
    assert.ok(Math.abs((cost[0] ?? 0) - paid) < 1e-12 && Math.abs((wealth[0] ?? 0) - expected) < 1e-12);
    assert.ok(Math.abs((seen[0] ?? 0) - (-0.2 + 1 + first)) < 1e-12);
    assert.ok(Math.abs((seen[1] ?? 0) - (one + 1 + second)) < 1e-12);
  });

  it("behavior: every drawn world is fair, and the delta hedge takes most of its risk away", async () => {
    for (const world of SIMULATED_WORLDS) {
      const paths = simulatedWorld(world, reportRequest(4_000), createRng(`fair-${world}`));
      const last = paths.spot.at(-1) ?? new Float64Array();
      const average = last.reduce((sum, value) => sum + value, 0) / last.length;
      assert.ok(Math.abs(average - 1) < 0.012, `${world}: ${average}`);
      const hedged = tailLoss((await hedgeOutcome(paths, blackScholes(false), NO_COST)).wealth);
      const never = tailLoss((await hedgeOutcome(paths, fixedBand(9, false), NO_COST)).wealth);
      assert.ok(hedged < 0.35 * never, `${world}: ${hedged} of ${never}`);
    }
  });

  it("behavior: residuals of real days have zero mean and unit variance", () => {
    const residuals = dailyResiduals([market()]);
    const mean = residuals.reduce((sum, value) => sum + value, 0) / residuals.length;
    const square = residuals.reduce((sum, value) => sum + value * value, 0) / residuals.length;
    assert.ok(residuals.length > 150 && Math.abs(mean) < 1e-12 && Math.abs(square - 1) < 0.02);
  });
});

describe("whalleyWilmott", () => {
  it("default: the formula by hand, growing with the cube root of cost", () => {
    const width = whalleyWilmott({ cost: 0.002, deviation: 0.2 }, 0.4, USUAL_AVERSION);
    assert.ok(Math.abs(width - ((1.5 * 0.002 * 4) / 1_000) ** (1 / 3)) < 1e-12);
    assert.ok(Math.abs(whalleyWilmott({ cost: 0.016, deviation: 0.2 }, 0.4, USUAL_AVERSION) / width - 2) < 1e-12);
  });
});
