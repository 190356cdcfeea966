/** Tests of message passing: gradients, parity, order of nodes, sizes never trained on, and that nothing looks ahead. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRng } from "../../../oracle/math/rng.ts";
import { crashGraph, crashHistoryBars } from "../../../oracle/models/contagion/crash-graph.ts";
import { type MessageGraph, withoutEdges } from "../../../oracle/models/contagion/message-graph.ts";
import { runMessageNetwork } from "../../../oracle/models/contagion/run-message-network.ts";
import { openSession } from "../../../oracle/models/onnx-runtime.ts";
import { crashCases } from "../../../oracle/training/contagion/crash-cases.ts";
import { fitMessages } from "../../../oracle/training/contagion/fit-messages.ts";
import { drawLossCase, networkLoss } from "../../../oracle/training/contagion/loss-cases.ts";
import { exportMessages, type TrainedMessages } from "../../../oracle/training/contagion/message-network.ts";
import { plainMessages } from "../../../oracle/training/contagion/plain-messages.ts";
import { rankingScores } from "../../../oracle/training/evaluate/rank-scores.ts";
import { syntheticPanel } from "./synthetic-panel.ts";

const PARITY = 1e-5;
const rng = createRng("contagion-network");
const train = Array.from({ length: 64 }, () => drawLossCase(6 + rng.integer(7), rng));
const settings = { batchGraphs: 16, epochs: 6, learningRate: 0.02, penalty: 1e-6, loss: "squares", start: -3 } as const;
const layout = { features: 2, kinds: 1, channels: 6, rounds: 3, outputs: 1 };

async function outputs(trained: TrainedMessages, graph: MessageGraph): Promise<Float64Array> {
  const session = await openSession(exportMessages(trained, {}));
  try {
    return Float64Array.from(await runMessageNetwork(session, graph));
  } finally {
    await session.release();
  }
}

function trainedNetwork(): Promise<TrainedMessages> {
  return fitMessages({ layout, graphs: train.map(({ labelled }) => labelled), settings, seed: "test" });
}

/** The same graph with node n renamed to order[n]. */
function renamed(graph: MessageGraph, order: Int32Array): MessageGraph {
  const width = graph.features.length / graph.nodes;
  const features = new Float32Array(graph.features.length);
  order.forEach((to, from) => {
    features.set(graph.features.subarray(from * width, (from + 1) * width), to * width);
  });
  const renumber = (nodes: Int32Array): Int32Array => nodes.map((node) => order[node] ?? -1);
  return { ...graph, features, senders: renumber(graph.senders), receivers: renumber(graph.receivers) };
}

describe("message passing", () => {
  let trained: TrainedMessages;
  before(async () => {
    trained = await trainedNetwork();
  });
  it("default: the exported network says what plain float64 says, on four times the nodes", async () => {
    const { graph } = drawLossCase(48, rng).labelled;
    const found = await outputs(trained, graph);
    plainMessages(trained, graph).forEach((value, node) => {
      assert.ok(Math.abs(value - (found[node] ?? Number.NaN)) <= PARITY, `${node}`);
    });
  });
  it("behavior: the names of the nodes do not matter", async () => {
    const { graph } = drawLossCase(20, rng).labelled;
    const order = Int32Array.from({ length: graph.nodes }, (_, node) => (7 * node + 3) % graph.nodes);
    const [plain, other] = [await outputs(trained, graph), await outputs(trained, renamed(graph, order))];
    plain.forEach((value, node) => {
      assert.ok(Math.abs(value - (other[order[node] ?? -1] ?? Number.NaN)) <= PARITY);
    });
  });
  it("behavior: two graphs side by side say what each says alone", async () => {
    const [left, right] = [drawLossCase(9, rng).labelled.graph, drawLossCase(14, rng).labelled.graph];
    const both = {
      nodes: 23,
      kinds: 1,
      features: Float32Array.from([...left.features, ...right.features]),
      senders: Int32Array.from([...left.senders, ...right.senders.map((node) => node + 9)]),
      receivers: Int32Array.from([...left.receivers, ...right.receivers.map((node) => node + 9)]),
      weights: Float32Array.from([...left.weights, ...right.weights]),
    };
    const alone = [...(await outputs(trained, left)), ...(await outputs(trained, right))];
    (await outputs(trained, both)).forEach((value, node) => {
      assert.ok(Math.abs(value - (alone[node] ?? Number.NaN)) <= PARITY);
    });
  });
  it("behavior: no output falls when a feature or an edge rises; without edges it is a model of own features", async () => {
    const { graph } = drawLossCase(12, rng).labelled;
    const base = await outputs(trained, graph);
    const raised = (change: Partial<MessageGraph>): Promise<Float64Array> => outputs(trained, { ...graph, ...change });
    const worse = [
      await raised({ features: graph.features.map((value, place) => (place === 4 ? value + 0.3 : value)) }),
      await raised({ features: graph.features.map((value) => value + 0.1) }),
    ];
    for (const found of worse) {
      const fell = found.filter((value, node) => !(value >= (base[node] ?? Number.NaN) - PARITY));
      assert.equal(fell.length, 0);
    }
    assert.equal((await outputs(trained, withoutEdges(graph))).length, 12);
  });
  it("behavior: the same seed gives the same bytes", async () => {
    assert.deepEqual(exportMessages(await trainedNetwork(), {}), exportMessages(trained, {}));
  });
  it("behavior: losses are cut to [0, 1] and weighted by debts", () => {
    assert.equal(networkLoss({ debts: Float64Array.of(1, 3) }, [-5, 7]), 0.75);
    assert.equal(networkLoss({ debts: Float64Array.of(0, 0) }, [1, 1]), 0);
  });
});

describe("crash graphs", () => {
  const panel = syntheticPanel({ assets: 8, bars: 420, seed: "panel" });
  const bar = 300;
  it("behavior: noise after the moment changes nothing before it", () => {
    const noise = createRng("noise");
    const shaken = { ...panel };
    for (const name of ["high", "low", "close"] as const)
      shaken[name] = panel[name].map((value, place) =>
        place >= (bar + 1) * panel.assets.length ? value * Math.exp(noise.normal()) : value,
      );
    assert.deepEqual(crashGraph(shaken, bar), crashGraph(panel, bar));
    assert.notDeepEqual(crashGraph(shaken, bar + 1), crashGraph(panel, bar + 1));
  });
  it("behavior: an asset with too few bars is left out, before enough history none is in", () => {
    const close = panel.close.map((value, place) => (place % 8 === 2 && place > 8 * 200 ? Number.NaN : value));
    assert.deepEqual([...crashGraph({ ...panel, close }, bar).assets], [0, 1, 3, 4, 5, 6, 7]);
    assert.equal(crashGraph(panel, 40).nodes, 0);
    assert.equal(crashHistoryBars(panel), 180);
  });
  it("behavior: weights of a receiver sum to 1", () => {
    const { weights, receivers, nodes } = crashGraph(panel, bar);
    const sums = new Float64Array(nodes);
    receivers.forEach((node, edge) => {
      sums[node] = (sums[node] ?? 0) + (weights[edge] ?? 0);
    });
    for (const sum of sums) assert.ok(sum === 0 || Math.abs(sum - 1) < 1e-6);
  });
  it("behavior: outcomes end inside of the window and count a low 10 % below the close", () => {
    const toSec = panel.endSec[390] ?? 0;
    const cases = crashCases(panel, { fromSec: null, toSec, stride: 1 });
    assert.equal(cases.at(-1)?.bar, 384);
    const found = cases[50];
    assert.ok(found);
    found.graph.assets.forEach((asset, node) => {
      const lows = Array.from({ length: 6 }, (_, step) => panel.low[(found.bar + 1 + step) * 8 + asset] ?? Number.NaN);
      const close = panel.close[found.bar * 8 + asset] ?? Number.NaN;
      assert.equal(found.labels[node], Number(Math.min(...lows) <= 0.9 * close));
    });
  });
});

describe("rankingScores", () => {
  it("behavior: nothing to rank is NaN", () => {
    assert.ok(Number.isNaN(rankingScores([1, 2], [0, 0]).auc));
    assert.ok(Number.isNaN(rankingScores([], []).averagePrecision));
  });
  it("default: by hand, with ties", () => {
    const { auc, averagePrecision, base } = rankingScores([3, 2, 2, 1], [1, 0, 1, 0]);
    assert.deepEqual([auc, averagePrecision, base], [0.875, (1 + 2 / 3) / 2, 0.5]);
  });
});
