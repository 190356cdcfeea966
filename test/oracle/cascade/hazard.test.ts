/** The hazard of a cascade: what it reads, that it only rises, that it never sees what follows; the readers of its data. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { CASCADE_INPUTS, type CascadeInputs, cascadeInputs } from "../../../oracle/models/cascade/cascade-inputs.ts";
import { calibrated, hazard, NO_CALIBRATION } from "../../../oracle/models/cascade/hazard.ts";
import { fitCalibration, HAZARD_TARGETS } from "../../../oracle/training/cascade/fit-hazard.ts";
import { fitPlain, hazardFitter } from "../../../oracle/training/cascade/hazard-fitters.ts";
import { hazardRows } from "../../../oracle/training/cascade/hazard-rows.ts";
import { walkHazard } from "../../../oracle/training/cascade/hazard-walk.ts";
import { readLiquidations } from "../../../scripts/data/liquidations.ts";
import { hazardReports, type ShippedHazard, servedScore } from "../../../scripts/evaluate/cascade/hazard-report.ts";
import { runScript } from "../../helpers/run-script.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { drawnMarket, HOUR_SEC, START_SEC } from "./drawn-market.ts";

const { bars, flow } = drawnMarket("cascade-hazard");
const rows = hazardRows(bars, flow);
const [short, long] = HAZARD_TARGETS;
assert.ok(short !== undefined && long !== undefined);

describe("hazardReports", () => {
  it("behavior: liquidations without hourly bars leave the part out, with the reason", () => {
    const folder = temporaryFolder();
    assert.match(hazardReports([folder.path], null).leftOut ?? "", /no liquidations/);
    const header = "ts,user_id,coll_sym,coll_amt,coll_usd,debt_sym,debt_amt,debt_usd";
    writeFileSync(join(folder.path, "aave_v2_liquidations.csv"), `${header}\n10,a,WETH,1,,DAI,7,7\n`);
    assert.match(hazardReports([folder.path], null).leftOut ?? "", /no hourly bars of ETH/);
    folder.remove();
  });

  it("behavior: what ships is judged on hours after its fit alone, and where it is silent it claims the worst", () => {
    const forecasts = Array.from({ length: 48 }, (_, hour) => {
      const atSec = START_SEC + (200 + hour) * HOUR_SEC;
      return { atSec, isHit: hour % 2 === 0, raw: 0.5, probability: 0.5 };
    });
    const report = { forecasts, fromSec: forecasts[0]?.atSec ?? 0, horizonHours: 6 };
    const shipped = (untilSec: number, isSilent: boolean): ShippedHazard => ({
      untilSec,
      hazardAt: (_, atSec) => {
        if (isSilent) return { ok: false, reason: "inputs-missing" };
        const isHit = forecasts.some((forecast) => forecast.atSec === atSec && forecast.isHit);
        const rates = { baseRate6h: 0.5, baseRate24h: 0.5 };
        return { ok: true, value: { probability6h: isHit ? 0.9 : 0.1, probability24h: 0.5, ...rates } };
      },
    });
    assert.equal(servedScore(report, bars, shipped(report.fromSec, false)), null);
    assert.equal(servedScore(report, bars, shipped(report.fromSec - 1, false))?.auc, 1);
    assert.equal(servedScore({ ...report, horizonHours: 24 }, bars, shipped(0, false))?.auc, 0.5);
    assert.ok((servedScore(report, bars, shipped(0, true))?.meanProbability ?? 0) > 0.99);
  });
});

describe("readLiquidations", () => {
  it("error: DATA_MALFORMED for a header or a time that is none, DATA_IMPLAUSIBLE for a negative amount", () => {
    const folder = temporaryFolder();
    const path = join(folder.path, "aave_v2_liquidations.csv");
    const header = "ts,user_id,coll_sym,coll_amt,coll_usd,debt_sym,debt_amt,debt_usd";
    const reading = (text: string) => () => {
      writeFileSync(path, text);
      return readLiquidations([folder.path], "aave-v2");
    };
    assert.throws(reading("ts,user\n1,2"), (error) => hasCode(error, "DATA_MALFORMED"));
    assert.throws(reading(`${header}\nx,a,WETH,1,,DAI,1,`), (error) => hasCode(error, "DATA_MALFORMED"));
    const negative = (error: unknown) =>
      hasCode(error, "DATA_IMPLAUSIBLE") && error.context.line === 2 && error.context.column === "debt_usd";
    assert.throws(reading(`${header}\n9,a,WETH,1,,DAI,1,-5`), negative);
    folder.remove();
  });

  it("behavior: sorts, prices what has collateral alone, counts a line of two files once, knows no other file", () => {
    const folder = temporaryFolder();
    const text = [
      "ts,user_id,coll_sym,coll_amt,coll_usd,debt_sym,debt_amt,debt_usd",
      "20,b,WETH,1,1075,WETH,1,",
      "10,a,WETH,1,,DAI,7,7",
      "30,c,WETH,1,,WETH,1,",
    ].join("\n");
    assert.equal(readLiquidations([folder.path], "aave-v2"), null);
    writeFileSync(join(folder.path, "aave_v2_liquidations.csv"), text);
    const copy = temporaryFolder();
    writeFileSync(join(copy.path, "aave_v2_liquidations.csv"), text);
    const found = readLiquidations([folder.path, copy.path], "aave-v2");
    assert.deepEqual([...(found?.timeSec ?? [])], [10, 20, 30]);
    assert.deepEqual([...(found?.amount ?? [])], [7, 1000, 0]);
    folder.remove();
    copy.remove();
  });
});

describe("hazard", () => {
  it("behavior: a week of history is wanted, and a hole in it is no history", () => {
    const last = bars.endSec.at(-1) ?? 0;
    assert.equal(cascadeInputs(bars, START_SEC + 100 * HOUR_SEC, 0).ok, false);
    assert.equal(cascadeInputs(bars, last, 0).ok, true);
    const sparse = (values: Float64Array) => values.filter((_, row) => row % 2 === 0);
    const half = {
      ...bars,
      endSec: sparse(bars.endSec),
      close: sparse(bars.close),
      high: sparse(bars.high),
      low: sparse(bars.low),
    };
    assert.equal(cascadeInputs(half, last, 0).ok, false);
  });

  it("behavior: a feed that is silent for more than two spans is not known, not calm", () => {
    const last = bars.endSec.at(-1) ?? 0;
    assert.equal(cascadeInputs(bars, last + 2 * bars.spanSec, 0).ok, true);
    const silent = cascadeInputs(bars, last + 2 * bars.spanSec + 1, 0);
    assert.deepEqual(silent, { ok: false, reason: "inputs-missing" });
  });

  it("behavior: inputs are the same when the future is replaced by noise", () => {
    const atSec = START_SEC + 100 * 24 * HOUR_SEC;
    const other = drawnMarket("cascade-hazard", atSec);
    assert.deepEqual(cascadeInputs(other.bars, atSec, 0), cascadeInputs(bars, atSec, 0));
    assert.notDeepEqual(other.bars.close, bars.close);
  });

  it("behavior: forecasts are the same when the future is replaced by noise", () => {
    const cutSec = START_SEC + 150 * 24 * HOUR_SEC;
    const other = drawnMarket("cascade-hazard", cutSec);
    const stated = (market: ReturnType<typeof drawnMarket>) =>
      walkHazard(hazardRows(market.bars, market.flow), short, hazardFitter(market.flow, true))
        .filter(({ atSec }) => atSec <= cutSec)
        .map(({ atSec, probability }) => [atSec, probability]);
    const found = stated({ bars, flow });
    assert.ok(found.length > 500);
    assert.deepEqual(stated(other).slice(0, found.length), found);
  });

  it("behavior: no input lowers it, 2 000 random pairs at both horizons", () => {
    const rng = createRng("cascade-monotone");
    const model = {
      ...{ horizonHours: 6, centre: CASCADE_INPUTS.map(() => 0), spread: CASCADE_INPUTS.map(() => 1), baseRate: 0.1 },
      logit: { slopes: CASCADE_INPUTS.map(() => rng.uniform()), intercepts: [-2] },
      calibration: { a: 1.1, b: 0.8, c: 0.2 },
    };
    for (let draw = 0; draw < 2_000; draw += 1) {
      const value = (): number => 6 * rng.normal();
      const low: CascadeInputs = {
        ...{ fallFromDayHigh: value(), fall6h: value(), fall24h: value(), fall72h: value() },
        ...{ fall168h: value(), lowDistance: value(), excitation: value() },
      };
      const name = CASCADE_INPUTS[draw % CASCADE_INPUTS.length] ?? "excitation";
      const high = { ...low, [name]: low[name] + rng.uniform() };
      assert.ok(hazard(model, high) >= hazard(model, low), name);
    }
  });

  it("behavior: calibration keeps order and limits, and learns nothing from one kind of outcome", () => {
    const probabilities = Float64Array.of(0.01, 0.1, 0.2, 0.6);
    assert.deepEqual(fitCalibration(probabilities, new Float64Array(4)), NO_CALIBRATION);
    const found = fitCalibration(probabilities, Float64Array.of(0, 0, 1, 1));
    const values = [...probabilities].map((p) => calibrated(found, p));
    assert.deepEqual(
      values,
      [...values].sort((a, b) => a - b),
    );
    assert.ok(values.every((p) => p > 0 && p < 1));
    [0.01, 0.5, 0.9].forEach((p) => {
      assert.ok(Math.abs(calibrated(NO_CALIBRATION, p) - p) < 1e-12);
    });
  });

  it("behavior: arrivals enter as excitation, and both fits say something of drawn crashes", () => {
    const [withArrivals, plain] = [hazardFitter(flow, true), fitPlain].map((fitter) => walkHazard(rows, short, fitter));
    assert.ok((withArrivals?.length ?? 0) > 1_000 && withArrivals?.length === plain?.length);
    assert.ok(withArrivals?.every(({ probability }) => probability > 0 && probability < 1));
    assert.equal(walkHazard([], long, fitPlain).length, 0);
  });
});

describe("evaluate command, cascade", () => {
  it("error: EVALUATE_NO_PAGE for a model without one", async () => {
    const args = ["--model", "garch", "--data", ".", "--out", "page.html"];
    const result = await runScript("scripts/evaluate/evaluate.ts", args);
    assert.ok(result.code === 1 && result.stderr.startsWith("EVALUATE_NO_PAGE: "), result.stderr);
  });

  it("error: EVALUATE_NO_WINDOW where no liquidations lie", async () => {
    const folder = temporaryFolder();
    const result = await runScript("scripts/evaluate/evaluate.ts", ["--model", "cascade", "--data", folder.path]);
    assert.ok(result.code === 1 && result.stderr.startsWith("EVALUATE_NO_WINDOW: "), result.stderr);
    folder.remove();
  });
});
