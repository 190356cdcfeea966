/** Networks outside the score: what a percent on every input does to their own output, by attack and by bound, around their golden rows. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { createRng } from "../../../oracle/math/rng.ts";
import { mean, quantile } from "../../../oracle/math/statistics.ts";
import { runMessageNetwork } from "../../../oracle/models/contagion/run-message-network.ts";
import { openSession } from "../../../oracle/models/onnx-runtime.ts";
import { certifiedBounds } from "../../../oracle/training/adversarial/certified-bounds.ts";
import {
  attackNetwork,
  type InputBox,
  projectedDescent,
} from "../../../oracle/training/adversarial/gradient-attack.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { shipped } from "./network-rho.ts";
import { ARTIFACTS } from "./scenes.ts";

/** Every input is moved by at most this share of itself. */
const SHARE = 0.01;
const SETTINGS = { steps: 10, stepShare: 0.3, restarts: 1 } as const;
const MEDIAN = 0.5;
const DENSE = [
  { model: "cascade", input: "features", output: "extra_fall" },
  { model: "cvar-depth", input: "features", output: "log_shares" },
  { model: "deep-pricer", input: "cube", output: "cells" },
  { model: "hedger", input: "features", output: "band" },
] as const;
const GRAPHS = ["contagion-gnn", "contagion-loss"] as const;
const rowsSchema = z.looseObject({
  features: z.array(z.array(z.number())).optional(),
  cube: z.array(z.array(z.number())).optional(),
});
const graphSchema = z.looseObject({
  nodes: z.number(),
  kinds: z.number(),
  features: z.array(z.number()),
  senders: z.array(z.number()),
  receivers: z.array(z.number()),
  weights: z.array(z.number()),
});

/** Falls of the summed output, in its own unit (logarithms but for the hedger's band and the cascade's fall), by network. */
export async function otherNetworks(): Promise<Metrics> {
  const found: Record<string, Metrics> = {};
  for (const one of DENSE) found[one.model] = await denseFalls(one);
  for (const model of GRAPHS) found[model] = await graphFall(model);
  return found;
}

async function denseFalls({ model, input, output }: (typeof DENSE)[number]): Promise<Metrics> {
  const file = shipped(model);
  const vectors = rowsSchema.parse(vectorsOf(model));
  const falls: { readonly attack: number; readonly bound: number; readonly level: number }[] = [];
  for (const row of (input === "cube" ? vectors.cube : vectors.features) ?? []) {
    const honest = { [input]: Float64Array.from(row) };
    const box = boxAround(input, row);
    const count = certifiedBounds(file, { low: honest, high: honest }).get(output)?.low.length ?? 0;
    const network = await attackNetwork(file, { output, weights: new Float64Array(count).fill(1 / count) });
    const { value: level } = await network.slopeAt(honest);
    const best = await projectedDescent(network, { box, honest, rng: createRng(`other/${model}`), settings: SETTINGS });
    await network.release();
    const low = certifiedBounds(file, box).get(output)?.low ?? new Float64Array();
    const bound = low.reduce((total, value) => total + value / count, 0);
    falls.push({ attack: level - best.value, bound: level - bound, level });
  }
  const of = (pick: (fall: (typeof falls)[number]) => number): Metrics => {
    const values = falls.map(pick);
    return { median: quantile(values, MEDIAN), max: Math.max(...values) };
  };
  return {
    rows: falls.length,
    meanOutput: of(({ level }) => Math.abs(level)),
    fallByAttack: of(({ attack }) => attack),
    fallAtMost: of(({ bound }) => bound),
  };
}

function boxAround(input: string, row: readonly number[]): InputBox {
  const ends = (side: number) => ({
    [input]: Float64Array.from(row, (value) => value + side * SHARE * Math.abs(value)),
  });
  return { low: ends(-1), high: ends(1) };
}

/** One step against the sign of finite differences through the file: the kit has no gradient through gathered messages. */
async function graphFall(model: (typeof GRAPHS)[number]): Promise<Metrics> {
  const { nodes, kinds, ...lists } = graphSchema.parse(vectorsOf(model));
  const whole = (values: readonly number[]): Int32Array => Int32Array.from(values);
  const rest = {
    nodes,
    kinds,
    senders: whole(lists.senders),
    receivers: whole(lists.receivers),
    weights: Float32Array.from(lists.weights),
  };
  const session = await openSession(readFileSync(join(ARTIFACTS, model, "model.onnx")));
  const meanAt = async (features: Float32Array): Promise<number> => {
    const outputs = await runMessageNetwork(session, { ...rest, features });
    return mean([...outputs]);
  };
  const honest = Float32Array.from(lists.features);
  const level = await meanAt(honest);
  const bent = honest.slice();
  for (const [place, value] of honest.entries()) {
    const up = await meanAt(honest.with(place, value * (1 + SHARE)));
    const down = await meanAt(honest.with(place, value * (1 - SHARE)));
    bent[place] = value * (1 + (up < down ? SHARE : -SHARE));
  }
  const fall = level - (await meanAt(bent));
  await session.release();
  return { nodes, meanOutput: Math.abs(level), fallByAttack: fall };
}

function vectorsOf(model: string): unknown {
  return JSON.parse(readFileSync(join(ARTIFACTS, model, "vectors.json"), "utf8"));
}
