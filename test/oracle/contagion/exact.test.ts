/** Tests of the exact contagion solvers: hostile input, cases solved by hand, numpy (`scripts/generate/contagion-reference.py`). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, it } from "mocha";
import { z } from "zod";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { clearNetwork, type DefaultCosts } from "../../../oracle/models/contagion/clearing.ts";
import { contagionPaths } from "../../../oracle/models/contagion/contagion-paths.ts";
import { debtRank } from "../../../oracle/models/contagion/debt-rank.ts";
import type { LiabilityNetwork } from "../../../oracle/models/contagion/liability-network.ts";
import { impactNetwork, namedDefaultLoss } from "../../../oracle/models/contagion/named-default.ts";
import { iterateClearing } from "./clearing-iteration.ts";

const series = z.array(z.number()).transform((values) => Float64Array.from(values));
const { cases } = z
  .object({
    cases: z.array(
      z.object({
        externalShare: z.number(),
        networkShare: z.number(),
        externalAssets: series,
        externalLiabilities: series,
        liabilities: series,
        payments: series,
        inDefault: z.array(z.boolean()),
        equity: series,
        impacts: series,
        values: series,
        initial: series,
        distress: series,
        rank: z.number(),
        lossOfFirst: z.number(),
        lossByNode: series,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../../vectors/contagion/exact.json", import.meta.url), "utf8")));

const TOLERANCE = 1e-9;

function near(actual: Float64Array, expected: Float64Array, label: string): void {
  assert.equal(actual.length, expected.length, label);
  actual.forEach((value, place) => {
    const wanted = expected[place] ?? Number.NaN;
    assert.ok(
      Math.abs(value - wanted) <= TOLERANCE * Math.max(1, Math.abs(wanted)),
      `${label}[${place}]: ${value}, not ${wanted}`,
    );
  });
}

function network(parts: { assets: number[]; debts: number[][]; outside?: number[] }): LiabilityNetwork {
  return {
    externalAssets: Float64Array.from(parts.assets),
    liabilities: Float64Array.from(parts.debts.flat()),
    externalLiabilities: Float64Array.from(parts.outside ?? parts.assets.map(() => 0)),
  };
}

/** A owes B 10, B owes C 10; A has 4, B 3, C 0. By hand: A pays 4, B 7, C receives 7. */
const CHAIN = network({
  assets: [4, 3, 0],
  debts: [
    [0, 10, 0],
    [0, 0, 10],
    [0, 0, 0],
  ],
});

describe("clearing of debts", () => {
  const refuses = (code: string, parts: Parameters<typeof network>[0], costs?: DefaultCosts): void => {
    assert.throws(
      () => clearNetwork(network(parts), costs),
      (error) => hasCode(error, code),
    );
    assert.throws(
      () => iterateClearing(network(parts), costs),
      (error) => hasCode(error, code),
    );
  };
  it("error: CONTAGION_NETWORK_INVALID for amounts that are none, wrong sizes, debts to oneself", () => {
    refuses("CONTAGION_NETWORK_INVALID", { assets: [], debts: [] });
    refuses("CONTAGION_NETWORK_INVALID", { assets: [1], debts: [[0, 0]] });
    refuses("CONTAGION_NETWORK_INVALID", { assets: [1], debts: [[1]] });
    refuses("CONTAGION_NETWORK_INVALID", { assets: [1], debts: [[0]], outside: [1, 1] });
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      refuses("CONTAGION_NETWORK_INVALID", { assets: [bad], debts: [[0]] });
      refuses("CONTAGION_NETWORK_INVALID", { assets: [1], debts: [[0]], outside: [bad] });
      refuses("CONTAGION_NETWORK_INVALID", {
        assets: [1, 1],
        debts: [
          [0, bad],
          [0, 0],
        ],
      });
    }
  });
  it("error: CONTAGION_COSTS_INVALID outside of (0, 1]", () => {
    for (const share of [0, 1.01, Number.NaN]) {
      refuses("CONTAGION_COSTS_INVALID", { assets: [1], debts: [[0]] }, { externalShare: share, networkShare: 1 });
      refuses("CONTAGION_COSTS_INVALID", { assets: [1], debts: [[0]] }, { externalShare: 1, networkShare: share });
    }
  });
  it("behavior: a ring that owes only itself and owns nothing pays in full, the greatest vector", () => {
    const ring = network({
      assets: [0, 0],
      debts: [
        [0, 5],
        [5, 0],
      ],
    });
    assert.deepEqual([...clearNetwork(ring).payments], [5, 5]);
    assert.deepEqual([...iterateClearing(ring).payments], [5, 5]);
  });
  it("behavior: a ring that owes to outside and owns nothing pays nothing", () => {
    const leaking = network({
      assets: [0, 0, 0],
      debts: [
        [0, 5, 0],
        [5, 0, 1],
        [0, 0, 0],
      ],
    });
    near(clearNetwork(leaking).payments, Float64Array.of(0, 0, 0), "payments");
    near(iterateClearing(leaking).payments, Float64Array.of(0, 0, 0), "payments by iteration");
  });
  it("behavior: a chain by hand, with and without costs", () => {
    assert.deepEqual([...clearNetwork(CHAIN).payments], [4, 7, 0]);
    assert.deepEqual(clearNetwork(CHAIN).inDefault, [true, true, false]);
    const costs = { externalShare: 0.5, networkShare: 0.5 };
    assert.deepEqual([...clearNetwork(CHAIN, costs).payments], [2, 2.5, 0]);
    assert.deepEqual([...iterateClearing(CHAIN, costs).payments], [2, 2.5, 0]);
  });
  it("default: numpy, by both methods", () => {
    for (const [place, reference] of cases.entries()) {
      const found = clearNetwork(reference, reference);
      near(found.payments, reference.payments, `case ${place}`);
      assert.deepEqual(found.inDefault, reference.inDefault);
      near(iterateClearing(reference, reference).payments, reference.payments, `case ${place} by iteration`);
    }
  });
  it("behavior: more assets never lower a payment, costs never raise one, nobody pays more than owed or owned", () => {
    const amount = fc.double({ min: 0, max: 10, noNaN: true });
    const shape = fc.integer({ min: 2, max: 7 }).chain((nodes) =>
      fc.record({
        assets: fc.array(amount, { minLength: nodes, maxLength: nodes }),
        debts: fc.array(fc.array(amount, { minLength: nodes, maxLength: nodes }), {
          minLength: nodes,
          maxLength: nodes,
        }),
        outside: fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), { minLength: nodes, maxLength: nodes }),
        node: fc.nat({ max: nodes - 1 }),
        more: amount,
        share: fc.double({ min: 0.3, max: 1, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(shape, ({ assets, debts, outside, node, more, share }) => {
        const rows = debts.map((row, from) => row.map((owed, to) => (from === to ? 0 : owed)));
        const base = clearNetwork(network({ assets, debts: rows, outside }));
        const richer = assets.map((value, place) => value + (place === node ? more : 0));
        const better = clearNetwork(network({ assets: richer, debts: rows, outside }));
        const costly = clearNetwork(network({ assets, debts: rows, outside }), {
          externalShare: share,
          networkShare: share,
        });
        base.payments.forEach((paid, place) => {
          assert.ok(paid <= (base.owed[place] ?? 0) && paid >= 0);
          assert.ok((better.payments[place] ?? 0) >= paid - TOLERANCE);
          assert.ok((costly.payments[place] ?? 0) <= paid + TOLERANCE);
        });
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});

describe("debtRank", () => {
  it("error: CONTAGION_IMPACTS_INVALID", () => {
    const spread = (impacts: number[], values: number[], initial: number[]): void => {
      assert.throws(
        () =>
          debtRank(
            { impacts: Float64Array.from(impacts), values: Float64Array.from(values) },
            Float64Array.from(initial),
          ),
        (error) => hasCode(error, "CONTAGION_IMPACTS_INVALID"),
      );
    };
    spread([], [], []);
    spread([0], [1, 1], [0, 0]);
    spread([0], [1], [0, 0]);
    spread([0.1], [1], [0]);
    spread([0], [0], [0]);
    spread([0], [-1], [0]);
    spread([0], [1], [1.1]);
    spread([0, Number.NaN, 0, 0], [1, 1], [0, 0]);
    spread([0, 1.1, 0, 0], [1, 1], [0, 0]);
  });
  it("behavior: a node passes distress on once: a loop of two by hand", () => {
    const impacts = Float64Array.from([0, 0.5, 0.5, 0]);
    const found = debtRank({ impacts, values: Float64Array.of(1, 3) }, Float64Array.of(0.4, 0));
    // A gives B 0.2, B gives A 0.1, and there it ends.
    assert.deepEqual([...found.distress], [0.5, 0.2]);
    assert.ok(Math.abs(found.rank - (0.1 + 3 * 0.2) / 4) < TOLERANCE);
    assert.deepEqual(
      found.transfers.map(({ step, from, to }) => [step, from, to]),
      [
        [1, 0, 1],
        [2, 1, 0],
      ],
    );
  });
  it("default: numpy", () => {
    for (const [place, reference] of cases.entries()) {
      const found = debtRank(reference, reference.initial);
      near(found.distress, reference.distress, `case ${place}`);
      near(Float64Array.of(found.rank), Float64Array.of(reference.rank), `rank ${place}`);
    }
  });
  it("behavior: paths into a node carry all of its distress", () => {
    for (const reference of cases.filter(({ values }) => values.length <= 12)) {
      const { values, initial } = reference;
      const found = debtRank(reference, initial);
      const names = Array.from(values, (_, node) => `n${node}`);
      const paths = contagionPaths(found, { names, values, initial, most: 1_000_000 });
      const sums = values.map((_, node) =>
        sum(paths.filter(({ nodes }) => nodes.at(-1) === `n${node}`).map(({ loss }) => loss)),
      );
      near(
        sums,
        values.map((value, node) => value * ((found.distress[node] ?? 0) - (initial[node] ?? 0))),
        "losses",
      );
      assert.ok(paths.every(({ loss }, rank) => rank === 0 || loss <= (paths[rank - 1]?.loss ?? 0)));
    }
  });
});

describe("namedDefaultLoss", () => {
  const named = { ...CHAIN, names: ["A", "B", "C"] };
  it("error: CONTAGION_NODE_UNKNOWN", () => {
    assert.throws(
      () => namedDefaultLoss(named, { name: "D", paths: 5 }),
      (error) => hasCode(error, "CONTAGION_NODE_UNKNOWN"),
    );
  });
  it("behavior: losses of a chain by hand, on each edge", () => {
    const sound = {
      ...network({
        assets: [12, 3, 0],
        debts: [
          [0, 10, 0],
          [0, 0, 10],
          [0, 0, 0],
        ],
      }),
      names: named.names,
    };
    const found = namedDefaultLoss(sound, { name: "A", paths: 5 });
    // A pays nothing of 10, B 3 of 10.
    assert.deepEqual(found.edges, [
      { from: "A", to: "B", loss: 10 },
      { from: "B", to: "C", loss: 7 },
    ]);
    assert.equal(found.total, 17);
    assert.deepEqual(found.defaults, ["B"]);
    assert.deepEqual(
      found.paths.map(({ nodes, loss }) => [nodes.join(">"), loss]),
      [
        ["A>B>C", 10],
        ["A>B", 3],
      ],
    );
    assert.deepEqual(
      found.paths[0]?.edges.map(({ loss }) => loss),
      [3, 10],
    );
  });
  it("default: numpy", () => {
    for (const reference of cases) {
      const names = Array.from(reference.values, (_, node) => `n${node}`);
      const found = namedDefaultLoss({ ...reference, names }, { name: "n0", costs: reference, paths: 0 });
      near(Float64Array.of(found.total), Float64Array.of(reference.lossOfFirst), "total");
      near(found.lossByNode, reference.lossByNode, "by node");
      near(impactNetwork(reference).values, reference.equity, "equity");
    }
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
