/** Runs rows through the exported quantile network. */
import type { InferenceSession } from "onnxruntime-node";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import { floatOutput, loadOnnxRuntime } from "../onnx-runtime.ts";
import { NETWORK_NAMES, type NetworkRows } from "./network-inputs.ts";

/** Falls first, then rises. */
export const DIRECTIONS = 2;
/** Numbers that the network yields for one row: direction × horizon × level. */
export const OUTPUTS_PER_ROW = DIRECTIONS * QUANTILE_HORIZONS_HOURS.length * QUANTILE_LEVELS.length;

/**
 * Log moves of all rows.
 *
 * @returns `[rows, direction, horizon, level]`, row-major: −ln(min/S) for falls, ln(max/S) for rises.
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export async function runNetwork(session: InferenceSession, batch: NetworkRows): Promise<Float32Array | Float64Array> {
  const { Tensor } = await loadOnnxRuntime();
  const { rows } = batch;
  const width = rows === 0 ? 0 : batch.features.length / rows;
  const outputs = await session.run({
    [NETWORK_NAMES.features]: new Tensor("float32", batch.features, [rows, width]),
    [NETWORK_NAMES.missing]: new Tensor("float32", batch.missing, [rows, width]),
    [NETWORK_NAMES.sigma]: new Tensor("float32", batch.sigma, [rows, QUANTILE_HORIZONS_HOURS.length]),
  });
  return floatOutput(outputs, NETWORK_NAMES.logMoves);
}
