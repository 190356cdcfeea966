/** Challenge and response by which two operators prove to each other that they hold their keys. */
import { encodePacked, keccak256 } from "viem";
import { z } from "zod";
import { type DigestSigner, recoverCompact, signCompact } from "../chain/compact-signature.ts";
import type { Address, Hex } from "../domain/units.ts";

/** Who is shaking hands. */
export interface HandshakeSides {
  readonly dialer: Address;
  readonly acceptor: Address;
}

/** Fresh random numbers of both sides. */
export interface HandshakeNonces {
  readonly dialerNonce: Hex;
  readonly acceptorNonce: Hex;
}

const NONCE_BYTES = 32;
const isHex = (text: string): text is Hex => /^0x[0-9a-fA-F]*$/.test(text);
const bytes = (length: number) =>
  z
    .string()
    .refine(isHex)
    .refine((text) => text.length === 2 + 2 * length);
const ADDRESS_BYTES = 20;
const COMPACT_SIGNATURE_BYTES = 64;

/** 1: acceptor → dialer. */
export const challengeSchema = z.strictObject({ kind: z.literal("challenge"), nonce: bytes(NONCE_BYTES) });
/** 2: dialer → acceptor, signed over both nonces. */
export const responseSchema = z.strictObject({
  kind: z.literal("response"),
  address: bytes(ADDRESS_BYTES),
  nonce: bytes(NONCE_BYTES),
  signature: bytes(COMPACT_SIGNATURE_BYTES),
});
/** 3: acceptor → dialer, signed over both nonces in its own role. */
export const proofSchema = z.strictObject({
  kind: z.literal("proof"),
  signature: bytes(COMPACT_SIGNATURE_BYTES),
});

type Role = keyof HandshakeSides;

/** Signs this side's part. The digest names the role, so that an answer cannot be mirrored back. */
export async function signHandshake(
  signer: DigestSigner,
  role: Role,
  terms: HandshakeSides & HandshakeNonces,
): Promise<Hex> {
  return await signCompact(signer, handshakeDigest(role, terms));
}

/** Whether the other side, in `role`, holds the key of its address. */
export async function verifyHandshake(
  signature: Hex,
  role: Role,
  terms: HandshakeSides & HandshakeNonces,
): Promise<boolean> {
  const signer = await recoverCompact(handshakeDigest(role, terms), signature);
  return signer?.toLowerCase() === terms[role].toLowerCase();
}

/** The text in front keeps this digest apart from every EIP-712 digest, which begins with 0x1901. */
function handshakeDigest(role: Role, terms: HandshakeSides & HandshakeNonces): Hex {
  return keccak256(
    encodePacked(
      ["string", "string", "address", "address", "bytes32", "bytes32"],
      ["Plimsoll peer handshake 1", role, terms.dialer, terms.acceptor, terms.dialerNonce, terms.acceptorNonce],
    ),
  );
}
