/** 64-byte compact signatures (EIP-2098): signing a digest and recovering its signer, low s only. */
import {
  compactSignatureToSignature,
  parseCompactSignature,
  parseSignature,
  recoverAddress,
  serializeCompactSignature,
  signatureToCompactSignature,
} from "viem";
import type { Address, Hex } from "../domain/units.ts";

/** A key that signs 32-byte digests, such as viem's local account. */
export interface DigestSigner {
  readonly address: Address;
  /** 65-byte signature over a digest. */
  sign(parameters: { readonly hash: Hex }): Promise<Hex>;
}

/** `0x` and 64 bytes. */
const COMPACT_PATTERN = /^0x[0-9a-fA-F]{128}$/;
/** Order of secp256k1 halved, rounded down: greatest s that is not malleable (EIP-2, SEC 2 §2.4.1). */
const MAX_LOW_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Signs a digest. The caller has asked the signing guard before. */
export async function signCompact(signer: DigestSigner, digest: Hex): Promise<Hex> {
  const signature = parseSignature(await signer.sign({ hash: digest }));
  return serializeCompactSignature(signatureToCompactSignature(signature));
}

/**
 * Address whose key made a compact signature.
 *
 * @returns `null` for a wrong length, a high s or values that are no signature.
 */
export async function recoverCompact(digest: Hex, signature: Hex): Promise<Address | null> {
  if (!COMPACT_PATTERN.test(signature)) return null;
  const full = compactSignatureToSignature(parseCompactSignature(signature));
  if (BigInt(full.s) > MAX_LOW_S) return null;
  try {
    return await recoverAddress({ hash: digest, signature: full });
  } catch {
    // The curve library throws on r or s that name no point: nobody signed this.
    return null;
  }
}
