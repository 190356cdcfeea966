/** Keys of the operators of this machine: made once, kept in the data folder for the owner's eyes only. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { privateKeyToAccount } from "viem/accounts";
import type { Address, Hex } from "../domain/units.ts";
import { loadKey } from "./key-file.ts";

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
