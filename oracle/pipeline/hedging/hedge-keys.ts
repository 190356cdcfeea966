/** Keys of the hedging mandates on this machine: one reports, another trades; neither is an operator's. */
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { createKeyQueue, type KeyQueue } from "../../submission/key-queue.ts";
import { loadKey } from "../key-file.ts";

/** A key with the queue that everything sent with it shares. */
export interface HedgeSender {
  readonly account: Account;
  readonly queue: KeyQueue;
}

/** The two keys of {@link loadHedgeKeys}. */
export interface HedgeKeys {
  readonly hedger: HedgeSender;
  readonly reporter: HedgeSender;
}

const OWNER_ONLY_DIR = 0o700;

/**
 * Loads or makes the keys below `<dataDir>/hedge/<role>`, a folder each, so that whoever serves one role need not be let into the
 * other's. Keys that once lay in one folder are moved. A real deployment keeps them on two machines.
 *
 * @throws PlimsollError `OPERATOR_KEY_INVALID` for a key file that holds something else.
 */
export function loadHedgeKeys(dataDir: string): HedgeKeys {
  const sender = (role: string): HedgeSender => ({
    account: privateKeyToAccount(loadKey(keyPath(join(dataDir, "hedge"), role))),
    queue: createKeyQueue(),
  });
  return { hedger: sender("hedger"), reporter: sender("reporter") };
}

function keyPath(shared: string, role: string): string {
  const folder = join(shared, role);
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_DIR });
  const [before, path] = [join(shared, `${role}.key`), join(folder, `${role}.key`)];
  if (existsSync(before) && !existsSync(path)) renameSync(before, path);
  return path;
}
