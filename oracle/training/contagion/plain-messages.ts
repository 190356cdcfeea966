/** The network in plain float64 JavaScript, written apart from the graph: the reference for export parity. */
import type { MessageGraph } from "../../models/contagion/message-graph.ts";
import { channelRanges } from "./message-layout.ts";
import { actingValues, type TrainedMessages } from "./message-network.ts";

type Rows = readonly (readonly number[])[];

/** Outputs of every node, row-major `[nodes, outputs]`. */
export function plainMessages({ layout, scaling, values }: TrainedMessages, graph: MessageGraph): Float64Array {
  const acting = actingValues(layout, values);
  const times = (rows: Rows, name: string): Rows => product(rows, [...(acting.get(name) ?? [])]);
  const bias = (rows: Rows, name: string): Rows =>
    rows.map((row) => row.map((value, unit) => value + (acting.get(name)?.[unit] ?? 0)));
  const x: Rows = Array.from({ length: graph.nodes }, (_, node) =>
    Array.from({ length: layout.features }, (_unused, feature) => {
      const raw = graph.features[node * layout.features + feature] ?? Number.NaN;
      return (raw - (scaling.centre[feature] ?? 0)) / (scaling.spread[feature] ?? 1);
    }),
  );
  const direct = bias(sum(times(x, "skip"), times(received(x, graph, layout.kinds), "near")), "level");
  if (layout.channels === 0) return Float64Array.from(direct.flat());
  const { low, high } = channelRanges(layout.channels);
  const clip = (rows: Rows): Rows =>
    rows.map((row) => row.map((value, unit) => Math.min(Math.max(value, low[unit] ?? 0), high[unit] ?? 0)));
  let hidden = clip(bias(times(x, "start"), "begin"));
  for (let round = 0; round < layout.rounds; round += 1) {
    const own = sum(times(hidden, `self${round}`), times(x, `input${round}`));
    const said = times(received(hidden, graph, layout.kinds), `message${round}`);
    hidden = clip(bias(sum(own, said), `bias${round}`));
  }
  return Float64Array.from(sum(times(hidden, "read"), direct).flat());
}

function received(said: Rows, { senders, receivers, weights }: MessageGraph, kinds: number): Rows {
  const units = said[0]?.length ?? 0;
  const sums = said.map(() => Array<number>(units * kinds).fill(0));
  senders.forEach((sender, edge) => {
    const row = sums[receivers[edge] ?? -1] ?? [];
    for (let place = 0; place < units * kinds; place += 1) {
      const weight = weights[edge * kinds + Math.floor(place / units)] ?? Number.NaN;
      row[place] = (row[place] ?? 0) + weight * (said[sender]?.[place % units] ?? Number.NaN);
    }
  });
  return sums;
}

function product(rows: Rows, weights: readonly number[]): Rows {
  return rows.map((row) => {
    const width = weights.length / row.length;
    return Array.from({ length: width }, (_, output) =>
      row.reduce((total, value, place) => total + value * (weights[place * width + output] ?? Number.NaN), 0),
    );
  });
}

function sum(left: Rows, right: Rows): Rows {
  return left.map((row, node) => row.map((value, unit) => value + (right[node]?.[unit] ?? Number.NaN)));
}
