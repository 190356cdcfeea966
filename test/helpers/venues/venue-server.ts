/** The transport of a stand-in venue: WebSockets and REST answers on a loopback port, with the faults that any venue has. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** What one venue's protocol does with its transport. */
export interface VenueBehaviour {
  /** A client has connected. */
  readonly connected?: (client: VenueClientSocket) => void;
  /** A client has sent one frame. */
  readonly received: (frame: unknown, client: VenueClientSocket) => void;
  /** Answers a REST request. */
  readonly rest?: (url: URL) => { readonly status: number; readonly body: unknown };
}

/** One connected client as the venue sees it. */
export interface VenueClientSocket {
  /** Path and query that it asked for. */
  readonly path: string;
  /** Sends a JSON frame; lost while the socket is half open. */
  send(frame: unknown): void;
  /** Sends text as it is. */
  sendText(text: string): void;
  drop(): void;
}

/** A listening stand-in. */
export interface VenueServer {
  readonly wsUrl: string;
  readonly httpUrl: string;
  clients(): readonly VenueClientSocket[];
  /** Connections that were ever accepted. */
  accepted(): number;
  /** Frames that were ever sent. */
  sent(): number;
  /** A half-open socket: it stays up and neither says nor hears anything. */
  setDeaf(isDeaf: boolean): void;
  /** New connections are cut as soon as they are there. */
  setRefusing(isRefusing: boolean): void;
  close(): Promise<void>;
}

/** Listens on a free loopback port. */
export async function openVenueServer(behaviour: VenueBehaviour): Promise<VenueServer> {
  const state = { accepted: 0, sent: 0, isDeaf: false, isRefusing: false };
  const clients = new Map<WebSocket, VenueClientSocket>();
  const http = createServer((request, response) => answer(behaviour, request, response));
  const server = new WebSocketServer({ server: http });
  server.on("connection", (socket, request) => {
    state.accepted += 1;
    if (state.isRefusing) return socket.terminate();
    const sendText = (text: string): void => {
      if (state.isDeaf) return;
      state.sent += 1;
      socket.send(text);
    };
    const client: VenueClientSocket = {
      path: request.url ?? "/",
      sendText,
      send: (frame) => sendText(JSON.stringify(frame)),
      drop: () => socket.terminate(),
    };
    clients.set(socket, client);
    socket.on("close", () => clients.delete(socket));
    socket.on("message", (data) => {
      if (!state.isDeaf) behaviour.received(JSON.parse(data.toString()), client);
    });
    behaviour.connected?.(client);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    wsUrl: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
    clients: () => [...clients.values()],
    accepted: () => state.accepted,
    sent: () => state.sent,
    setDeaf: (isDeaf) => {
      state.isDeaf = isDeaf;
    },
    setRefusing: (isRefusing) => {
      state.isRefusing = isRefusing;
    },
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

function answer({ rest }: VenueBehaviour, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://venue");
  const { status, body } = rest?.(url) ?? { status: 404, body: {} };
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
