/** A process that signs slot after slot until it is killed: prints a line per signature that has left. */
import { keccak256, stringToHex } from "viem";
import { openSigningGuard } from "../../../oracle/consensus/signing-guard.ts";
import { ACCOUNTS, CONFIG } from "./cluster.ts";

/** Runs when started as a program with a guard path and a label. */
async function signForEver(path: string, label: string): Promise<void> {
  const operator = ACCOUNTS[0]?.address ?? "0x";
  const guard = await openSigningGuard({ path, operator });
  for (let epoch = 0n; ; epoch += 1n) {
    const digest = keccak256(stringToHex(`${label} ${epoch}`));
    const permission = guard.authorise({ configDigest: CONFIG, epoch }, "report", digest);
    if (permission.ok) process.stdout.write(`${epoch} ${digest}\n`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

const [, script, path, label] = process.argv;
if (script === import.meta.filename && path !== undefined && label !== undefined) await signForEver(path, label);
