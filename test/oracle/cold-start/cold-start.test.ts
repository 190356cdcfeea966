/** Assets that the models do not know: what serves them, how much wider, and the market that is prepared for the DAO. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { decodeFunctionData } from "viem";
import { z } from "zod";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { AssetPrediction } from "../../../oracle/domain/prediction.ts";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../../oracle/domain/prediction.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import {
  BASELINE_BELOW_HOURS,
  COLD_START_FACTOR,
  coldStartPlan,
  FULL_HISTORY_HOURS,
} from "../../../oracle/models/cold-start/cold-start.ts";
import { createQuantilePredictor } from "../../../oracle/models/quantile-net/quantile-predictor.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import { inspectNewMarket } from "../../../oracle/pipeline/cold-start/new-market.ts";
import { widenColdStarts } from "../../../oracle/pipeline/cold-start/widen-cold-starts.ts";
import { predictAssets } from "../../../oracle/pipeline/operator/predict.ts";
import { parseDeploymentConfig } from "../../../scripts/deploy/deployment-config.ts";
import { newMarketCalls, newMarketEntry } from "../../../scripts/deploy/propose/plan-market.ts";
import { runScript } from "../../helpers/run-script.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { makeMarket, makeSnapshot, randomBars } from "../features/snapshot-fixtures.ts";

const TEST_MS = 120_000;
const ROOT = join(import.meta.dirname, "../../..");
const CONFIG_PATH = join(ROOT, "deployments/sepolia/config.json");
const ARTIFACT_DIR = join(ROOT, "oracle/models/artifacts/quantile-net");
const BASE = "0x1234567890AbcdEF1234567890aBcdef12345678";
const FEED = "0xABcdEFABcdEFabcdEfAbCdefabcdeFABcDEFabCD";
const HOUR = 3_600;
const START_SEC = 1_700_006_400;

const config = parseDeploymentConfig(readFileSync(CONFIG_PATH, "utf8"), CONFIG_PATH);
const wishes = {
  asset: "SOL",
  base: BASE,
  feed: FEED,
  baseDecimals: 9,
  spot: 150,
  like: "ETH",
  capShare: 0.1,
} as const;

function prediction(asset: string): AssetPrediction {
  const table = QUANTILE_HORIZONS_HOURS.map((_, row) =>
    Float64Array.from(QUANTILE_LEVELS, (level) => 0.01 * (row + 1) * level),
  );
  const common = { asset, atSec: START_SEC, modelId: "test", fallbacks: [] };
  const series = { stepSec: HOUR, sigmaPerStep: Float64Array.of(0.01), residuals: Float64Array.of(1) };
  return { volatility: { ...common, ...series }, quantiles: { ...common, fall: table, rise: table } };
}

/** A file as a user downloads it; every `hole`-th bar is left out. */
function writeBars(path: string, hours: number, hole = Number.POSITIVE_INFINITY): void {
  const rng = createRng(5);
  let price = 150;
  const lines = ["ts,open,high,low,close,volume"];
  for (let hour = 0; hour < hours; hour += 1) {
    const open = price;
    price *= Math.exp(0.005 * rng.normal());
    const [high, low] = [Math.max(open, price) * 1.001, Math.min(open, price) * 0.999];
    if (hour % hole !== hole - 1) lines.push([START_SEC + hour * HOUR, open, high, low, price, 10].join(","));
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
}

describe("cold start", function () {
  this.timeout(TEST_MS);
  let folder: TemporaryFolder;
  before(() => {
    folder = temporaryFolder();
  });
  after(() => folder.remove());

  it("error: MARKET_EXISTS and MARKET_UNKNOWN", () => {
    const failure = (changes: object, code: string) =>
      assert.throws(
        () => newMarketEntry(config, { ...wishes, ...changes }),
        (error) => hasCode(error, code),
      );
    failure({ asset: "BTC" }, "MARKET_EXISTS");
    failure({ like: "DOGE" }, "MARKET_UNKNOWN");
  });
  it("error: DATA_NOT_FOUND without bars of the asset, MARKET_DATA_HOLES with too many missing", async () => {
    await assert.rejects(inspectNewMarket("SOL", [folder.path], []), (error) => hasCode(error, "DATA_NOT_FOUND"));
    const holes = temporaryFolder();
    writeBars(join(holes.path, "SOLUSDT_1h.csv"), 600, 8);
    await assert.rejects(inspectNewMarket("SOL", [holes.path], []), (error) => hasCode(error, "MARKET_DATA_HOLES"));
    holes.remove();
  });
  it("default: baseline, pooled, network, by history and by what the network was fitted on", () => {
    const plan = (historyHours: number, isTrained: boolean) => coldStartPlan({ historyHours, isTrained });
    for (const isTrained of [true, false]) {
      assert.equal(plan(Number.NaN, isTrained).serves, "baseline");
      assert.equal(plan(BASELINE_BELOW_HOURS - 1, isTrained).serves, "baseline");
      assert.equal(plan(BASELINE_BELOW_HOURS, isTrained).serves, "pooled");
    }
    assert.deepEqual(plan(FULL_HISTORY_HOURS, true), { serves: "network", logFactor: 0 });
    assert.deepEqual(plan(FULL_HISTORY_HOURS, false), { serves: "pooled", logFactor: Math.log(COLD_START_FACTOR) });
  });
  it("behavior: only cold assets are widened, all of their moves upward", () => {
    const markets = [makeMarket("BTC", randomBars(1, 2_000)), makeMarket("SOL", randomBars(2, 2_000))];
    const young = makeMarket("ETH", randomBars(3, 400));
    const predictions = new Map(["BTC", "ETH", "SOL"].map((asset) => [asset, prediction(asset)]));
    const wider = widenColdStarts(predictions, makeSnapshot([...markets, young]), ["BTC", "ETH"]);
    assert.deepEqual(wider.get("BTC"), predictions.get("BTC"));
    const move = (asset: string) => wider.get(asset)?.quantiles.rise[3]?.[6] ?? 0;
    const log = Math.log1p(0.04 * 0.995);
    assert.ok(Math.abs(move("SOL") - Math.expm1(COLD_START_FACTOR * log)) < 1e-12);
    assert.ok(Math.abs(move("ETH") - Math.expm1(COLD_START_FACTOR * log)) < 1e-12);
  });
  it("behavior: with too little history for a volatility fit the baseline serves, flagged, never the network", async () => {
    const options = { artifactDir: ARTIFACT_DIR, schema: FEATURE_SCHEMA, rng: createRng("cold") };
    const predictor = await createQuantilePredictor(options);
    assert.deepEqual(predictor.trainedAssets, ["BNB", "BTC", "ETH"]);
    const logger = { warn: () => {} };
    const serving = async (hours: number) => {
      const volPredictor = { predict: async () => [null] };
      const deps = { forecaster: createVolatilityForecaster(), volPredictor, predictor, logger };
      const predictions = await predictAssets(makeSnapshot([makeMarket("SOL", randomBars(2, hours))]), deps);
      const { modelId, fallbacks } = predictions.get("SOL")?.quantiles ?? assert.fail();
      assert.ok(fallbacks.includes("short-history"));
      return modelId;
    };
    assert.equal(await serving(150), "garch-quantile");
    // The flag of the volatility network, which wants 90 days, does not keep the quantile network from serving.
    assert.equal(await serving(1_000), "quantile-net");
    await predictor.close();
  });
  it("default: the entry scales caps by price and share, the calls add the market with classes and caps", () => {
    const market = newMarketEntry(config, wishes);
    const like = config.markets.find(({ asset }) => asset === "ETH") ?? assert.fail();
    const ratio = Number(like.maxPriceE8) / Number(market.maxPriceE8);
    const expected = Number(like.caps.calls.maxOpenInterestE8) * ratio * 0.1;
    assert.ok(Math.abs(Number(market.caps.calls.maxOpenInterestE8) / expected - 1) < 1e-6);
    assert.equal(Number(market.caps.puts.maxCollateral), Number(like.caps.puts.maxCollateral) / 10);
    assert.equal(market.maxPriceE8, String(150 * 20 * 1e8));
    const extended = { ...config, markets: [...config.markets, market] };
    const calls = newMarketCalls(extended);
    const names = calls.map(({ functionName }) => functionName);
    const classes = config.moneyness.reduce((sum, { rhoInitialBps }) => sum + rhoInitialBps.length, 0);
    assert.equal(names.filter((name) => name === "setRiskClass").length, classes);
    const rest = ["setFeed", "addMarket", "setClassGrid", "setMarketValves", "setMarketCaps", "setMarketCaps"];
    assert.deepEqual(names.slice(classes), rest);
    const added = decodeFunctionData({ abi: optionVaultAbi, data: calls[classes + 1]?.calldata ?? "0x" });
    assert.deepEqual(
      [added.functionName, added.args?.[0], added.args?.[2]],
      ["addMarket", BASE, BigInt(market.minBase)],
    );
  });
  it("default: `market add` reports and writes what every other command can read", async () => {
    writeBars(join(folder.path, "SOLUSDT_1h.csv"), 30 * 24);
    const path = join(folder.path, "config.json");
    writeFileSync(path, readFileSync(CONFIG_PATH));
    const flags = ["--data", folder.path, "--config", path, "--base", BASE, "--feed", FEED, "--base-decimals", "9"];
    const bad = await runScript("oracle/main.ts", ["market", "add", "sol", ...flags]);
    assert.match(bad.stderr, /MARKET_FLAG_INVALID/);
    const run = await runScript("oracle/main.ts", ["market", "add", "SOL", ...flags, "--write", "--json"]);
    const shape = z.object({ serves: z.string() });
    const result = z.object({ report: z.object({ plan: shape, widening: z.number(), isTrained: z.boolean() }) });
    const { report } = result.parse(JSON.parse(run.stdout));
    assert.deepEqual([report.plan.serves, report.isTrained], ["pooled", false]);
    assert.ok(Math.abs(report.widening - COLD_START_FACTOR) < 1e-12);
    const written = parseDeploymentConfig(readFileSync(path, "utf8"), path);
    assert.equal(written.markets.at(-1)?.asset, "SOL");
  });
});
