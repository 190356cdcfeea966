/** Who holds power over a deployment: `deployments/<network>/parties.json`, reviewed apart from the protocol's values. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { checksummedAddress } from "./checksummed-address.ts";

const MAX_SIGNERS = 31;
const MIN_SIGNERS = 4;

const token = z.discriminatedUnion("kind", [
  /** The DAO's own token: ERC20Votes with a clock in seconds. */
  z.strictObject({ kind: z.literal("existing"), address: checksummedAddress }),
  /** A new `PlimsollToken` of fixed supply (token units), for networks without one. */
  z.strictObject({ kind: z.literal("new"), holder: checksummedAddress, supply: z.string().regex(/^[1-9]\d*$/) }),
]);

const partiesSchema = z.strictObject({
  /** Operators' signer addresses in bitmap order. */
  signers: z.array(checksummedAddress).min(MIN_SIGNERS).max(MAX_SIGNERS),
  /** Cancels, pauses and removes signers; a multi-signature account of people who can act within minutes. */
  guardian: checksummedAddress,
  token,
  /** Who trades for the hedging mandates, and who reports the net delta: two keys, on two machines. */
  hedge: z
    .strictObject({ hedger: checksummedAddress, reporter: checksummedAddress })
    .refine(({ hedger, reporter }) => hedger !== reporter, "hedger and reporter are one account")
    .optional(),
});

/** Checked parties of a deployment. */
export type Parties = Readonly<z.infer<typeof partiesSchema>>;

/**
 * Reads and checks the parties.
 *
 * @throws PlimsollError `PARTIES_UNREADABLE` or `PARTIES_INVALID` naming file and field.
 */
export async function readParties(path: string): Promise<Parties> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new PlimsollError({
      code: "PARTIES_UNREADABLE",
      problem: `The file of signers, guardian and token ${path} cannot be read.`,
      remedy: "Write it as deployments/anvil/parties.json shows, or name another with --parties.",
      context: { path },
      cause,
    });
  });
  return parseParties(text, path);
}

/** Parses the text of a parties file; see {@link readParties} for its errors. */
export function parseParties(text: string, path: string): Parties {
  const parsed = partiesSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const detail = `${issue?.path.join(".") || "file"}: ${issue?.message ?? "invalid"}`;
  throw new PlimsollError({
    code: "PARTIES_INVALID",
    problem: `The file of signers, guardian and token ${path} is wrong: ${detail}.`,
    remedy: "Correct the field; scripts/deploy/parties.ts lists all fields with their limits.",
    context: { path, detail },
    cause: parsed.error,
  });
}

/** `undefined` for a text that is no JSON: the schema then refuses the whole file. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
