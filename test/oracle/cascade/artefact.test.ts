/** The shipped artefact and a small training: reproducible, monotone, refused when damaged; states of a node's assets. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "mocha";
import { CASCADE_FEATURES } from "../../../oracle/domain/cascade-features.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { type CascadePredictor, createCascadePredictor } from "../../../oracle/models/cascade/cascade-predictor.ts";
import { listModels } from "../../../oracle/models/model-bundle.ts";
import { cascadeStates, isCascadeAlarm, withCascades } from "../../../oracle/pipeline/operator/cascade-states.ts";
import { agentBook } from "../../../oracle/scoring/agent-book.ts";
import { writeCascadeFeatures } from "../../../oracle/scoring/cascade-probes.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { drawCascade, drawCascades } from "../../../oracle/training/cascade/draw-cascades.ts";
import { SURROGATE_SETTINGS } from "../../../oracle/training/cascade/fit-surrogate.ts";
import { trainCascade } from "../../../oracle/training/cascade/train-cascade.ts";
import { writeCascade } from "../../../oracle/training/cascade/write-cascade.ts";
import { sampleScoringInput } from "../../../scripts/bench/scoring-input.ts";
import { runScript } from "../../helpers/run-script.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { drawnMarket } from "./drawn-market.ts";

const ARTIFACTS = fileURLToPath(new URL("../../../oracle/models/artifacts", import.meta.url));
const SHIPPED = join(ARTIFACTS, "cascade");
const WIDTH = CASCADE_FEATURES.length;
const SMALL = { ...SURROGATE_SETTINGS, rows: { train: 400, stop: 100, report: 300 }, batchRows: 64, maxEpochs: 2 };
const FACTS = {
  seed: "small",
  files: [],
  trainedAtSec: 0,
  environment: { node: "t", onnxruntime: "t", platform: "t" },
};

describe("cascade training", () => {
  it("error: TRAINING_DATA_WANTED without liquidations, TRAINING_TOO_FEW_ROWS with few hours", async () => {
    const { code, stderr } = await runScript("scripts/train/train.ts", ["--model", "cascade"]);
    assert.ok(code === 1 && stderr.includes("TRAINING_DATA_WANTED: "), stderr);
    const { bars, flow } = drawnMarket("few");
    const short = { ...flow, toSec: flow.fromSec + 86_400 * 40 };
    await assert.rejects(
      () => trainCascade({ bars, flow: short, seed: "few", settings: SMALL }),
      (error) => hasCode(error, "TRAINING_TOO_FEW_ROWS"),
    );
  });

  it("error: TRAINING_ONE_OUTCOME where no forecast was followed by an event", async () => {
    const { bars, flow } = drawnMarket("cascade-training");
    // Forecasts begin after 100 days: every call before them stays, none after.
    const early = flow.timeSec.findIndex((timeSec) => timeSec > flow.fromSec + 86_400 * 100);
    const quiet = { ...flow, timeSec: flow.timeSec.slice(0, early), amount: flow.amount.slice(0, early) };
    await assert.rejects(
      () => trainCascade({ bars, flow: quiet, seed: "quiet", settings: SMALL }),
      (error) => hasCode(error, "TRAINING_ONE_OUTCOME") && error.context.events === 0,
    );
  });

  it("behavior: the same seed and data give the same files, and the predictor takes them", async () => {
    const market = drawnMarket("cascade-training");
    const [first, second] = [temporaryFolder(), temporaryFolder()];
    for (const folder of [first, second])
      await writeCascade(await trainCascade({ ...market, seed: "small", settings: SMALL }), FACTS, folder.path);
    for (const name of ["manifest.json", "model.onnx", "vectors.json", "card.md"])
      assert.deepEqual(readFileSync(join(first.path, name)), readFileSync(join(second.path, name)), name);
    const predictor = await createCascadePredictor(first.path);
    assert.equal(predictor.reason, null);
    await predictor.close();
    for (const folder of [first, second]) folder.remove();
  });
});

describe("cascade artefact", () => {
  let predictor: CascadePredictor;
  before(async () => {
    predictor = await createCascadePredictor(SHIPPED);
  });
  after(() => predictor.close());

  it("error: a missing, altered or foreign artefact serves nothing and says why", async () => {
    const damage = async (change: (path: string) => void) => {
      const folder = temporaryFolder();
      cpSync(SHIPPED, folder.path, { recursive: true });
      change(folder.path);
      const found = await createCascadePredictor(folder.path);
      assert.equal(await found.extraFalls(new Float32Array(WIDTH)), null);
      assert.equal(found.hazardAt(drawnMarket("x").bars, 2e9).ok, false);
      folder.remove();
      return found.reason;
    };
    const edit = (path: string, from: string, to: string) =>
      writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
    assert.equal(await damage((path) => rmSync(join(path, "model.onnx"))), "artefact-missing");
    assert.equal(await damage((path) => writeFileSync(join(path, "model.onnx"), "x")), "artefact-hash");
    assert.equal(await damage((path) => edit(join(path, "manifest.json"), '"fall6h"', '"fall7h"')), "schema-mismatch");
  });

  it("default: it serves, is no part of the bundle, and a market without history has no hazard", async () => {
    assert.equal(predictor.reason, null);
    assert.ok((await listModels(ARTIFACTS)).every(({ id }) => id !== "cascade"));
    const { bars } = drawnMarket("served");
    assert.deepEqual(predictor.hazardAt(bars, bars.endSec[100] ?? 0), { ok: false, reason: "short-history" });
    const found = predictor.hazardAt(bars, bars.endSec.at(-1) ?? 0);
    assert.ok(found.ok && found.value.probability6h > 0 && found.value.probability24h < 1);
  });

  it("behavior: the surrogate is close to the fixed point, and closer than two rounds of selling", async () => {
    const { features, extra } = drawCascades(2_000, "judge");
    const found = await predictor.extraFalls(features);
    assert.ok(found !== null);
    const errorOf = (stated: (row: number) => number): number =>
      extra.reduce((sum, value, row) => sum + Math.abs(stated(row) - value), 0) / extra.length;
    const twoRounds = CASCADE_FEATURES.indexOf("twoRounds");
    const [own, plain] = [errorOf((row) => found[row] ?? 1), errorOf((row) => features[row * WIDTH + twoRounds] ?? 1)];
    assert.ok(own < 0.02 && own < plain, `${own} ${plain}`);
  });

  it("behavior: no input lowers the surrogate, 3 000 pairs", async () => {
    const rng = createRng("surrogate-pairs");
    const [low, high] = [new Float32Array(3_000 * WIDTH), new Float32Array(3_000 * WIDTH)];
    for (let row = 0; row < 3_000; row += 1) {
      const { positions, curve, shock } = drawCascade(rng);
      writeCascadeFeatures({ book: agentBook(positions, 1), curve, shock }, low, row * WIDTH);
      for (let place = row * WIDTH; place < (row + 1) * WIDTH; place += 1)
        high[place] = (low[place] ?? 0) + (rng.uniform() < 0.4 ? 0.2 * rng.uniform() : 0);
    }
    const [before, later] = [await predictor.extraFalls(low), await predictor.extraFalls(high)];
    assert.ok(before?.every((value, row) => (later?.[row] ?? -1) >= value));
  });
});

describe("withCascades", () => {
  const input = sampleScoringInput({ positions: 40, series: 20, seed: "states" });
  const usual = { probability6h: 0.1, probability24h: 0.6, baseRate6h: 0.1, baseRate24h: 0.15 };

  it("behavior: an unknown hazard is left out while no score reads it, and certain once one does", () => {
    const cascades = { hazardAt: () => ({ ok: false, reason: "short-history" }) as const };
    const { snapshot, positions, lastGood, classes } = input;
    const ground = { snapshot, positions, lastGood, classes };
    const silent = withCascades(input.predictions, ground, { cascades, scoring: DEFAULT_SCORING_SETTINGS });
    assert.deepEqual(cascadeStates(silent), []);
    const scoring = { ...DEFAULT_SCORING_SETTINGS, cascadeHorizonWeight: 0.1 };
    const states = cascadeStates(withCascades(input.predictions, ground, { cascades, scoring }));
    assert.ok(states.length > 0 && states.every((state) => state.probability24h === 1 && state.isAssumed));
    assert.equal(isCascadeAlarm(states), false);
  });

  it("behavior: a put that has expired sells nothing", () => {
    const cascades = { hazardAt: () => ({ ok: true, value: usual }) as const };
    const { snapshot, lastGood, classes } = input;
    const positions = input.positions.map((position) => ({ ...position, expirySec: snapshot.atSec }));
    const deps = { cascades, scoring: DEFAULT_SCORING_SETTINGS };
    const states = cascadeStates(withCascades(input.predictions, { snapshot, positions, lastGood, classes }, deps));
    assert.ok(states.length > 0 && states.every(({ curve }) => curve.positions === 0));
  });

  it("behavior: own puts and others' loans make the curve; the alarm follows the probability", () => {
    const cascades = { hazardAt: () => ({ ok: true, value: usual }) as const };
    const { snapshot, positions, lastGood, classes } = input;
    const ground = { snapshot, positions, lastGood, classes };
    const deps = { cascades, scoring: DEFAULT_SCORING_SETTINGS };
    const own = cascadeStates(withCascades(input.predictions, ground, deps));
    const asset = own[0]?.asset ?? "";
    const collateral = [
      { asset, valueUsd: 1e10, coinUsd: input.snapshot.assets.get(asset)?.spot ?? 0, threshold: 0.8 },
    ];
    const debts = [{ asset: null, valueUsd: 0.97 * 0.8e10 }];
    const loan = { protocol: "aave-v3", account: "0x00", collateral, debts, soldPerDebt: 0.525 } as const;
    const more = cascadeStates(withCascades(input.predictions, { ...ground, loans: [loan] }, deps));
    assert.deepEqual(Object.keys(more[0]?.curve.protocolUsd ?? {}), ["source-0", "aave-v3"]);
    assert.ok((more[0]?.curve.extra.at(-1) ?? 0) > (own[0]?.curve.extra.at(-1) ?? 0));
    assert.equal(isCascadeAlarm(own), true);
    assert.equal(isCascadeAlarm(own.map((state) => ({ ...state, probability24h: 0.49 }))), false);
    assert.equal(isCascadeAlarm([]), false);
  });
});
