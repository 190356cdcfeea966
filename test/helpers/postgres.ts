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
  if (IS_ROOT) chownSync(folder, Number(id("-u")), Number(id("-g")));
  const data = join(folder, "data");
  const initdb = [join(programs, "initdb"), "-D", data, "-U", SYSTEM_USER, "-A", "trust", "--no-sync"];
  const [initdbProgram, initdbArguments] = asUser(initdb);
  execFileSync(initdbProgram, initdbArguments, { stdio: "ignore", cwd: folder });
  const port = await freePort();
  const options = ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${folder}`, "-c", "fsync=off"];
  const [program, programArguments] = asUser([join(programs, "postgres"), "-D", data, "-p", String(port), ...options]);
  const server = spawn(program, programArguments, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  await readyLine(server);
  return {
    url: `postgres://${SYSTEM_USER}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      const [stopProgram, stopArguments] = asUser([join(programs, "pg_ctl"), "stop", "-D", data, "-m", "immediate"]);
      execFileSync(stopProgram, stopArguments, { stdio: "ignore", cwd: folder });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root. */
function asUser([program = "", ...rest]: readonly string[]): [string, string[]] {
  return IS_ROOT ? ["runuser", ["-u", SYSTEM_USER, "--", program, ...rest]] : [program, rest];
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
