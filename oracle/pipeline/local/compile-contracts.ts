/** Compiles the contracts in a process of its own: its memory is gone afterwards, and it can be broken off. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { PlimsollError } from "../../domain/errors.ts";

/** Project root: Hardhat takes its configuration from the working folder. */
const ROOT = join(import.meta.dirname, "../../..");
const HARDHAT = join(ROOT, "node_modules/hardhat/dist/src/cli.js");

/**
 * Compiles what has changed. The first time takes up to two minutes.
 *
 * @param signal ends the compilation.
 * @throws PlimsollError `COMPILATION_FAILED` with the compiler's words.
 */
export async function compileContracts(signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [HARDHAT, "build", "--quiet", "--no-tests"], {
    cwd: ROOT,
    // Hardhat's own words on stdout would come between the results.
    stdio: ["ignore", "ignore", "pipe"],
    signal,
  });
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  if (code === 0) return;
  throw new PlimsollError({
    code: "COMPILATION_FAILED",
    problem: `The contracts did not compile: ${errors.trim() || `exit code ${code}`}.`,
    remedy: "Run npx hardhat build to see every message, or restore contracts/ from git.",
    context: { code: String(code) },
  });
}
