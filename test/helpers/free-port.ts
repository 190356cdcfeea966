/** A loopback port that nobody listens on. */
import { once } from "node:events";
import { createServer } from "node:net";

/** Asks the system for a free TCP port on 127.0.0.1. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the probe socket has no port");
  return address.port;
}
