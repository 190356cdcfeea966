/** A private key in a file of its own: made once, for the owner's eyes only. */
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { generatePrivateKey } from "viem/accounts";
import { PlimsollError } from "../domain/errors.ts";
import type { Hex } from "../domain/units.ts";

const OWNER_ONLY_FILE = 0o600;
const KEY_PATTERN = /^0x[0-9a-f]{64}$/;

/**
 * Loads the key, or makes it.
 *
 * @throws PlimsollError `OPERATOR_KEY_INVALID` for a file that holds something else.
 */
export function loadKey(path: string): Hex {
  if (!existsSync(path)) {
    const unfinished = `${path}.unfinished`;
    writeFileSync(unfinished, generatePrivateKey(), { mode: OWNER_ONLY_FILE });
    // The mode above is subject to the umask only downwards, but a file system may ignore it.
    chmodSync(unfinished, OWNER_ONLY_FILE);
    // A process killed here leaves no half-written key behind.
    renameSync(unfinished, path);
  }
  const key = readFileSync(path, "utf8").trim();
  if (isKey(key)) return key;
  throw new PlimsollError({
    code: "OPERATOR_KEY_INVALID",
    problem: `${path} does not hold a private key.`,
    remedy: "Restore the file from a backup, or remove the operator's whole folder to begin as a new operator.",
    context: { path },
  });
}

function isKey(text: string): text is Hex {
  return KEY_PATTERN.test(text);
}
