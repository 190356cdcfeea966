/** Authenticated WebSocket full mesh between operators: the lower address dials, dropped links are dialled again. */
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { WebSocket, WebSocketServer } from "ws";
import type { DigestSigner } from "../chain/compact-signature.ts";
import { hasCode, PlimsollError } from "../domain/errors.ts";
import type { Address } from "../domain/units.ts";
import type { Rng } from "../math/rng.ts";
import type { Clock } from "../platform/clock.ts";
import { SYSTEM_TIMERS, type Timers } from "../platform/timers.ts";
import { acceptPeer, greetPeer } from "./peer-auth.ts";
import { createPeerBudget, type PeerLimits } from "./peer-budget.ts";
import { type PeerSocket, wrapPeerSocket } from "./peer-socket.ts";
import { decodeMessage, encodeMessage, type RoundMessage } from "./wire.ts";

/** Another operator. */
export interface PeerAddress {
  readonly address: Address;
  /** `ws://host:port` or `wss://…`; asked at every dial, since a port may be known only later. */
  readonly url: string;
}

/** What a mesh needs. */
export interface PeerMeshOptions {
  readonly signer: DigestSigner;
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly peers: readonly PeerAddress[];
  readonly clock: Clock;
  /** Jitter of reconnects. */
  readonly rng: Rng;
  readonly logger: Pick<Logger, "info" | "warn">;
  readonly limits?: PeerLimits;
  /** Largest frame, bytes; 4 MiB by default (31 observations of 3 000 positions). */
  readonly maxFrameBytes?: number;
  readonly timers?: Timers;
}

/** Why frames or links were dropped. */
export interface PeerCounts {
  readonly malformed: number;
  readonly overBudget: number;
  readonly refused: number;
  readonly unsent: number;
}

/** Handles a message of an authenticated peer. */
export type PeerHandler = (message: RoundMessage, from: Address) => void;

/** Links to all peers. */
export interface PeerMesh {
  /** Port that the mesh listens on. */
  readonly port: number;
  connected(): readonly Address[];
  /** Resolves as soon as `count` peers are linked. */
  whenConnected(count: number): Promise<void>;
  broadcast(message: RoundMessage): void;
  /** Whether the message was handed to a live link. */
  send(to: Address, message: RoundMessage): boolean;
  /** Sets the one handler; messages before the first handler are dropped. */
  onMessage(handler: PeerHandler): void;
  /** Dials peers whose URL was not known at the start, or replaces URLs. */
  dial(peers: readonly PeerAddress[]): void;
  counts(): PeerCounts;
  close(): Promise<void>;
}

const DEFAULT_MAX_FRAME_BYTES = 4 * 1_024 * 1_024;
const DEFAULT_LIMITS: PeerLimits = { framesPerSec: 200, bytesPerSec: 8 * 1_024 * 1_024, burstSec: 4 };
const HANDSHAKE_TIMEOUT_MS = 5_000;
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 5_000;
/** Connections that may shake hands at once; strangers cannot pile up more. */
const MAX_UNAUTHENTICATED = 64;
/** The acceptor's first messages may arrive while its proof is still being checked. */
const MAX_WAITING_FRAMES = 64;
/** Before it has answered the challenge, a stranger may say one thing. */
const MAX_STRANGER_FRAMES = 1;

/**
 * Opens the mesh and begins to dial.
 *
 * @throws PlimsollError `PEER_PORT_BUSY` when the port cannot be bound.
 */
export async function createPeerMesh(options: PeerMeshOptions): Promise<PeerMesh> {
  const server = await openServer(options);
  return runMesh(server, options);
}

async function openServer(options: PeerMeshOptions): Promise<WebSocketServer> {
  const maxPayload = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
  // Without compression a small frame cannot unpack to a large one.
  const server = new WebSocketServer({ ...options.listen, maxPayload, perMessageDeflate: false });
  return await new Promise((resolve, reject) => {
    server.once("listening", () => resolve(server));
    server.once("error", (cause) => reject(portBusy(options, cause)));
  });
}

function portBusy(options: PeerMeshOptions, cause: unknown): PlimsollError<"PEER_PORT_BUSY"> {
  const { host, port } = options.listen;
  return new PlimsollError({
    code: "PEER_PORT_BUSY",
    problem: `Cannot listen for peers on ${host}:${port}.`,
    remedy: "Free the port, or choose another (0 takes any free one).",
    context: { host, port },
    cause,
  });
}

interface MeshState {
  readonly options: PeerMeshOptions;
  readonly timers: Timers;
  readonly links: Map<string, PeerSocket>;
  readonly urls: Map<string, PeerAddress>;
  readonly dialling: Set<string>;
  readonly counts: { -readonly [Name in keyof PeerCounts]: number };
  readonly waiters: Set<() => void>;
  readonly strangers: Set<PeerSocket>;
  handler: PeerHandler | null;
  closed: boolean;
}

function runMesh(server: WebSocketServer, options: PeerMeshOptions): PeerMesh {
  const state: MeshState = {
    options,
    timers: options.timers ?? SYSTEM_TIMERS,
    links: new Map(),
    urls: new Map(),
    dialling: new Set(),
    counts: { malformed: 0, overBudget: 0, refused: 0, unsent: 0 },
    waiters: new Set(),
    strangers: new Set(),
    handler: null,
    closed: false,
  };
  server.on("connection", (socket) => void accept(state, socket));
  dialAll(state, options.peers);
  return {
    port: listeningPort(server),
    connected: () => [...state.links.keys()].flatMap((key) => state.urls.get(key)?.address ?? []),
    whenConnected: async (count) => await waitFor(state, count),
    broadcast: (message) => {
      const text = encodeMessage(message);
      for (const link of state.links.values()) sendText(state, link, text);
    },
    send: (to, message) => {
      const link = state.links.get(to.toLowerCase());
      return link !== undefined && sendText(state, link, encodeMessage(message));
    },
    onMessage: (handler) => {
      state.handler = handler;
    },
    dial: (peers) => dialAll(state, peers),
    counts: () => ({ ...state.counts }),
    close: async () => await closeMesh(state, server),
  };
}

function listeningPort(server: WebSocketServer): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function sendText(state: MeshState, link: PeerSocket, text: string): boolean {
  const sent = link.send(text);
  if (!sent) state.counts.unsent += 1;
  return sent;
}

async function waitFor(state: MeshState, count: number): Promise<void> {
  while (state.links.size < count && !state.closed) {
    await new Promise<void>((resolve) => state.waiters.add(resolve));
  }
}

async function closeMesh(state: MeshState, server: WebSocketServer): Promise<void> {
  state.closed = true;
  for (const socket of [...state.links.values(), ...state.strangers]) socket.terminate();
  for (const wake of state.waiters) wake();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function dialAll(state: MeshState, peers: readonly PeerAddress[]): void {
  const self = state.options.signer.address.toLowerCase();
  for (const peer of peers) {
    const key = peer.address.toLowerCase();
    if (key === self) continue;
    state.urls.set(key, peer);
    // One connection a pair: the lower address dials.
    if (self < key && !state.dialling.has(key)) {
      state.dialling.add(key);
      void keepDialling(state, key);
    }
  }
}

/** Dials one peer for ever, with exponential back-off and jitter after a failure. */
async function keepDialling(state: MeshState, key: string): Promise<void> {
  let backoffMs = FIRST_BACKOFF_MS;
  while (!state.closed) {
    const peer = state.urls.get(key);
    const held = peer !== undefined && (await dialOnce(state, peer));
    backoffMs = held ? FIRST_BACKOFF_MS : Math.min(2 * backoffMs, MAX_BACKOFF_MS);
    const delayMs = backoffMs * (1 + state.options.rng.uniform());
    if (!state.closed) await new Promise<void>((resolve) => state.timers.after(delayMs, resolve));
  }
}

/** Dials once; returns after the link is gone whether there had been one. */
async function dialOnce(state: MeshState, peer: PeerAddress): Promise<boolean> {
  const maxPayload = state.options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
  const raw = new WebSocket(peer.url, {
    maxPayload,
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  });
  const socket = wrap(state, raw, MAX_WAITING_FRAMES);
  const opened = new Promise<boolean>((resolve) => {
    raw.once("open", () => resolve(true));
    void socket.closed.then(() => resolve(false));
  });
  state.strangers.add(socket);
  try {
    if (!(await opened)) return false;
    await greetPeer(socket, peer.address, authOptions(state));
    link(state, peer.address, socket);
  } catch (error) {
    refuse(state, socket, error);
    return false;
  } finally {
    state.strangers.delete(socket);
  }
  await socket.closed;
  return true;
}

async function accept(state: MeshState, raw: WebSocket): Promise<void> {
  const socket = wrap(state, raw, MAX_STRANGER_FRAMES);
  if (state.closed || state.strangers.size >= MAX_UNAUTHENTICATED) return socket.terminate();
  state.strangers.add(socket);
  try {
    const known = [...state.urls.values()].map(({ address }) => address);
    link(state, await acceptPeer(socket, known, authOptions(state)), socket);
  } catch (error) {
    refuse(state, socket, error);
  } finally {
    state.strangers.delete(socket);
  }
}

function wrap(state: MeshState, raw: WebSocket, maxWaiting: number): PeerSocket {
  const maxUnsentBytes = 2 * (state.options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES);
  return wrapPeerSocket(raw, { maxWaiting, maxUnsentBytes, timers: state.timers });
}

function authOptions(state: MeshState) {
  return { signer: state.options.signer, timeoutMs: HANDSHAKE_TIMEOUT_MS };
}

function refuse(state: MeshState, socket: PeerSocket, error: unknown): void {
  socket.terminate();
  if (state.closed) return;
  state.counts.refused += 1;
  const reason = hasCode(error, "PEER_UNKNOWN") || hasCode(error, "PEER_NOT_AUTHENTIC") ? error.code : String(error);
  state.options.logger.warn({ reason }, "peer refused");
}

/** Takes an authenticated link into use. A newer link of the same peer replaces the older, which may be half dead. */
function link(state: MeshState, peer: Address, socket: PeerSocket): void {
  if (state.closed) {
    socket.terminate();
    return;
  }
  const key = peer.toLowerCase();
  state.links.get(key)?.terminate();
  state.links.set(key, socket);
  const budget = createPeerBudget(state.options.limits ?? DEFAULT_LIMITS, state.options.clock.nowMs());
  socket.listen((text, bytes) => {
    if (!budget.spend(bytes, state.options.clock.nowMs())) return drop(state, socket, "overBudget");
    const message = decodeMessage(text);
    if (!message.ok) return drop(state, socket, "malformed");
    state.handler?.(message.value, peer);
  });
  void socket.closed.then(() => {
    if (state.links.get(key) === socket) state.links.delete(key);
  });
  state.options.logger.info({ peer }, "peer linked");
  for (const wake of state.waiters) wake();
  state.waiters.clear();
}

function drop(state: MeshState, socket: PeerSocket, reason: "overBudget" | "malformed"): void {
  state.counts[reason] += 1;
  socket.terminate();
}
