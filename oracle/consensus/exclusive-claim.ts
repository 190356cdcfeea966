/** A claim on a name that one process of the machine holds at a time and that the kernel frees when its holder dies. */
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A held claim. */
export interface ExclusiveClaim {
  release(): Promise<void>;
}

/** Enough of a SHA-256 to tell names apart, and short enough for a socket path (108 bytes). */
const NAME_LENGTH = 32;

/**
 * Claims `name`, or returns `null` when a living process or worker thread holds it. A lock file would outlive a killed
 * holder; a listening socket does not: on Linux it lies in the abstract name space, on Windows it is a named pipe, and
 * elsewhere a socket file that nobody answers is removed.
 */
export async function claimExclusively(name: string): Promise<ExclusiveClaim | null> {
  const address = addressOf(createHash("sha256").update(name).digest("hex").slice(0, NAME_LENGTH));
  const first = await listen(address);
  if (first !== null) return toClaim(first);
  if (process.platform === "linux" || process.platform === "win32" || (await isAnswered(address))) return null;
  await rm(address, { force: true });
  const second = await listen(address);
  return second === null ? null : toClaim(second);
}

function addressOf(id: string): string {
  if (process.platform === "linux") return `\0plimsoll-${id}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\plimsoll-${id}`;
  return join(tmpdir(), `plimsoll-${id}.sock`);
}

async function listen(address: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(null);
      else reject(error);
    });
    server.listen(address, () => resolve(server.unref()));
  });
}

async function isAnswered(address: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection(address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function toClaim(server: Server): ExclusiveClaim {
  return {
    release: async () => await new Promise((resolve) => server.close(() => resolve())),
  };
}
