/** Runs places of the parameter cube through the exported pricing network. */
import type { InferenceSession } from "onnxruntime-node";
import { floatOutput, loadOnnxRuntime } from "../onnx-runtime.ts";
import { PRICER_PARAMETERS } from "./pricer-layout.ts";

/** Names of the network's input and output in the ONNX file. */
export const PRICER_NAMES = { cube: "cube", cells: "cells" } as const;

/** Cells of every row, see `PRICER_CELLS`. @param cube row-major `[rows, 9]` @returns `[rows, PRICER_CELLS]` */
export type RunPricer = (cube: Float32Array) => Promise<Float32Array>;

/**
 * Prepares an open session for many runs.
 *
 * @returns a function that throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export async function pricerRunner(session: InferenceSession): Promise<RunPricer> {
  const { Tensor } = await loadOnnxRuntime();
  return async (cube) => {
    const shape = [cube.length / PRICER_PARAMETERS, PRICER_PARAMETERS];
    const outputs = await session.run({ [PRICER_NAMES.cube]: new Tensor("float32", cube, shape) });
    return Float32Array.from(floatOutput(outputs, PRICER_NAMES.cells));
  };
}
