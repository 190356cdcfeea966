/** Runs feature rows through the exported hedger. */
import type { InferenceSession } from "onnxruntime-node";
import { type RowNetwork, runRows } from "../run-rows.ts";
import { HEDGE_FEATURES } from "./hedge-features.ts";

/** Names of the network's input and output in the ONNX file. */
export const HEDGER_NAMES = { features: "features", band: "band" } as const;

const NETWORK: RowNetwork = {
  input: HEDGER_NAMES.features,
  output: HEDGER_NAMES.band,
  width: HEDGE_FEATURES.length,
  outputs: 2,
};

/**
 * Lower and upper edge of the band of every row, coins a contract of a short call.
 *
 * @param features row-major `[rows, HEDGE_FEATURES.length]`
 * @returns `[rows, 2]`
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export function runHedgerNetwork(session: InferenceSession, features: Float32Array): Promise<Float32Array> {
  return runRows(session, NETWORK, features);
}
