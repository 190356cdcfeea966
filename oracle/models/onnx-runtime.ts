/** The only door to onnxruntime: refuses to load the library while its telemetry is on. */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { PlimsollError } from "../domain/errors.ts";

/** Values that switch the library's telemetry off; any other value, `0` included, leaves it on. */
const TELEMETRY_OFF: readonly string[] = ["1", "true"];

/** The loaded library. */
export type OnnxRuntime = typeof import("onnxruntime-node");
/** Named tensors in and out of a session. */
export type TensorMap = Readonly<Record<string, Tensor>>;

/**
 * Loads onnxruntime-node.
 *
 * The variable must be in the environment before the process starts (or be set in the main thread before this call);
 * the native library reads it once.
 *
 * @param environment usually `process.env`.
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED` unless `ORT_DISABLE_TELEMETRY` is `1` or `true`.
 */
export async function loadOnnxRuntime(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<OnnxRuntime> {
  const value = environment.ORT_DISABLE_TELEMETRY;
  if (!TELEMETRY_OFF.includes(value?.toLowerCase() ?? "")) {
    throw new PlimsollError({
      code: "ORT_TELEMETRY_ENABLED",
      problem: `ORT_DISABLE_TELEMETRY is ${value ?? "not set"}; onnxruntime would report usage to its vendor.`,
      remedy: "Set ORT_DISABLE_TELEMETRY=1 in the environment before starting (the npm scripts do).",
      context: { value },
    });
  }
  return import("onnxruntime-node");
}

/**
 * Opens a session on one thread: parallelism comes from worker threads, and one thread keeps results reproducible.
 *
 * @param model bytes of an ONNX file.
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED`, `ONNX_MODEL_REFUSED` when the library cannot load the model.
 */
export async function openSession(model: Uint8Array): Promise<InferenceSession> {
  const runtime = await loadOnnxRuntime();
  // Severity 3 = errors only: the optimiser's remarks about unused initialisers are not for operators.
  const options: InferenceSession.SessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };
  try {
    return await runtime.InferenceSession.create(model, options);
  } catch (cause) {
    throw new PlimsollError({
      code: "ONNX_MODEL_REFUSED",
      problem: `onnxruntime refuses the model: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: "Restore the artefact from the repository, or train it again.",
      context: { bytes: model.length },
      cause,
    });
  }
}

/**
 * Elements of a float output.
 *
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` when the session has no such output or it is not float.
 */
export function floatOutput(outputs: Readonly<Record<string, unknown>>, name: string): Float32Array | Float64Array {
  const output = outputs[name];
  const data = output !== null && typeof output === "object" && "data" in output ? output.data : null;
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  throw new PlimsollError({
    code: "ONNX_OUTPUT_MISSING",
    problem: `The model has no float output "${name}".`,
    remedy: "Restore the artefact that belongs to this version of the code.",
    context: { name },
  });
}
