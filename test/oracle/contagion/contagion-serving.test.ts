/** Tests of what serves contagion: artefacts, indices, the flow graph, and the reader of the panel. Bad input first. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { rankCorrelation } from "../../../oracle/math/rank-correlation.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { contagionIndices } from "../../../oracle/models/contagion/contagion-index.ts";
import { CONTAGION_IDS } from "../../../oracle/models/contagion/contagion-manifest.ts";
import { loadContagionNetwork } from "../../../oracle/models/contagion/contagion-network.ts";
import { correlationImpacts } from "../../../oracle/models/contagion/correlation-impacts.ts";
import { flowNetwork, type ObservedFlow } from "../../../oracle/models/contagion/flow-network.ts";
import { barsPerDay } from "../../../oracle/models/contagion/market-panel.ts";
import { drawLossCase } from "../../../oracle/training/contagion/loss-cases.ts";
import { fitCrash } from "../../../oracle/training/contagion/train-crash.ts";
import { judgeLossModel } from "../../../oracle/training/contagion/train-loss.ts";
import { readBarPanel } from "../../../scripts/data/bar-panel.ts";
import { readFlowGraph } from "../../../scripts/data/flow-graph.ts";
import { guardedOutputs } from "../../../scripts/evaluate/contagion/guarded-outputs.ts";
import { protocolReport } from "../../../scripts/evaluate/contagion/protocol-report.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { syntheticPanel } from "./synthetic-panel.ts";

const ARTIFACTS = join(import.meta.dirname, "../../../oracle/models/artifacts");
const directoryOf = (id: string): string => join(ARTIFACTS, id);

describe("contagion artefacts", () => {
  const temporary = temporaryFolder();
  const folder = (name: string): string => join(temporary.path, name);
  after(() => temporary.remove());
  it("error: artefact-missing, artefact-hash, schema-mismatch", async () => {
    const missing = await loadContagionNetwork(folder("none"), CONTAGION_IDS.loss);
    assert.deepEqual([missing.ok, !missing.ok && missing.reason], [false, "artefact-missing"]);
    const other = await loadContagionNetwork(directoryOf(CONTAGION_IDS.loss), CONTAGION_IDS.crash);
    assert.deepEqual([other.ok, !other.ok && other.reason], [false, "schema-mismatch"]);
    const altered = folder("altered");
    mkdirSync(altered, { recursive: true });
    for (const file of ["model.onnx", "manifest.json", "vectors.json"])
      copyFileSync(join(directoryOf(CONTAGION_IDS.loss), file), join(altered, file));
    const vectors = readFileSync(join(altered, "vectors.json"), "utf8");
    writeFileSync(join(altered, "vectors.json"), vectors.replace('"tolerance":0.0001', '"tolerance":0.1'));
    const refused = await loadContagionNetwork(altered, CONTAGION_IDS.loss);
    assert.deepEqual([refused.ok, !refused.ok && refused.reason], [false, "artefact-hash"]);
  });
  it("behavior: a node outside of the range of training has no output, the others have", async () => {
    const loaded = await loadContagionNetwork(directoryOf(CONTAGION_IDS.loss), CONTAGION_IDS.loss);
    assert.ok(loaded.ok);
    const { graph } = drawLossCase(20, createRng("serving")).labelled;
    const features = graph.features.map((value, place) => (place === 2 ? 99 : value));
    const found = await loaded.value.predict({ ...graph, features });
    assert.deepEqual(
      found.map((output) => output === null),
      Array.from({ length: 20 }, (_, node) => node === 1),
    );
    assert.deepEqual(await loaded.value.predict({ ...graph, nodes: 0 }), []);
    await loaded.value.close();
  });
  it("behavior: an evaluation takes a node without an answer for the worst, and counts it", async () => {
    const loaded = await loadContagionNetwork(directoryOf(CONTAGION_IDS.loss), CONTAGION_IDS.loss);
    assert.ok(loaded.ok);
    const { graph } = drawLossCase(20, createRng("serving")).labelled;
    const features = graph.features.map((value, place) => (place === 2 ? 99 : value));
    const guarded = guardedOutputs(loaded.value, 1);
    const outputs = await guarded.predict({ ...graph, features });
    assert.ok(outputs[1] === 1 && (outputs[0] ?? 1) < 1 && guarded.unansweredShare() === 1 / 20);
    await loaded.value.close();
  });
  it("default: both committed networks load; the surrogate explains the losses of networks twice the size", async () => {
    const crash = await loadContagionNetwork(directoryOf(CONTAGION_IDS.crash), CONTAGION_IDS.crash);
    assert.ok(crash.ok);
    await crash.value.close();
    const model = readFileSync(join(directoryOf(CONTAGION_IDS.loss), "model.onnx"));
    const { rSquared, rankCorrelation: ranks } = await judgeLossModel(model, { networks: 60, nodes: 64, seed: "test" });
    assert.ok(rSquared >= 0.97 && ranks >= 0.95, `${rSquared}, ${ranks}`);
  });
});

describe("contagionIndices", () => {
  it("behavior: a chain by hand", () => {
    const impacts = Float64Array.from([0, 0.5, 0, 0, 0, 0.4, 0, 0, 0]);
    const found = contagionIndices(["A", "B", "C"], { impacts, values: Float64Array.of(1, 1, 2) }, [0.1, 0.2, 0.3]);
    // A lost: B loses 0.5, C 0.2. B lost: C loses 0.4.
    const near = (value: number | undefined, expected: number): void =>
      assert.ok(Math.abs((value ?? 0) - expected) < 1e-12);
    near(found[0]?.importance, (0.5 + 2 * 0.2) / 4);
    near(found[1]?.importance, (2 * 0.4) / 4);
    near(found[0]?.exposure, 0);
    near(found[1]?.exposure, 0.1 * 0.5);
    near(found[2]?.exposure, 0.1 * 0.2 + 0.2 * 0.4);
  });
});

describe("correlationImpacts", () => {
  it("behavior: weak and missing correlations are no links, shares of a node sum to 1 at most", () => {
    assert.deepEqual([...correlationImpacts(Float64Array.of(1, 0.1, 0.1, 1))], [0, 0, 0, 0]);
    assert.deepEqual([...correlationImpacts(Float64Array.of(1, Number.NaN, Number.NaN, 1))], [0, 0, 0, 0]);
    assert.deepEqual([...correlationImpacts(Float64Array.of(1, 0.5, 0.5, 1))], [0, 0.25, 0.25, 0]);
    const close = correlationImpacts(Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1));
    assert.deepEqual([...close], [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0]);
  });
});

describe("flowNetwork", () => {
  const settings = { periodDays: 100, settlementDays: 1, equityShare: 0.1, outside: ["retail"] };
  const flow = (from: string, to: string, usdVolume: number, confidence = 1): ObservedFlow => ({
    from,
    to,
    usdVolume,
    confidence,
  });
  it("error: CONTAGION_FLOWS_INVALID", () => {
    for (const bad of [flow("A", "B", -1), flow("A", "B", Number.NaN), flow("A", "B", 1, 1.1)])
      assert.throws(
        () => flowNetwork([bad], settings),
        (error) => hasCode(error, "CONTAGION_FLOWS_INVALID"),
      );
  });
  it("behavior: a day's mean flow is owed, the outside cannot default, everyone has equity", () => {
    const found = flowNetwork(
      [flow("A", "B", 1_000), flow("B", "retail", 400, 0.5), flow("retail", "A", 300)],
      settings,
    );
    assert.deepEqual(found.names, ["A", "B"]);
    assert.deepEqual([...found.liabilities], [0, 10, 0, 0]);
    assert.deepEqual([...found.externalLiabilities], [0, 2]);
    // A owes 10 and has equity 1; B owes 2, is owed 10 and has equity 1 at least.
    assert.deepEqual([...found.externalAssets], [11, 0]);
  });
});

describe("reader of the panel", () => {
  const temporary = temporaryFolder();
  const folder = (name: string): string => join(temporary.path, name);
  after(() => temporary.remove());
  const header = "ts,sym,open,high,low,close,quote_volume,trades";
  const write = (name: string, lines: readonly string[]): string => {
    mkdirSync(folder(name), { recursive: true });
    writeFileSync(join(folder(name), "perp_4h.csv"), `${[header, ...lines].join("\n")}\n`);
    return folder(name);
  };
  it("error: DATA_NOT_FOUND, DATA_MALFORMED, DATA_CONFLICT", () => {
    const throws = (paths: readonly string[], code: string): void =>
      assert.throws(
        () => readBarPanel(paths),
        (error) => hasCode(error, code),
      );
    mkdirSync(folder("empty"), { recursive: true });
    throws([folder("empty")], "DATA_NOT_FOUND");
    throws([write("price", ["14400,BTC,1,2,0,1,1,1"])], "DATA_MALFORMED");
    throws([write("time", ["14401,BTC,1,2,1,1,1,1"])], "DATA_MALFORMED");
    throws([write("asset", ["14400,,1,2,1,1,1,1"])], "DATA_MALFORMED");
    const first = write("first", ["14400,BTC,1,2,1,1,1,1"]);
    throws([first, write("second", ["14400,BTC,1,2,1,1.5,1,1"])], "DATA_CONFLICT");
  });
  it("behavior: files are joined, gaps are NaN", () => {
    const first = write("early", ["14400,BTC,1,2,1,1,1,1", "14400,ETH,1,3,2,2,1,1"]);
    const panel = readBarPanel([first, write("late", ["43200,BTC,1,5,4,4,1,1"])]);
    assert.deepEqual(panel.assets, ["BTC", "ETH"]);
    assert.deepEqual([...panel.endSec], [28_800, 43_200, 57_600]);
    assert.deepEqual([...panel.close], [1, 2, Number.NaN, Number.NaN, 4, Number.NaN]);
    assert.equal(barsPerDay(panel), 6);
  });
  it("error: CONTAGION_PANEL_SPAN, and TRAINING_TOO_FEW_ROWS for a short panel", async () => {
    assert.throws(
      () => barsPerDay({ spanSec: 17 * 3_600 }),
      (error) => hasCode(error, "CONTAGION_PANEL_SPAN"),
    );
    const panel = syntheticPanel({ assets: 3, bars: 200, seed: "short" });
    const toSec = panel.endSec.at(-1) ?? 0;
    await assert.rejects(fitCrash(panel, { seed: "a", toSec }), (error) => hasCode(error, "TRAINING_TOO_FEW_ROWS"));
  });
  it("error: DATA_MALFORMED for a flow graph with a bad volume, DATA_CONFLICT for two that differ; none is null", () => {
    const path = folder("flows");
    mkdirSync(path, { recursive: true });
    assert.equal(readFlowGraph([path]), null);
    writeFileSync(join(path, "edges.csv"), "from,to,usd_volume,confidence,source\nA,B,-5,1,x\n");
    assert.throws(
      () => readFlowGraph([path]),
      (error) => hasCode(error, "DATA_MALFORMED"),
    );
    writeFileSync(join(path, "edges.csv"), "from,to,usd_volume,confidence,source\nA,B,5,1,x\n");
    assert.equal(readFlowGraph([path])?.periodDays, 546);
    const second = folder("more-flows");
    mkdirSync(second, { recursive: true });
    writeFileSync(join(second, "edges.csv"), "from,to,usd_volume,confidence,source\nA,B,5,1,x\n");
    assert.equal(readFlowGraph([path, second])?.flows.length, 1);
    writeFileSync(join(second, "edges.csv"), "from,to,usd_volume,confidence,source\nA,B,6,1,x\n");
    assert.throws(
      () => readFlowGraph([path, second]),
      (error) => hasCode(error, "DATA_CONFLICT"),
    );
  });
});

describe("protocolReport", () => {
  const temporary = temporaryFolder();
  after(() => temporary.remove());
  const header = "date,protocol,tvl_usd_bn,pool_count";
  const write = (lines: readonly string[]): string => {
    writeFileSync(join(temporary.path, "lending_protocols.csv"), `${[header, ...lines].join("\n")}\n`);
    return temporary.path;
  };
  it("error: DATA_CONFLICT where two lines disagree about a day", () => {
    assert.throws(
      () => protocolReport([write(["2026-03-01,aave,1,1", "2026-03-01,aave,2,1"])]),
      (error) => hasCode(error, "DATA_CONFLICT"),
    );
  });
  it("error: DATA_MALFORMED for a date, a name or a value that is none", () => {
    for (const line of ["x,aave,1,1", "2026-03-01,,1,1", "2026-03-01,aave,0,1"])
      assert.throws(
        () => protocolReport([write([line])]),
        (error) => hasCode(error, "DATA_MALFORMED"),
      );
  });
  it("behavior: protocols that move together expose each other; the newest day does not count", () => {
    const rng = createRng("locked");
    const values = Array.from({ length: 100 }, () => 1 + rng.uniform());
    const lines = (last: number): readonly string[] =>
      values.flatMap((value, day) => {
        const date = new Date(86_400_000 * (20_000 + day)).toISOString().slice(0, 10);
        const shown = day === 99 ? last : value;
        return [`${date},a,${shown},1`, `${date},b,${2 * shown},1`];
      });
    const found = protocolReport([write(lines(1))]);
    assert.ok(Array.isArray(found));
    assert.deepEqual(
      found.map((entry: { name: string; exposure: number }) => [entry.name, Math.round(100 * entry.exposure)]),
      [
        ["a", 81],
        ["b", 81],
      ],
    );
    assert.deepEqual(protocolReport([write(lines(50))]), found);
    assert.equal(typeof protocolReport([write([])]), "string");
  });
});

describe("rankCorrelation", () => {
  it("behavior: no spread is NaN", () => {
    assert.ok(Number.isNaN(rankCorrelation([1, 1], [1, 2])));
  });
  it("default: with ties, by hand", () => {
    assert.equal(rankCorrelation([1, 2, 3], [10, 20, 15]), 0.5);
    assert.ok(Math.abs(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4]) - 4.5 / Math.sqrt(4.5 * 5)) < 1e-12);
  });
});
