/** Scores of crash models on the same moments, with intervals by blocks of time. */
import { createRng } from "../../math/rng.ts";
import { type MessageGraph, withoutEdges } from "../../models/contagion/message-graph.ts";
import { blockBootstrap } from "../evaluate/block-bootstrap.ts";
import { prepareRanking, type RankingScores } from "../evaluate/rank-scores.ts";
import type { CrashCase } from "./crash-cases.ts";

/** A model to judge. */
export interface JudgedModel {
  readonly name: string;
  /** Log odds of every node of a graph. */
  readonly predict: (graph: MessageGraph) => Promise<ArrayLike<number>>;
  /** False to keep all edges from it. */
  readonly readsEdges: boolean;
}

/** By how much the first model is better than another. */
export interface CrashGain {
  readonly auc: number;
  readonly aucInterval: readonly [number, number];
  readonly averagePrecision: number;
  readonly averagePrecisionInterval: readonly [number, number];
}

/** Scores by model, and gains of the first over each other. */
export interface CrashReport {
  readonly scores: Readonly<Record<string, RankingScores>>;
  readonly gains: Readonly<Record<string, CrashGain>>;
  readonly moments: number;
}

/** Blocks of a week of days: storms last days. */
const BLOCK_SEC = 7 * 86_400;
const BOOTSTRAP = { draws: 400, level: 0.95 } as const;

interface Rows {
  /** Number of the moment. `[rows]` */
  readonly moment: Int32Array;
  readonly events: Float64Array;
}

/**
 * Judges models on cases in time order.
 *
 * @param stepSec time from one case to the next.
 */
export async function crashReport(
  cases: readonly CrashCase[],
  models: readonly JudgedModel[],
  stepSec: number,
): Promise<CrashReport> {
  const rows = rowsOf(cases);
  const rankings = new Map<string, ReturnType<typeof prepareRanking>>();
  for (const model of models) rankings.set(model.name, prepareRanking(await logOddsOf(cases, model), rows.events));
  const equal = new Float64Array(rows.events.length).fill(1);
  const [first, ...others] = [...rankings.values()];
  const names = [...rankings.keys()];
  const gains = others.map((other, place) => [
    names[place + 1] ?? "",
    first === undefined ? null : gainOf([first, other], rows, { moments: cases.length, stepSec }),
  ]);
  return {
    scores: Object.fromEntries([...rankings].map(([name, ranking]) => [name, ranking(equal)])),
    gains: Object.fromEntries(gains),
    moments: cases.length,
  };
}

function rowsOf(cases: readonly CrashCase[]): Rows {
  const kept = cases.flatMap(({ labels, shares }, moment) =>
    Array.from(labels).flatMap((event, node) => ((shares[node] ?? 0) > 0 ? [{ moment, event }] : [])),
  );
  return {
    moment: Int32Array.from(kept, ({ moment }) => moment),
    events: Float64Array.from(kept, ({ event }) => event),
  };
}

async function logOddsOf(cases: readonly CrashCase[], { predict, readsEdges }: JudgedModel): Promise<Float64Array> {
  const found: number[] = [];
  for (const { graph, shares } of cases) {
    const read: MessageGraph = readsEdges ? graph : withoutEdges(graph);
    const outputs = await predict(read);
    for (let node = 0; node < outputs.length; node += 1)
      if ((shares[node] ?? 0) > 0) found.push(outputs[node] ?? Number.NaN);
  }
  return Float64Array.from(found);
}

function gainOf(
  [first, other]: readonly [ReturnType<typeof prepareRanking>, ReturnType<typeof prepareRanking>],
  { moment, events }: Rows,
  { moments, stepSec }: { readonly moments: number; readonly stepSec: number },
): CrashGain {
  const equal = new Float64Array(events.length).fill(1);
  const difference = (of: "auc" | "averagePrecision", weights: Float64Array): number =>
    first(weights)[of] - other(weights)[of];
  const interval = (of: "auc" | "averagePrecision"): readonly [number, number] =>
    blockBootstrap(
      moments,
      (drawn) => {
        const counts = new Float64Array(moments);
        for (const step of drawn) counts[step] = (counts[step] ?? 0) + 1;
        return difference(
          of,
          Float64Array.from(moment, (step) => counts[step] ?? 0),
        );
      },
      { ...BOOTSTRAP, blockSteps: Math.max(1, Math.round(BLOCK_SEC / stepSec)), rng: createRng("crash-gain") },
    );
  return {
    auc: difference("auc", equal),
    aucInterval: interval("auc"),
    averagePrecision: difference("averagePrecision", equal),
    averagePrecisionInterval: interval("averagePrecision"),
  };
}
