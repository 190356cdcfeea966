/** Writes the files of an artefact so that no reader ever accepts a half-written one. */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

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
