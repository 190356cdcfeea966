/** The handshake over a socket, from both sides: afterwards each knows which operator the other is. */
import { randomBytes } from "node:crypto";
import type { z } from "zod";
import type { DigestSigner } from "../chain/compact-signature.ts";
import { PlimsollError } from "../domain/errors.ts";
import type { Address, Hex } from "../domain/units.ts";
import { challengeSchema, proofSchema, responseSchema, signHandshake, verifyHandshake } from "./handshake.ts";
import type { PeerSocket } from "./peer-socket.ts";

/** What one side brings to the handshake. */
export interface AuthOptions {
  readonly signer: DigestSigner;
  /** Time for each step, milliseconds. */
  readonly timeoutMs: number;
}

const NONCE_BYTES = 32;

/**
 * Accepts a connection.
 *
 * @param known operators that may connect.
 * @returns address of the peer, as in `known`.
 * @throws PlimsollError `PEER_UNKNOWN`, `PEER_NOT_AUTHENTIC`, `PEER_SILENT`.
 */
export async function acceptPeer(
  socket: PeerSocket,
  known: readonly Address[],
  options: AuthOptions,
): Promise<Address> {
  const acceptorNonce = freshNonce();
  socket.send(JSON.stringify({ kind: "challenge", nonce: acceptorNonce }));
  const response = await receive(socket, responseSchema, options.timeoutMs);
  const dialer = known.find((address) => address.toLowerCase() === response.address.toLowerCase());
  if (dialer === undefined) throw refused("PEER_UNKNOWN", response.address, "is not an operator of this network");
  const terms = { dialer, acceptor: options.signer.address, dialerNonce: response.nonce, acceptorNonce };
  if (!(await verifyHandshake(response.signature, "dialer", terms))) {
    throw refused("PEER_NOT_AUTHENTIC", dialer, "did not prove that it holds its key");
  }
  socket.send(JSON.stringify({ kind: "proof", signature: await signHandshake(options.signer, "acceptor", terms) }));
  return dialer;
}

/**
 * Introduces this operator to the peer it has dialled.
 *
 * @throws PlimsollError `PEER_NOT_AUTHENTIC` when another key answers, `PEER_SILENT`.
 */
export async function greetPeer(socket: PeerSocket, peer: Address, options: AuthOptions): Promise<void> {
  const challenge = await receive(socket, challengeSchema, options.timeoutMs);
  const terms = {
    dialer: options.signer.address,
    acceptor: peer,
    dialerNonce: freshNonce(),
    acceptorNonce: challenge.nonce,
  };
  const signature = await signHandshake(options.signer, "dialer", terms);
  socket.send(
    JSON.stringify({ kind: "response", address: options.signer.address, nonce: terms.dialerNonce, signature }),
  );
  const proof = await receive(socket, proofSchema, options.timeoutMs);
  if (!(await verifyHandshake(proof.signature, "acceptor", terms))) {
    throw refused("PEER_NOT_AUTHENTIC", peer, "did not prove that it holds its key");
  }
}

function freshNonce(): Hex {
  return `0x${randomBytes(NONCE_BYTES).toString("hex")}`;
}

async function receive<Schema extends z.ZodType>(
  socket: PeerSocket,
  schema: Schema,
  timeoutMs: number,
): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(parseJson(await socket.next(timeoutMs)));
  if (!parsed.success) throw refused("PEER_NOT_AUTHENTIC", "unknown", "sent no handshake message");
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema refuses undefined like any other malformed frame.
    return undefined;
  }
}

function refused<Code extends string>(code: Code, peer: string, problem: string): PlimsollError<Code> {
  return new PlimsollError({
    code,
    problem: `Peer ${peer} ${problem}.`,
    remedy: "Compare the operator list with the signer registry.",
    context: { peer },
  });
}
