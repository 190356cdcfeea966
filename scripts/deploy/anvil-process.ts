/** The anvil of `@foundry-rs/anvil` for development chains: started when none listens, its state kept in a file. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { http } from "viem";
import { PlimsollError } from "../../oracle/domain/errors.ts";

/** Which chain is wanted, and where. */
export interface AnvilOptions {
  /** Loopback URL with a port. */
  readonly rpcUrl: string;
  readonly chainId: number;
  /** The chain's state outlives the process in this file. */
  readonly stateFile: string;
}

/** A chain that listens; `stop` ends it only if it was started here. */
export interface ListeningChain {
  readonly started: boolean;
  stop(): Promise<void>;
}

const LISTENING = /Listening on /;

/** Path of the binary inside the package of this platform. */
export function anvilBinary(): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const suffix = process.platform === "win32" ? ".exe" : "";
  const name = `@foundry-rs/anvil-${process.platform}-${architecture}/bin/anvil${suffix}`;
  return createRequire(import.meta.url).resolve(name);
}

/**
 * Uses the chain that listens at the URL, or starts one.
 *
 * @throws PlimsollError `ANVIL_START_FAILED` when the binary ends before it listens.
 */
export async function ensureAnvil(options: AnvilOptions): Promise<ListeningChain> {
  if (await answers(options.rpcUrl)) return { started: false, stop: async () => {} };
  await mkdir(dirname(options.stateFile), { recursive: true });
  const { hostname, port } = new URL(options.rpcUrl);
  const place = ["--host", hostname, "--port", port, "--chain-id", String(options.chainId)];
  const child = spawn(anvilBinary(), [...place, "--state", options.stateFile], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await untilListening(child, options.rpcUrl);
  return { started: true, stop: async () => await stop(child) };
}

async function answers(rpcUrl: string): Promise<boolean> {
  try {
    await http(rpcUrl, { retryCount: 0 })({}).request({ method: "eth_chainId" });
    return true;
  } catch {
    // Nobody listens; a wrong chain is found by its id right afterwards.
    return false;
  }
}

async function untilListening(child: ChildProcess, rpcUrl: string): Promise<void> {
  if (child.stdout !== null) {
    for await (const line of createInterface({ input: child.stdout })) {
      if (!LISTENING.test(line)) continue;
      // Nobody reads on: without this, a full pipe would stop the chain.
      child.stdout.resume();
      return;
    }
  }
  throw new PlimsollError({
    code: "ANVIL_START_FAILED",
    problem: `The packaged anvil ended before it listened at ${rpcUrl}.`,
    remedy: "Free the port, or start a chain yourself and name it with --rpc-url.",
    context: { rpcUrl },
  });
}

/** An interrupt, not a kill: the state is written on the way out. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGINT");
  await exited;
}
