/** The close-out student as a graph: one description for training and export. */
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../domain/close-out-features.ts";
import { CLOSE_OUT_NAMES } from "../../models/cvar-depth/run-close-out-network.ts";
import { boundTensor, boundValues } from "../tensor/bound-weights.ts";
import type { ElementType } from "../tensor/element-type.ts";
import { add, div, max, min, scale, sub } from "../tensor/elementwise-ops.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import { gemm, matmul } from "../tensor/matrix-ops.ts";
import { constant, definedTensor, input, type Tensor } from "../tensor/operation.ts";
import type { Dimension } from "../tensor/shape.ts";
import { concat, split } from "../tensor/shape-ops.ts";
import { writeModel } from "../tensor/write-model.ts";
import { clipRanges, SKIP, type StudentLayout, type StudentScaling, studentParameters } from "./student-layout.ts";

/** How one network's layers act: trainable tensors, or folded constants in an export. */
export interface StudentLayers {
  /** `x · weights + bias` of a layer. */
  affine(x: Tensor, layer: number): Tensor;
  /** `x · weights` from inputs to outputs. */
  skip(x: Tensor): Tensor;
}

/** What is exported. */
export interface TrainedStudent {
  readonly layout: StudentLayout;
  readonly scaling: StudentScaling;
  /** One entry a seed; their outputs are averaged, which keeps every ordering. */
  readonly networks: readonly ParameterValues[];
}

/** Feature rows of a batch. `[rows, features]` */
export function studentInput(rows: Dimension, type: ElementType): Tensor {
  return input(CLOSE_OUT_NAMES.features, { shape: [rows, CLOSE_OUT_FEATURES.length], type });
}

/** Log shares of a batch before they are ordered. `[rows, level]` */
export function studentLogShares(
  features: Tensor,
  { layout, scaling }: Pick<TrainedStudent, "layout" | "scaling">,
  layers: StudentLayers,
): Tensor {
  const vector = (values: ArrayLike<number>): Tensor =>
    constant(values, { shape: [values.length], type: features.type });
  const x = div(sub(features, vector(scaling.centre)), vector(scaling.spread));
  const { low, high } = clipRanges(layout);
  let hidden = x;
  for (let layer = 0; layer < layout.hiddenLayers; layer += 1) {
    hidden = min(max(layers.affine(hidden, layer), vector(low)), vector(high));
  }
  return add(layers.affine(hidden, layout.hiddenLayers), layers.skip(x));
}

/** Layers whose weights are bound inside the graph, so that the gradient reaches the raw values. */
export function trainableLayers(layout: StudentLayout, tensors: readonly Tensor[]): StudentLayers {
  const parameters = studentParameters(layout);
  const parameter = (name: string): Tensor => {
    const tensor = definedTensor(
      tensors.find(({ operation }) => operation.name === name),
      name,
    );
    const bindings = parameters.find((entry) => entry.name === name)?.bindings ?? null;
    return bindings === null ? tensor : boundTensor(tensor, bindings);
  };
  return {
    affine: (x, layer) => add(matmul(x, parameter(`weights${layer}`)), parameter(`bias${layer}`)),
    skip: (x) => matmul(x, parameter(SKIP)),
  };
}

/** Bytes of the model: inputs scaled, weights bound, networks averaged, levels ordered, all inside the graph. */
export function exportStudent(trained: TrainedStudent, metadata: Readonly<Record<string, string>>): Uint8Array {
  const features = studentInput("rows", "float32");
  const outputs = trained.networks.map((values) =>
    studentLogShares(features, trained, foldedLayers(trained.layout, values)),
  );
  const tensor = ordered(scale(outputs.reduce(add), 1 / outputs.length));
  return writeModel({
    name: "cvar-depth",
    inputs: [features],
    outputs: [{ name: CLOSE_OUT_NAMES.logShares, tensor }],
    metadata,
  });
}

function foldedLayers(layout: StudentLayout, values: ParameterValues): StudentLayers {
  const parameters = studentParameters(layout);
  const folded = (name: string): Tensor => {
    const entry = parameters.find((one) => one.name === name);
    const raw = values.get(name) ?? new Float32Array();
    const acting = entry?.bindings ? boundValues(raw, entry.bindings) : raw;
    return constant(acting, { shape: entry?.shape ?? [], type: "float32" });
  };
  return {
    affine: (x, layer) => gemm(x, folded(`weights${layer}`), folded(`bias${layer}`)),
    skip: (x) => matmul(x, folded(SKIP)),
  };
}

/** Running maximum over the levels: each stays monotone, and none crosses. */
function ordered(logShares: Tensor): Tensor {
  const levels = split(
    logShares,
    SHORTFALL_LEVELS.map(() => 1),
    1,
  );
  const maxima: Tensor[] = [];
  for (const level of levels) {
    const before = maxima.at(-1);
    maxima.push(before === undefined ? level : max(before, level));
  }
  return concat(maxima, 1);
}
