/** A WebSocket as a line of frames that can first be read one by one (handshake) and then handed to a listener. */
import type { RawData, WebSocket } from "ws";
import { PlimsollError } from "../domain/errors.ts";
import type { Timers } from "../platform/timers.ts";

/** Text frames in order of arrival; nothing is lost between the handshake and the first listener. */
export interface PeerSocket {
  /** The next frame, or a rejection when the socket closes or `timeoutMs` pass. */
  next(timeoutMs: number): Promise<string>;
  /** Hands every further frame to `listener`, those that wait already first. */
  listen(listener: (text: string, bytes: number) => void): void;
  send(text: string): boolean;
  /** Resolves when the socket is closed, by whomever. */
  readonly closed: Promise<void>;
  /** Ends the connection at once. */
  terminate(): void;
}

/** Limits of one socket. */
export interface PeerSocketOptions {
  /** Frames that may wait while nobody reads. */
  readonly maxWaiting: number;
  /** Bytes that may wait to be sent before frames are dropped. */
  readonly maxUnsentBytes: number;
  readonly timers: Timers;
}

/** Wraps an open socket. */
export function wrapPeerSocket(socket: WebSocket, options: PeerSocketOptions): PeerSocket {
  const waiting: string[] = [];
  let listener: ((text: string, bytes: number) => void) | null = null;
  let wake: (() => void) | null = null;
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));

  socket.on("error", () => socket.terminate());
  socket.on("close", () => wake?.());
  socket.on("message", (data: RawData, isBinary: boolean) => {
    const text = isBinary ? "" : data.toString();
    if (listener !== null) listener(text, Buffer.byteLength(text));
    else if (waiting.length >= options.maxWaiting) socket.terminate();
    else waiting.push(text);
    wake?.();
  });

  return {
    closed,
    terminate: () => socket.terminate(),
    send: (text) => {
      if (socket.readyState !== socket.OPEN || socket.bufferedAmount > options.maxUnsentBytes) return false;
      socket.send(text);
      return true;
    },
    listen: (next) => {
      listener = next;
      for (const text of waiting.splice(0)) next(text, Buffer.byteLength(text));
    },
    next: async (timeoutMs) => {
      if (waiting.length === 0 && socket.readyState === socket.OPEN) {
        await new Promise<void>((resolve) => {
          const cancel = options.timers.after(timeoutMs, resolve);
          wake = () => {
            cancel();
            resolve();
          };
        });
        wake = null;
      }
      const text = waiting.shift();
      if (text === undefined) throw silent(timeoutMs);
      return text;
    },
  };
}

function silent(timeoutMs: number): PlimsollError<"PEER_SILENT"> {
  return new PlimsollError({
    code: "PEER_SILENT",
    problem: `The peer closed the connection or said nothing for ${timeoutMs} ms during the handshake.`,
    remedy: "Check that the peer's address and version are right and that it is not overloaded.",
    context: { timeoutMs },
  });
}
