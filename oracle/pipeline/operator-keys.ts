/** Keys of the operators of this machine: made once, kept in the data folder for the owner's eyes only. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { PlimsollError } from "../domain/errors.ts";
import type { Address, Hex } from "../domain/units.ts";

/** Two keys, never one: the signer attests, the transmitter pays. */
export interface OperatorKeys {
  readonly index: number;
  readonly signerKey: Hex;
  readonly signer: Address;
  readonly transmitterKey: Hex;
  readonly guardPath: string;
  /** The operator has signed before, so its guard file must be there. */
  readonly guardMustExist: boolean;
}

const OWNER_ONLY_DIR = 0o700;
const OWNER_ONLY_FILE = 0o600;
const KEY_PATTERN = /^0x[0-9a-f]{64}$/;

/**
 * Loads or makes the keys of `count` operators below `<dataDir>/operators/<index>`.
 *
 * @throws PlimsollError `OPERATOR_KEY_INVALID` for a key file that holds something else.
 */
export function loadOperatorKeys(dataDir: string, count: number): readonly OperatorKeys[] {
  return Array.from({ length: count }, (_, index) => {
    const folder = join(dataDir, "operators", String(index));
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_DIR });
    const guardPath = join(folder, "signing-guard");
    const signerKey = loadKey(join(folder, "signer.key"));
    return {
      index,
      signerKey,
      signer: privateKeyToAccount(signerKey).address,
      transmitterKey: loadKey(join(folder, "transmitter.key")),
      guardPath,
      guardMustExist: existsSync(join(folder, "signed")),
    };
  });
}

/**
 * Notes that an operator, whose guard is open, may sign from now on: its guard file must never be missing again. Called
 * before the guard has made its file, it would lock a node out that was killed between the two.
 */
export function noteFirstSignature(keys: OperatorKeys): void {
  writeFileSync(join(keys.guardPath, "..", "signed"), "");
}

function loadKey(path: string): Hex {
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
