/** Starts the anvil binary of `@foundry-rs/anvil` on a free loopback port and stops it by its own process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

/** A running anvil. */
export interface Anvil {
  readonly rpcUrl: string;
  readonly chainId: number;
  stop(): Promise<void>;
}

/** Private key of anvil's first funded account; public knowledge, only for tests. */
export const ANVIL_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

const CHAIN_ID = 31_337;
const LISTENING = /Listening on 127\.0\.0\.1:(\d+)/;

/** Path of the binary inside the package of this platform. */
function binaryPath(): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const system = process.platform === "win32" ? "win32" : process.platform;
  const suffix = process.platform === "win32" ? ".exe" : "";
  return createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${system}-${architecture}/bin/anvil${suffix}`);
}

/** Starts a chain. Further arguments are anvil's own, e.g. `["--no-mining"]`. */
export async function startAnvil(further: readonly string[] = [], chainId = CHAIN_ID): Promise<Anvil> {
  const args = ["--port", "0", "--host", "127.0.0.1", "--chain-id", String(chainId), ...further];
  const child = spawn(binaryPath(), args, { stdio: ["ignore", "pipe", "ignore"] });
  const port = await listeningPort(child);
  return {
    rpcUrl: `http://127.0.0.1:${port}`,
    chainId,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function listeningPort(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("anvil was started without a pipe for its output");
  for await (const line of createInterface({ input: child.stdout })) {
    const port = LISTENING.exec(line)?.[1];
    if (port === undefined) continue;
    // Nobody reads on: without this, a full pipe would stop the chain.
    child.stdout.resume();
    return port;
  }
  throw new Error("anvil ended before it listened");
}
