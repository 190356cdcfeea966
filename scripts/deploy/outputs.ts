/** What a deployment leaves in its folder besides Ignition's journal. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAddress } from "viem";
import { z } from "zod";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { Address, Hex } from "../../oracle/domain/units.ts";

/** Addresses by name; written last, so that it says that a deployment is complete. */
export const ADDRESSES_FILE = "addresses.json";
/** Ignition's own folder. */
export const JOURNAL_FOLDER = "journal";
/** Salt of the configuration digest. */
export const SALT_FILE = "salt.json";
/** Transactions in the order they were confirmed. */
const RECEIPTS_FILE = "receipts.json";
/** What was decided at deployment and is in no reviewed file. */
const RECORD_FILE = "deployment.json";
const INDENT = 2;

/** What was decided at deployment and is in no reviewed file. */
export interface DeploymentRecord {
  readonly chainId: number;
  /** Block of the first transaction: where the history of roles begins. */
  readonly firstBlock: number;
  readonly bundleHash: Hex;
  readonly salt: Hex;
}

const hex32 = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value));
const address = z.custom<Address>((value) => typeof value === "string" && isAddress(value));
const addressesSchema = z.record(z.string(), address);
const recordSchema = z.strictObject({
  chainId: z.number().int(),
  firstBlock: z.number().int(),
  bundleHash: hex32,
  salt: hex32,
});
const confirmation = z.object({
  type: z.literal("TRANSACTION_CONFIRM"),
  futureId: z.string(),
  hash: hex32,
  receipt: z.object({
    blockNumber: z.number(),
    blockHash: z.string(),
    contractAddress: z.string().optional(),
    status: z.string(),
  }),
});

/** Writes receipts, record and – last – addresses of a finished deployment. */
export async function writeOutputs(
  outputDir: string,
  addresses: Readonly<Record<string, Address>>,
  decided: Omit<DeploymentRecord, "firstBlock">,
): Promise<void> {
  const confirmed = await readConfirmations(outputDir);
  const receipts = confirmed.map(({ futureId, hash, receipt }) => ({ step: futureId, hash, ...receipt }));
  const firstBlock = Math.min(...receipts.map(({ blockNumber }) => blockNumber));
  await write(join(outputDir, RECEIPTS_FILE), receipts);
  await write(join(outputDir, RECORD_FILE), { ...decided, firstBlock });
  await write(join(outputDir, ADDRESSES_FILE), addresses);
}

/**
 * Reads a finished deployment.
 *
 * @throws PlimsollError `DEPLOYMENT_MISSING` when there is none in the folder.
 */
export async function readOutputs(outputDir: string) {
  try {
    const addresses = addressesSchema.parse(JSON.parse(await readFile(join(outputDir, ADDRESSES_FILE), "utf8")));
    const record = recordSchema.parse(JSON.parse(await readFile(join(outputDir, RECORD_FILE), "utf8")));
    return { addresses, record };
  } catch (cause) {
    throw new PlimsollError({
      code: "DEPLOYMENT_MISSING",
      problem: `There is no finished deployment in ${outputDir}, or none of this chain.`,
      remedy: "Run `npm run deploy -- --network <name>` first.",
      context: { outputDir },
      cause,
    });
  }
}

/** Hash of the first confirmed transaction, `null` before it. */
export async function firstTransaction(outputDir: string): Promise<Hex | null> {
  const [first] = await readConfirmations(outputDir);
  return first?.hash ?? null;
}

async function readConfirmations(outputDir: string) {
  const journal = await readFile(join(outputDir, JOURNAL_FOLDER, "journal.jsonl"), "utf8").catch(() => "");
  return journal.split("\n").flatMap((line) => {
    const parsed = confirmation.safeParse(line === "" ? null : JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  });
}

async function write(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, INDENT)}\n`);
}
