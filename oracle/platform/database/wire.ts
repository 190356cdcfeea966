/** The PostgreSQL wire protocol (version 3, PostgreSQL manual ch. 54) as far as sharing one session needs it. */

/** State of the session after a batch: idle, in a transaction, in a failed transaction (`ReadyForQuery`). */
export type SessionStatus = "I" | "T" | "E";

/** What a client asked for: the start of its connection, statements up to a synchronisation point, or its end. */
export type FrontendUnit =
  | { readonly kind: "startup" }
  | { readonly kind: "batch"; readonly bytes: Uint8Array; readonly listens: boolean }
  | { readonly kind: "terminate" };

/** What the database answered to one batch, notifications taken apart. */
export interface BackendAnswer {
  /** Everything but notifications, in order. */
  readonly reply: Uint8Array;
  readonly notifications: readonly Uint8Array[];
  readonly status: SessionStatus;
}

const LENGTH_BYTES = 4;
const HEADER_BYTES = 1 + LENGTH_BYTES;
const QUERY = 0x51; // Q
const SYNC = 0x53; // S
const TERMINATE = 0x58; // X
const NOTIFICATION = 0x41; // A
const READY = 0x5a; // Z
const LISTEN_STATEMENT = /\blisten\b/i;

/** Cuts a client's byte stream into units that can run without anything in between. */
export interface FrontendReader {
  push(chunk: Uint8Array): readonly FrontendUnit[];
}

/**
 * Creates a reader for one connection. Statements up to `Sync` (or one simple `Query`) form one unit, because the
 * unnamed statement and portal between them are shared by all connections of the session.
 */
export function createFrontendReader(): FrontendReader {
  let started = false;
  let pending = Buffer.alloc(0);
  return {
    push: (chunk) => {
      const units: FrontendUnit[] = [];
      let rest = Buffer.concat([pending, chunk]);
      while (true) {
        const end = started ? batchEnd(rest) : startupEnd(rest);
        if (end === null) break;
        units.push(started ? toUnit(rest.subarray(0, end)) : { kind: "startup" });
        started = true;
        rest = rest.subarray(end);
      }
      pending = rest;
      return units;
    },
  };
}

function startupEnd(bytes: Buffer): number | null {
  if (bytes.length < LENGTH_BYTES) return null;
  const end = bytes.readInt32BE(0);
  return bytes.length < end ? null : end;
}

/** End of the first complete unit, or `null` while it is incomplete. */
function batchEnd(bytes: Buffer): number | null {
  let offset = 0;
  while (offset + HEADER_BYTES <= bytes.length) {
    const kind = bytes[offset];
    offset = messageEnd(bytes, offset);
    if (offset > bytes.length) return null;
    if (kind === QUERY || kind === SYNC || kind === TERMINATE) return offset;
  }
  return null;
}

function messageEnd(bytes: Buffer, offset: number): number {
  return offset + 1 + bytes.readInt32BE(offset + 1);
}

function toUnit(bytes: Buffer): FrontendUnit {
  if (bytes[0] === TERMINATE) return { kind: "terminate" };
  const listens = bytes[0] === QUERY && LISTEN_STATEMENT.test(bytes.toString("latin1"));
  return { kind: "batch", bytes: Uint8Array.from(bytes), listens };
}

/** Takes an answer apart; an answer without `ReadyForQuery` counts as idle. */
export function readAnswer(answer: Uint8Array): BackendAnswer {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  const kept: Buffer[] = [];
  const notifications: Buffer[] = [];
  let status: SessionStatus = "I";
  for (let offset = 0; offset + HEADER_BYTES <= bytes.length; ) {
    const end = messageEnd(bytes, offset);
    const message = bytes.subarray(offset, end);
    if (message[0] === NOTIFICATION) notifications.push(message);
    else kept.push(message);
    if (message[0] === READY) status = statusOf(message);
    offset = end;
  }
  return { reply: Uint8Array.from(Buffer.concat(kept)), notifications, status };
}

function statusOf(ready: Buffer): SessionStatus {
  const letter = ready.toString("latin1", HEADER_BYTES, HEADER_BYTES + 1);
  return letter === "T" || letter === "E" ? letter : "I";
}

function message(kind: string, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(kind, 0, "latin1");
  header.writeInt32BE(LENGTH_BYTES + body.length, 1);
  return Buffer.concat([header, body]);
}

/** Parameters that clients read from the greeting. */
const GREETING_PARAMETERS = {
  server_encoding: "UTF8",
  client_encoding: "UTF8",
  DateStyle: "ISO, MDY",
  integer_datetimes: "on",
  standard_conforming_strings: "on",
} as const;

/** Answer to a start-up message: authentication not needed, session parameters, ready. */
export function greeting(serverVersion: string): Uint8Array {
  const parameters = Object.entries({ server_version: serverVersion, ...GREETING_PARAMETERS }).map(([name, value]) =>
    message("S", Buffer.from(`${name}\0${value}\0`)),
  );
  return Uint8Array.from(
    Buffer.concat([message("R", Buffer.alloc(LENGTH_BYTES)), ...parameters, message("Z", Buffer.from("I"))]),
  );
}

/** A fatal error message that ends a connection, with its SQLSTATE. */
export function fatalError(sqlState: string, text: string): Uint8Array {
  return Uint8Array.from(message("E", Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${text}\0\0`)));
}

/** A simple query message. */
export function simpleQuery(sql: string): Uint8Array {
  return Uint8Array.from(message("Q", Buffer.from(`${sql}\0`)));
}
