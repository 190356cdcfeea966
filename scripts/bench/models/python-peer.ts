/** Runs a Python program beside a benchmark: JSON in, JSON out. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** How the peer ended: its answer as text, or the last line of its complaint. */
export type PeerAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: number; readonly complaint: string };

/** The interpreter of Debian's packages first: another one on the path seldom has them. */
export const PYTHON =
  ["/usr/bin/python3", "python3"].find((path) => !path.startsWith("/") || existsSync(path)) ?? "python3";

/** Code of a peer whose interpreter could not be started. */
export const NOT_STARTED = -1;

/** @param script file beside this one. @param input handed over as JSON on stdin. */
export async function runPeer(script: string, input: unknown): Promise<PeerAnswer> {
  const child = spawn(PYTHON, [join(import.meta.dirname, script)], { stdio: ["pipe", "pipe", "pipe"] });
  const output: Buffer[] = [];
  const faults: Buffer[] = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => faults.push(chunk));
  // A peer that ends before it has read everything closes the pipe; its exit code tells why.
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify(input));
  const code = await new Promise<number>((resolve) => {
    child.once("error", () => resolve(NOT_STARTED));
    child.once("close", (found) => resolve(found ?? NOT_STARTED));
  });
  if (code === 0) return { ok: true, text: Buffer.concat(output).toString() };
  return { ok: false, code, complaint: Buffer.concat(faults).toString().trim().split("\n").at(-1) ?? "" };
}
