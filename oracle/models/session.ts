/** Loads an artefact from disk: hashes against the manifest first, only then the native library sees the file. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import type { z } from "zod";
import { hasCode, type Outcome } from "../domain/errors.ts";
import type { FallbackReason, ModelIdentity } from "../domain/prediction.ts";
import type { Hex } from "../domain/units.ts";
import { openSession } from "./onnx-runtime.ts";

/** Names of the files of an artefact. */
export const ARTEFACT_FILES = {
  model: "model.onnx",
  manifest: "manifest.json",
  vectors: "vectors.json",
  card: "card.md",
} as const;

/** Why an artefact is not used. */
export type ArtefactFailure = "artefact-missing" | "artefact-hash";

/** A verified artefact with an open session. The owner releases the session. */
export interface LoadedArtefact<Manifest, Vectors> {
  readonly manifest: Manifest;
  readonly vectors: Vectors;
  readonly session: InferenceSession;
}

/** Schemas of an artefact's two JSON files. */
export interface ArtefactSchemas<Manifest, Vectors> {
  readonly manifest: z.ZodType<Manifest>;
  readonly vectors: z.ZodType<Vectors>;
}

/**
 * Reads and verifies an artefact, and opens a session of one thread on it.
 *
 * @returns `artefact-missing` when a file cannot be read; `artefact-hash` when a file is malformed, does not have the
 * hash that the manifest states, or is no model.
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED`: a set-up fault, not a property of the artefact.
 */
export async function loadArtefact<Manifest extends { sha256: Hex; vectorsSha256: Hex }, Vectors>(
  directory: string,
  schemas: ArtefactSchemas<Manifest, Vectors>,
): Promise<Outcome<LoadedArtefact<Manifest, Vectors>, ArtefactFailure>> {
  const files = await readFiles(directory);
  if (!files.ok) return files;
  const { model, manifestText, vectorsText } = files.value;
  const manifest = parseJson(manifestText, schemas.manifest);
  if (!manifest.ok) return refused(`manifest: ${manifest.detail ?? ""}`);
  if (sha256(model) !== manifest.value.sha256) return refused("model.onnx does not have the hash in its manifest");
  if (sha256(vectorsText) !== manifest.value.vectorsSha256)
    return refused("vectors.json does not have the hash in its manifest");
  const vectors = parseJson(vectorsText, schemas.vectors);
  if (!vectors.ok) return refused(`vectors: ${vectors.detail ?? ""}`);
  try {
    return { ok: true, value: { manifest: manifest.value, vectors: vectors.value, session: await openSession(model) } };
  } catch (error) {
    if (hasCode(error, "ONNX_MODEL_REFUSED")) return refused(error.message);
    throw error;
  }
}

/** An artefact that serves until it is closed, or the reason why none does. */
export interface HeldArtefact<Artefact> {
  /** `null` where there is none, and after closing. */
  current(): Artefact | null;
  readonly identity: ModelIdentity | null;
  /** Why it does not serve; `null` while it does. */
  readonly reason: FallbackReason | null;
  /** Frees the native session. */
  close(): Promise<void>;
}

/** Holds what was loaded and verified. */
export function holdArtefact<Artefact extends Pick<LoadedArtefact<ModelIdentity, unknown>, "manifest" | "session">>(
  loaded: Outcome<Artefact, FallbackReason>,
): HeldArtefact<Artefact> {
  let artefact = loaded.ok ? loaded.value : null;
  return {
    current: () => artefact,
    identity: loaded.ok ? { id: loaded.value.manifest.id, sha256: loaded.value.manifest.sha256 } : null,
    reason: loaded.ok ? null : loaded.reason,
    close: async () => {
      const closing = artefact;
      artefact = null;
      await closing?.session.release();
    },
  };
}

/** SHA-256, 0x-prefixed lower case. */
export function sha256(content: Uint8Array | string): Hex {
  return `0x${createHash("sha256").update(content).digest("hex")}`;
}

interface ArtefactBytes {
  readonly model: Uint8Array;
  readonly manifestText: string;
  readonly vectorsText: string;
}

async function readFiles(directory: string): Promise<Outcome<ArtefactBytes, "artefact-missing">> {
  try {
    const [model, manifestText, vectorsText] = await Promise.all([
      readFile(join(directory, ARTEFACT_FILES.model)),
      readFile(join(directory, ARTEFACT_FILES.manifest), "utf8"),
      readFile(join(directory, ARTEFACT_FILES.vectors), "utf8"),
    ]);
    return { ok: true, value: { model, manifestText, vectorsText } };
  } catch (error) {
    return { ok: false, reason: "artefact-missing", detail: error instanceof Error ? error.message : String(error) };
  }
}

function parseJson<Value>(text: string, schema: z.ZodType<Value>): Outcome<Value, "malformed"> {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success
      ? { ok: true, value: parsed.data }
      : { ok: false, reason: "malformed", detail: parsed.error.message };
  } catch (error) {
    return { ok: false, reason: "malformed", detail: error instanceof Error ? error.message : String(error) };
  }
}

function refused(detail: string): { readonly ok: false; readonly reason: "artefact-hash"; readonly detail: string } {
  return { ok: false, reason: "artefact-hash", detail };
}
