/** Runs rows through the exported volatility network. */
import type { InferenceSession } from "onnxruntime-node";
import { floatOutput, loadOnnxRuntime } from "../onnx-runtime.ts";
import {
  DAY_FEATURES,
  DAY_STEPS,
  HOUR_FEATURES,
  HOUR_STEPS,
  STATE_FEATURES,
  VOL_HORIZONS_HOURS,
  type VolInput,
} from "./vol-inputs.ts";

/** Names of the network's inputs and outputs in the ONNX file. */
export const VOL_NAMES = {
  hours: "hours",
  days: "days",
  state: "state",
  logRatio: "log_ratio",
  linear: "linear",
} as const;

/** Rows a run: the LSTM operator is fastest at 64 to 256, and the arena keeps the peak of larger ones. */
const CHUNK_ROWS = 128;

/** Rows as arrays of one batch; the sequences are time-major, as the LSTM operator wants them. */
export interface VolBatch {
  readonly rows: number;
  /** `[HOUR_STEPS, rows, HOUR_FEATURES]` */
  readonly hours: Float32Array;
  /** `[DAY_STEPS, rows, DAY_FEATURES]` */
  readonly days: Float32Array;
  /** `[rows, STATE_FEATURES]` */
  readonly state: Float32Array;
}

/** Lays rows out for the network. */
export function volBatch(inputs: readonly Pick<VolInput, "hours" | "days" | "state">[]): VolBatch {
  const state = new Float32Array(inputs.length * STATE_FEATURES.length);
  inputs.forEach((input, row) => {
    state.set(input.state, row * STATE_FEATURES.length);
  });
  return {
    rows: inputs.length,
    hours: timeMajor(
      inputs.map(({ hours }) => hours),
      HOUR_STEPS,
      HOUR_FEATURES,
    ),
    days: timeMajor(
      inputs.map(({ days }) => days),
      DAY_STEPS,
      DAY_FEATURES,
    ),
    state,
  };
}

/** `[rows][steps × width]` to `[steps, rows, width]`. */
function timeMajor(sequences: readonly Float32Array[], steps: number, width: number): Float32Array {
  const laid = new Float32Array(steps * sequences.length * width);
  sequences.forEach((sequence, row) => {
    for (let step = 0; step < steps; step += 1) {
      laid.set(sequence.subarray(step * width, (step + 1) * width), (step * sequences.length + row) * width);
    }
  });
  return laid;
}

/** What the network says of each row, as log over the row's bases. `[rows, horizon]` each */
export interface VolOutputs {
  readonly logRatio: Float64Array;
  /** Its linear part alone. */
  readonly linear: Float64Array;
}

/**
 * Log of the forecast mean variance per day over each horizon, relative to the rows' bases.
 *
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export async function runVolNetwork(
  session: InferenceSession,
  inputs: readonly Pick<VolInput, "hours" | "days" | "state">[],
): Promise<VolOutputs> {
  const size = inputs.length * VOL_HORIZONS_HOURS.length;
  const result = { logRatio: new Float64Array(size), linear: new Float64Array(size) };
  for (let from = 0; from < inputs.length; from += CHUNK_ROWS) {
    const outputs = await runBatch(session, volBatch(inputs.slice(from, from + CHUNK_ROWS)));
    result.logRatio.set(floatOutput(outputs, VOL_NAMES.logRatio), from * VOL_HORIZONS_HOURS.length);
    result.linear.set(floatOutput(outputs, VOL_NAMES.linear), from * VOL_HORIZONS_HOURS.length);
  }
  return result;
}

async function runBatch(session: InferenceSession, batch: VolBatch): Promise<Readonly<Record<string, unknown>>> {
  const { Tensor } = await loadOnnxRuntime();
  const { rows, hours, days, state } = batch;
  return session.run({
    [VOL_NAMES.hours]: new Tensor("float32", hours, [HOUR_STEPS, rows, HOUR_FEATURES]),
    [VOL_NAMES.days]: new Tensor("float32", days, [DAY_STEPS, rows, DAY_FEATURES]),
    [VOL_NAMES.state]: new Tensor("float32", state, [rows, STATE_FEATURES.length]),
  });
}
