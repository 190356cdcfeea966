/** An RPC in front of a chain's own, whose answers a test can refuse or hold back. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** A running proxy. */
export interface RpcProxy {
  readonly rpcUrl: string;
  /** `pass` hands requests on, `refuse` answers 503, `hold` never answers. */
  become(mode: ProxyMode): void;
  /** Refuses requests while `act` runs, and then does again what it did before. */
  refuseDuring(act: () => Promise<unknown>): Promise<void>;
  /** From the first request on that contains `words` nothing is answered any more; resolves when it has come. */
  holdFrom(words: string): Promise<void>;
  /** Changes the result of every call of a method from now on. */
  rewrite(method: string, change: (result: unknown) => unknown): void;
  stop(): Promise<void>;
}

/** What a proxy does with requests. */
export type ProxyMode = "pass" | "refuse" | "hold";

const answerSchema = z.looseObject({ id: z.number(), result: z.unknown().optional() });
const SERVICE_UNAVAILABLE = 503;
const JSON_TYPE = { "content-type": "application/json" };

/** Starts a proxy on a free loopback port. */
export async function startRpcProxy(target: string): Promise<RpcProxy> {
  let mode: ProxyMode = "pass";
  const changes = new Map<string, (result: unknown) => unknown>();
  let trap: { readonly words: string; readonly spring: () => void } | null = null;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (trap !== null && mode === "pass" && body.includes(trap.words)) {
      mode = "hold";
      trap.spring();
    }
    if (mode === "hold") return;
    if (mode === "refuse") {
      response.writeHead(SERVICE_UNAVAILABLE).end();
      return;
    }
    const answer = await fetch(target, { method: "POST", body, headers: JSON_TYPE });
    response.writeHead(answer.status, JSON_TYPE).end(rewritten(body, await answer.text(), changes));
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  return {
    rpcUrl: `http://127.0.0.1:${portOf(server.address())}`,
    become: (next) => {
      mode = next;
    },
    refuseDuring: async (act) => {
      const before = mode;
      mode = "refuse";
      await act();
      mode = before;
    },
    holdFrom: async (words) => {
      const sprung = Promise.withResolvers<void>();
      trap = { words, spring: sprung.resolve };
      await sprung.promise;
      trap = null;
    },
    rewrite: (method, change) => void changes.set(method, change),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Requests and answers of one batch share their ids. */
function rewritten(body: string, answer: string, changes: ReadonlyMap<string, (result: unknown) => unknown>): string {
  if (changes.size === 0) return answer;
  const asked = new Map([JSON.parse(body)].flat().map(({ id, method }) => [id, changes.get(method)]));
  const answers: unknown = JSON.parse(answer);
  const changed = [answers].flat().map((one) => {
    const { id, result, ...rest } = answerSchema.parse(one);
    return { ...rest, id, ...(result === undefined ? {} : { result: (asked.get(id) ?? ((same) => same))(result) }) };
  });
  return JSON.stringify(Array.isArray(answers) ? changed : changed[0]);
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return address.port;
}
