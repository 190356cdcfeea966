/** Builds the web page into the data folder, so that a fresh clone can serve it without a build step of its own. */
import { join } from "node:path";
import { PlimsollError } from "../domain/errors.ts";

/**
 * Bundles `oracle/dashboard` with Vite.
 *
 * @param outDir absolute folder that receives the page; it is emptied first.
 * @returns the folder.
 * @throws PlimsollError `PAGE_BUILD_FAILED` with Vite's message.
 */
export async function buildPage(outDir: string): Promise<string> {
  const root = join(import.meta.dirname, "..", "dashboard");
  try {
    const { build } = await import("vite");
    await build({
      root,
      logLevel: "silent",
      configFile: false,
      build: { outDir, emptyOutDir: true, target: "es2022" },
    });
    return outDir;
  } catch (cause) {
    throw new PlimsollError({
      code: "PAGE_BUILD_FAILED",
      problem: `The web page in ${root} could not be bundled: ${cause instanceof Error ? cause.message : String(cause)}.`,
      remedy: "Run npm run check to see which file is wrong, or start without --serve.",
      cause,
    });
  }
}
