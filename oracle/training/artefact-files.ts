/** Writes the files of an artefact so that no reader ever accepts a half-written one. */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ARTEFACT_FILES } from "../models/session.ts";

const SUFFIX = ".new";

/**
 * Writes all files beside their places, then renames them in the order given: the manifest, whose hashes bind the others,
 * comes last.
 *
 * @throws the error of the file system; the new files are then removed.
 */
export async function replaceFiles(
  directory: string,
  files: readonly (readonly [string, Uint8Array | string])[],
): Promise<void> {
  await mkdir(directory, { recursive: true });
  try {
    for (const [name, content] of files) await writeFile(join(directory, name + SUFFIX), content);
    for (const [name] of files) await rename(join(directory, name + SUFFIX), join(directory, name));
  } catch (error) {
    await Promise.all(files.map(([name]) => rm(join(directory, name + SUFFIX), { force: true })));
    throw error;
  }
}

/** What an artefact consists of; `manifest` is written as JSON and binds the others by their hashes. */
export interface ArtefactContent {
  readonly model: Uint8Array;
  /** Golden vectors as they are hashed. */
  readonly vectors: string;
  readonly card: string;
  readonly manifest: object;
}

/** Writes the four files of an artefact by {@link replaceFiles}, the manifest last. */
export async function writeArtefactFiles(
  directory: string,
  { model, vectors, card, manifest }: ArtefactContent,
): Promise<void> {
  await replaceFiles(directory, [
    [ARTEFACT_FILES.model, model],
    [ARTEFACT_FILES.vectors, vectors],
    [ARTEFACT_FILES.card, card],
    [ARTEFACT_FILES.manifest, `${JSON.stringify(manifest, null, 2)}\n`],
  ]);
}

/** A flat matrix `[rows, width]` as rows, for golden vectors. */
export function rowsOf(values: Float32Array, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) => [
    ...values.subarray(row * width, (row + 1) * width),
  ]);
}
