/** `plimsoll propose`: builds a proposal of the DAO, shows what it would do to live positions, and sends it if asked. */

import { Command } from "commander";
import { privateKeyToAccount } from "viem/accounts";
import { z } from "zod";
import { checksummedAddress } from "../../scripts/deploy/checksummed-address.ts";
import { readDeploymentConfig } from "../../scripts/deploy/deployment-config.ts";
import { openNetwork } from "../../scripts/deploy/network.ts";
import { readOutputs } from "../../scripts/deploy/outputs.ts";
import { type PlanInput, type ProposedCall, planConfig } from "../../scripts/deploy/propose/plan-changes.ts";
import { planUpgrade } from "../../scripts/deploy/propose/plan-upgrade.ts";
import { previewText } from "../../scripts/deploy/propose/preview-text.ts";
import { previewProposal, sendProposal } from "../../scripts/deploy/propose/proposal.ts";
import { requestedCall, requestedClass } from "../../scripts/deploy/propose/requested-calls.ts";
import { addressBook } from "../../scripts/deploy/verify/context.ts";
import { PlimsollError } from "../domain/errors.ts";
import type { Hex } from "../domain/units.ts";
import { readLiveState } from "../pipeline/governance/live-positions.ts";
import { parseFlags } from "./parse-flags.ts";

const flagsSchema = z.object({
  network: z.string(),
  rpcUrl: z.string().optional(),
  dir: z.string().optional(),
  parties: z.string().optional(),
  config: z.string().optional(),
  class: z.coerce.number().int().optional(),
  set: z.string().default(""),
  call: z.string().optional(),
  engine: checksummedAddress.optional(),
  verifier: checksummedAddress.optional(),
  args: z.string().default("[]"),
  title: z.string().default("Change of parameters"),
  send: z.boolean().default(false),
  json: z.boolean().default(false),
});
type Flags = z.infer<typeof flagsSchema>;

const INDENT = 2;

/** Builds the command. */
export function proposeCommand(): Command {
  return new Command("propose")
    .description("Build a proposal, show its effect on live positions, and send it with --send.")
    .requiredOption("--network <name>", "folder below deployments/")
    .option("--rpc-url <url>", "RPC of the chain, instead of the configuration's")
    .option("--dir <path>", "parent of the deployment's output folder")
    .option("--parties <file>", "signers, guardian and token, instead of the network's parties.json")
    .option("--config <file>", "wanted configuration: proposes everything in which the chain differs")
    .option("--class <id>", "risk class to change, with --set")
    .option("--set <fields>", "new values, e.g. rhoFloorBps=400,tighten.stepBps=300")
    .option("--call <contract.function>", "any function, e.g. riskOracle.registerSource, with --args")
    .option("--args <json>", "arguments of --call as a JSON list")
    .option("--engine <address>", "upgrade: a rule engine of a higher version")
    .option("--verifier <address>", "upgrade: a signer registry with the live signers, roles included")
    .option("--title <text>", "description of the proposal")
    .option("--send", "send it, signed with PLIMSOLL_PROPOSER_KEY")
    .option("--json", "print the preview as JSON")
    .action(async (flags: unknown) => await propose(parseFlags(flagsSchema, flags, FLAG_FAULT)));
}

const FLAG_FAULT = {
  code: "PROPOSAL_FLAG_INVALID",
  remedy: "See `npm run propose -- --help`; addresses need their checksum.",
} as const;

async function propose(flags: Flags): Promise<void> {
  const network = await openNetwork(flags);
  try {
    const { chain, outputDir } = network;
    const { addresses } = await readOutputs(outputDir);
    const at = addressBook(addresses);
    const state = await readLiveState(chain, at);
    const calls = await wantedCalls(flags, { chain, at, classes: state.classes });
    const preview = await previewProposal(calls, flags.title, { chain, at, state });
    process.stdout.write(`${flags.json ? JSON.stringify(preview, decimals, INDENT) : previewText(preview)}\n`);
    if (!flags.send) return;
    const hash = await sendProposal({ chain, at }, preview.proposal, privateKeyToAccount(proposerKey()));
    process.stderr.write(`sent in transaction ${hash}\n`);
  } finally {
    await network.close();
  }
}

async function wantedCalls(flags: Flags, input: PlanInput): Promise<readonly ProposedCall[]> {
  const calls: ProposedCall[] = [];
  if (flags.config !== undefined) calls.push(...(await planConfig(await readDeploymentConfig(flags.config), input)));
  if (flags.class !== undefined) calls.push(...requestedClass(flags.class, flags.set, input));
  if (flags.call !== undefined) calls.push(requestedCall(flags.call, flags.args, input));
  calls.push(...(await planUpgrade(flags, input)));
  return calls;
}

/** JSON has no big integers: they are written as decimal strings. */
function decimals(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

function proposerKey(): Hex {
  const key = process.env.PLIMSOLL_PROPOSER_KEY ?? "";
  if (isKey(key)) return key;
  throw new PlimsollError({
    code: "PROPOSER_KEY_INVALID",
    problem: "PLIMSOLL_PROPOSER_KEY is not a private key.",
    remedy: "Give 0x and 64 hexadecimal digits of an account whose votes reach the proposal threshold.",
  });
}

function isKey(value: string): value is Hex {
  return /^0x[0-9a-fA-F]{64}$/.test(value);
}
