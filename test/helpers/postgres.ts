/** A real PostgreSQL server in a temporary folder, for tests. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { findPostgresPrograms, missingServer } from "./server-binaries.ts";

/** A running server. */
export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

const IS_ROOT = process.getuid?.() === 0;
const SYSTEM_USER = "postgres";

/** Starts a server, or returns `null` (loudly) where PostgreSQL is not installed. */
export async function startPostgres(): Promise<PostgresServer | null> {
  const programs = findPostgresPrograms();
  if (programs === null) return missingServer("postgresql");
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-postgres-"));
  const user = systemUser();
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const as = { ...user, cwd: folder };
  const data = join(folder, "data");
  const initdb = ["-D", data, "-U", SYSTEM_USER, "-A", "trust", "--no-sync"];
  execFileSync(join(programs, "initdb"), initdb, { stdio: "ignore", ...as });
  const port = await freePort();
  const options = ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${folder}`, "-c", "fsync=off"];
  const server = spawn(join(programs, "postgres"), ["-D", data, "-p", String(port), ...options], {
    ...as,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await readyLine(server);
  return {
    url: `postgres://${SYSTEM_USER}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      execFileSync(join(programs, "pg_ctl"), ["stop", "-D", data, "-m", "immediate"], { stdio: "ignore", ...as });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: its programs are started as their own user then. */
function systemUser(): { readonly uid: number; readonly gid: number } | null {
  return IS_ROOT ? { uid: Number(id("-u")), gid: Number(id("-g")) } : null;
}

function id(flag: string): string {
  return execFileSync("id", [flag, SYSTEM_USER], { encoding: "utf8" }).trim();
}

async function readyLine(server: ChildProcess): Promise<void> {
  const lines: string[] = [];
  const exited = once(server, "exit").then(() => {
    throw new Error(`PostgreSQL did not start:\n${lines.join("")}`);
  });
  const ready = new Promise<void>((resolve) => {
    server.stderr?.on("data", (chunk: Buffer) => {
      lines.push(chunk.toString());
      if (lines.join("").includes("ready to accept connections")) resolve();
    });
  });
  // After the start an exit is expected.
  exited.catch(() => {});
  await Promise.race([ready, exited]);
}
