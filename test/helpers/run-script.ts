/** Runs a script of the project as a process of its own. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a run ended. */
export interface ScriptRun {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Exit code and the two outputs of a run. @param script path below the project, e.g. `scripts/train/train.ts`. */
export async function runScript(script: string, args: readonly string[]): Promise<ScriptRun> {
  const path = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  return await new Promise((resolve) => {
    execFile(process.execPath, [path, ...args], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}
