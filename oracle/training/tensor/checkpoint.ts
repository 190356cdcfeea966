/** Checkpoints of a fit: the whole state after an epoch, bound to its problem, written so that a crash never harms it. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import { PlimsollError } from "../../domain/errors.ts";
import type { RngSnapshot } from "../../math/rng.ts";
import { sha256 } from "../../models/session.ts";
import type { CheckpointStore } from "./fit-loop.ts";
import { type TrainerState, type TrainingProblem, trainingModel } from "./trainer.ts";

/** State of a fit after an epoch. */
export interface FitCheckpoint {
  readonly epoch: number;
  readonly rng: RngSnapshot;
  readonly trainer: TrainerState;
  /** Epoch with the lowest stop loss so far. */
  readonly best: {
    readonly loss: number;
    readonly epoch: number;
    readonly parameters: ReadonlyMap<string, Float32Array>;
  };
}

const FORMAT = 1;

/** Arrays travel as base64 of little-endian float32: exact and compact. */
const arrays = z.record(z.string(), z.base64()).transform(decodeArrays);
const checkpointSchema = z.strictObject({
  format: z.literal(FORMAT),
  /** SHA-256 of the training model and the start values. */
  problem: z.string(),
  epoch: z.int().positive(),
  rng: z.strictObject({ seed: z.string(), words: z.array(z.int()).length(4), spare: z.number().nullable() }),
  steps: z.int(),
  values: arrays,
  best: z.strictObject({ loss: z.number(), epoch: z.int(), parameters: arrays }),
});

/**
 * Keeps the newest checkpoint in one file: written beside its place, then renamed.
 *
 * `load` throws PlimsollError `CHECKPOINT_MISMATCH` for a file of another problem, `CHECKPOINT_MALFORMED` for one that
 * cannot be read.
 */
export function checkpointFile(path: string): CheckpointStore {
  return {
    load: async (problem) => {
      const text = await readIfPresent(path);
      return text === null ? null : parseCheckpoint(path, text, problemHash(problem));
    },
    save: async (problem, checkpoint) => {
      const temporary = `${path}.new`;
      await writeFile(temporary, formatCheckpoint(checkpoint, problemHash(problem)));
      await rename(temporary, path);
    },
  };
}

function problemHash(problem: TrainingProblem): string {
  const starts = problem.parameters.map(({ initial }) => encodeArray(initial)).join(",");
  return sha256(sha256(trainingModel(problem)) + starts);
}

function formatCheckpoint({ epoch, rng, trainer, best }: FitCheckpoint, problem: string): string {
  return JSON.stringify({
    format: FORMAT,
    problem,
    epoch,
    rng,
    steps: trainer.steps,
    values: encodeArrays(trainer.values),
    best: { ...best, parameters: encodeArrays(best.parameters) },
  });
}

function parseCheckpoint(path: string, text: string, problem: string): FitCheckpoint {
  const parsed = checkpointSchema.safeParse(parseJson(text));
  if (!parsed.success) throw malformed(path, parsed.error);
  const { epoch, rng, steps, values, best } = parsed.data;
  if (parsed.data.problem === problem) return { epoch, rng, trainer: { steps, values }, best };
  throw new PlimsollError({
    code: "CHECKPOINT_MISMATCH",
    problem: `The checkpoint ${path} belongs to another network, seed or setting.`,
    remedy: "Remove the file to start anew, or name another one.",
    context: { path, problem, found: parsed.data.problem },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema refuses it with a reason.
    return null;
  }
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw malformed(path, error);
  }
}

function encodeArrays(values: ReadonlyMap<string, Float32Array>): Readonly<Record<string, string>> {
  return Object.fromEntries([...values].map(([name, array]) => [name, encodeArray(array)]));
}

function encodeArray({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function decodeArrays(encoded: Readonly<Record<string, string>>): ReadonlyMap<string, Float32Array> {
  return new Map(
    Object.entries(encoded).map(([name, text]) => {
      const bytes = Uint8Array.from(Buffer.from(text, "base64"));
      return [name, new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / Float32Array.BYTES_PER_ELEMENT))];
    }),
  );
}

function malformed(path: string, cause: unknown): PlimsollError<"CHECKPOINT_MALFORMED"> {
  return new PlimsollError({
    code: "CHECKPOINT_MALFORMED",
    problem: `The checkpoint ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    remedy: "Remove the file to start anew.",
    context: { path },
    cause,
  });
}
