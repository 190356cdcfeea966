/** The chain of a local run: an in-process Hardhat network served on loopback, or a running node given by its URL. */
import { setTimeout as pause } from "node:timers/promises";
import { PlimsollError } from "../../domain/errors.ts";

/** A chain that this process may drive in time. */
export interface LocalChain {
  readonly rpcUrl: string;
  /** `in-process` ends with the process; `external` outlives it and is resumed. */
  readonly kind: "in-process" | "external";
  close(): Promise<void>;
}

/** Where the chain comes from. */
export interface LocalChainOptions {
  /** URL of a running development node (anvil, hardhat node); `null` starts one in this process. */
  readonly rpcUrl: string | null;
  /** Time of the first block of an in-process chain, seconds. */
  readonly genesisSec: number;
}

const LOOPBACK = "127.0.0.1";
/** Longest wait for clients of the in-process chain when the run ends. */
const CLOSE_LIMIT_MS = 2_000;

/**
 * Opens the chain of a local run.
 *
 * @throws PlimsollError `CHAIN_START_FAILED` when the in-process network does not come up.
 */
export async function openLocalChain(options: LocalChainOptions): Promise<LocalChain> {
  if (options.rpcUrl !== null) {
    return { rpcUrl: options.rpcUrl, kind: "external", close: async () => {} };
  }
  return await startInProcess(options.genesisSec);
}

async function startInProcess(genesisSec: number): Promise<LocalChain> {
  const { default: hre } = await import("hardhat");
  try {
    const server = await hre.network.createServer(
      { network: "local", override: { initialDate: new Date(genesisSec * 1_000) } },
      LOOPBACK,
      0,
    );
    const { port } = await server.listen();
    return { rpcUrl: `http://${LOOPBACK}:${port}`, kind: "in-process", close: async () => await closeServer(server) };
  } catch (cause) {
    throw new PlimsollError({
      code: "CHAIN_START_FAILED",
      problem: "The in-process chain did not start on a free loopback port.",
      remedy: "Check that 127.0.0.1 can be bound, or give a running node with --rpc-url.",
      cause,
    });
  }
}

/** The server waits for clients that keep their connection open; the chain ends with the process anyway. */
async function closeServer(server: { close(): Promise<void> }): Promise<void> {
  await Promise.race([server.close(), pause(CLOSE_LIMIT_MS, undefined, { ref: false })]);
}
