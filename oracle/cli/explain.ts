/** `plimsoll explain`: why a position's numbers are what they are, checked against the chain step by step. */
import { Command } from "commander";
import { z } from "zod";
import { createClient } from "../api/client/create-client.ts";
import { explanationRoute } from "../api/contract/explanations.ts";
import { acceptedReport } from "../chain/accepted-report.ts";
import { connectChain } from "../chain/client.ts";
import { createOracleReader } from "../chain/oracle-reader.ts";
import { verifierOf } from "../chain/verifier-of.ts";
import { PlimsollError } from "../domain/errors.ts";
import type { ExplainedNumbers, ExplanationAnswer, PositionExplanation } from "../domain/explanation.ts";
import { type Address, BPS } from "../domain/units.ts";
import { type CheckStep, verifyExplanation } from "../pipeline/explaining/verify-explanation.ts";
import { unpackRiskWord } from "../rules/risk-word.ts";
import { DEFAULT_SCORING_SETTINGS } from "../scoring/scoring-settings.ts";
import { parseFlags } from "./parse-flags.ts";

const DEFAULT_NODE = "http://127.0.0.1:8787";
/** An older report may have to be explained first. */
const NODE_TIMEOUT_MS = 60_000;
const PERCENT = 100;
const address = z.custom<Address>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value));
const flagsSchema = z.object({
  position: z.string().regex(/^\d{1,15}$/),
  source: address.optional(),
  report: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  node: z.url().default(DEFAULT_NODE),
  rpcUrl: z.url(),
  chainId: z.coerce.number().int().positive(),
  oracle: address,
  json: z.boolean().default(false),
});
type Flags = z.infer<typeof flagsSchema>;

const FLAG_FAULT = { code: "EXPLAIN_FLAG_INVALID", remedy: "See `node oracle/main.ts explain --help`." } as const;

/** Builds the command. */
export function explainCommand(): Command {
  return new Command("explain")
    .description(
      "Say why a position's numbers are what they are, and check that against the chain; exit code 1 if it fails.",
    )
    .requiredOption("--position <id>", "id of the position")
    .option("--source <address>", "position source; by default the one that was registered first")
    .option("--report <epoch>", "report that is asked about; by default the newest explained one")
    .option("--node <url>", `API of a node, ${DEFAULT_NODE} by default; nothing that it says is believed`)
    .requiredOption("--rpc-url <url>", "chain")
    .requiredOption("--chain-id <n>", "its id")
    .requiredOption("--oracle <address>", "the oracle's address, from the deployment")
    .option("--json", "print one JSON object on one line")
    .action(async (flags: Readonly<Record<string, unknown>>) => {
      await explain(parseFlags(flagsSchema, flags, FLAG_FAULT));
    });
}

async function explain(flags: Flags): Promise<void> {
  const answer = await askNode(flags);
  const { steps, onChain } = await check(answer, flags);
  const isVerified = steps.every(({ ok }) => ok);
  const { explanation, epoch, reportDigest, operator } = answer;
  if (flags.json) {
    const told = { epoch: epoch.toString(), reportDigest, operator, isVerified, steps, onChain, explanation };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  } else {
    const lines = [...describe(explanation), "", ...steps.map(stepLine), "", chainLine(onChain)];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  if (!isVerified) process.exitCode = 1;
}

async function askNode({ node, position, source, report }: Flags): Promise<ExplanationAnswer> {
  const client = createClient({ baseUrl: node, timeoutMs: NODE_TIMEOUT_MS });
  const query = { ...(source === undefined ? {} : { source }), ...(report === undefined ? {} : { report }) };
  const { epoch, ...answer } = await client.ask(explanationRoute, { params: { id: position }, query });
  return { ...answer, epoch: BigInt(epoch) };
}

/** What is asked for is named by the flags alone; the index of the source comes from the chain. */
async function check(answer: ExplanationAnswer, flags: Flags): Promise<Checked> {
  const { rpcUrl, chainId, oracle } = flags;
  const chain = await connectChain({ rpcUrl, chainId });
  const reader = createOracleReader(chain, { oracle, signerRegistry: await verifierOf(chain, oracle) });
  const anchor = await reader.anchor(answer.epoch);
  const [sources, signers, report] = await Promise.all([
    reader.sources(anchor),
    reader.signerSet(anchor),
    acceptedReport(chain, oracle, answer.epoch),
  ]);
  if (report === null) throw noReport(answer.epoch);
  const source = flags.source ?? sources[0] ?? "";
  const sourceIndex = sources.findIndex((known) => known.toLowerCase() === source.toLowerCase());
  const positionId = BigInt(flags.position);
  const [word = 0n] = await reader.positionWords(sourceIndex, [positionId], await reader.anchor());
  const steps = await verifyExplanation(answer, {
    asked: { sourceIndex, positionId },
    chain: { evidenceHash: report.evidenceHash, reportDigest: report.digest, signers: signers.signers },
    settings: DEFAULT_SCORING_SETTINGS,
  });
  const { rhoTarget: rhoBps, pi: piBps, score } = unpackRiskWord(word);
  return { steps, onChain: { rhoBps, piBps, score } };
}

interface Checked {
  readonly steps: readonly CheckStep[];
  /** The newest accepted values: medians of all operators, no further than the rules allow. */
  readonly onChain: ExplainedNumbers;
}

function describe(explanation: PositionExplanation | null): readonly string[] {
  if (explanation === null) return ["no explanation"];
  const { signed, reference, meanings, counterfactuals, asset, id } = explanation;
  return [
    `position ${id} (${asset}): ρ ${ratio(signed.rhoBps)}, π ${ratio(signed.piBps)}, score ${signed.score}`,
    `compared with ρ ${ratio(reference.rhoBps)}, π ${ratio(reference.piBps)}, score ${reference.score}: ${reference.text}`,
    "",
    ...meanings.map(({ text }) => `  ${text}`),
    "",
    ...counterfactuals.map(({ text }) => `  ${text}`),
  ];
}

function chainLine({ rhoBps, piBps, score }: ExplainedNumbers): string {
  const values = `ρ ${ratio(rhoBps)}, π ${ratio(piBps)}, score ${score}`;
  return `newest on chain: ${values}; medians of all operators, no further than the rules allow`;
}

function ratio(bps: number): string {
  return `${((bps * PERCENT) / BPS).toFixed(2)} %`;
}

function stepLine({ name, ok, text }: CheckStep): string {
  return `${ok ? "ok  " : "FAIL"} ${name}: ${text}`;
}

function noReport(epoch: bigint): PlimsollError<"EXPLAIN_NO_REPORT"> {
  return new PlimsollError({
    code: "EXPLAIN_NO_REPORT",
    problem: `The oracle has accepted no report of epoch ${epoch}.`,
    remedy: "Ask about a report that reached the chain, or check --oracle and --rpc-url.",
    context: { epoch },
  });
}
