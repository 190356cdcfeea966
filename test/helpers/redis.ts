/** A real Redis server in a temporary folder, for tests; it can be killed and started again on the same data. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { findProgram, missingServer } from "./server-binaries.ts";

/** A running server. */
export interface RedisServer {
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server that writes every command to disk, or returns `null` (loudly) where Redis is not installed. */
export async function startRedis(): Promise<RedisServer | null> {
  const program = findProgram("redis-server");
  if (program === null) return missingServer("redis-server");
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-redis-"));
  const port = await freePort();
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
  const durability = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];
  const launch = () => start(program, [...settings, ...durability]);
  let server = await launch();
  const kill = async (): Promise<void> => {
    server.kill("SIGKILL");
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: async () => {
      server = await launch();
    },
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(program: string, settings: readonly string[]): Promise<ChildProcess> {
  const server = spawn(program, settings, { stdio: ["ignore", "pipe", "ignore"] });
  const exited = once(server, "exit").then(() => {
    throw new Error("Redis did not start");
  });
  const ready = new Promise<void>((resolve) => {
    server.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("Ready to accept connections")) resolve();
    });
  });
  // After the start an exit is expected.
  exited.catch(() => {});
  await Promise.race([ready, exited]);
  return server;
}
