/** The signed report behind a position's values, checked in the browser: entries, digest and every signature anew. */
import { html, nothing, type TemplateResult } from "lit-html";
import { getAddress } from "viem";
import type { z } from "zod";
import type { ChainTrust, Proof } from "../../api/client/check-proof.ts";
import type { NetworkSchema } from "../../api/contract/network.ts";
import type { ProofSchema } from "../../api/contract/proof.ts";
import type { Attempt } from "../core/ask.ts";
import { decodeSigners, decodeVerifier, SIGNER_CALLS } from "../core/contracts.ts";
import { formatBpsExact, formatNumber } from "../core/format.ts";
import type { Scene } from "../core/page.ts";
import { findWallet, type Wallet } from "../core/wallet.ts";
import { age } from "./age.ts";
import { figures, hash } from "./bits.ts";
import { requireChain, taskText } from "./chain-check.ts";
import { startTask, type TaskResult, taskState } from "./task.ts";

type Network = z.infer<typeof NetworkSchema>["network"];

/** What is shown. */
export interface ShownProof {
  /** `null` where it was not asked for. */
  readonly asked: Attempt<z.output<typeof ProofSchema>> | null;
  readonly network: Network;
  /** Digest that the proof's report must have; `null` for any. */
  readonly digest: string | null;
}

/** Draws the proof with a button that checks it. */
export function proofPanel({ asked, network, digest }: ShownProof, scene: Scene): TemplateResult {
  if (asked === null || network === null)
    return html`<p class="empty">Unknown: the node cannot say which report it was.</p>`;
  if (!asked.ok) return html`<p class="empty">No proof: ${asked.problem}</p>`;
  const proof = asked.answer;
  const { entry, report, signatures, outcome, transactionHash, blockNumber, isFinal } = proof;
  const wallet = findWallet();
  const key = `proof:${digest ?? "any"}:${transactionHash}:${proof.sourceIndex}:${proof.positionId}`;
  return html`
    ${figures([
      { name: "Report", value: report.epoch, note: age(report.observedAt, scene.status.marketTimeSec) },
      { name: "ρ, π signed", value: `${formatBpsExact(entry.rhoBps)}, ${formatBpsExact(entry.piBps)}` },
      { name: "Signatures", value: `${signatures.length}`, note: `${network.threshold} needed` },
      { name: "On chain", value: outcome, note: isFinal ? "final" : "may still be reorganised" },
      { name: "Transaction", value: hash(transactionHash), note: `block ${formatNumber(Number(blockNumber))}` },
    ])}
    <p class="note">
      The check hashes the entries, computes the EIP-712 digest for the oracle ${hash(network.contracts.oracle)}, and recovers every signer, in this browser.
      ${wallet === null ? "Without a wallet it holds them against the signers that this node names; with one, against those of the chain." : "It reads the signers in force from the chain, through your wallet."}
    </p>
    <p>
      <button type="button" id="check-proof" ?disabled=${taskState(key).kind === "running"}
        @click=${() => startTask(key, () => check({ proof, network, digest }, wallet), scene.redraw)}>
        Check the signatures
      </button>
      ${wallet === null ? html`<span class="note">No wallet in this browser.</span>` : nothing}
    </p>
    ${taskText(key)}
  `;
}

interface Checked {
  readonly proof: Proof;
  readonly network: NonNullable<Network>;
  readonly digest: string | null;
}

async function check({ proof, network, digest }: Checked, wallet: Wallet | null): Promise<TaskResult> {
  // Curves and hashes are loaded when somebody checks.
  const { checkProof, digestOfProof } = await import("../../api/client/check-proof.ts");
  const trust = wallet === null ? namedTrust(proof, network) : await chainTrust(wallet, network);
  const outcome = await checkProof(proof, trust);
  if (!outcome.ok) return { tone: "low", text: `The proof fails: ${FAULTS[outcome.reason]}.` };
  if (digest !== null && digestOfProof(proof, trust).toLowerCase() !== digest.toLowerCase())
    return { tone: "low", text: "The proof fails: it is of another report." };
  const whose = wallet === null ? "that this node names" : "of the chain";
  const text = `${outcome.value.length} of the ${trust.signers.length} signers ${whose} have signed this report; ${trust.threshold} are needed.`;
  return { tone: "calm", text };
}

/** The node's own word; good for finding what was altered on the way, not for a node that lies. */
function namedTrust({ report }: Proof, { chainId, threshold, operators, contracts }: NonNullable<Network>): ChainTrust {
  const signers = operators.map((operator) => getAddress(operator));
  const { signerSetVersion } = report;
  return { chainId, threshold, signers, signerSetVersion, oracle: getAddress(contracts.oracle) };
}

async function chainTrust(wallet: Wallet, { chainId, contracts }: NonNullable<Network>): Promise<ChainTrust> {
  await requireChain(wallet, chainId);
  const verifier = decodeVerifier(await wallet.call(contracts.oracle, SIGNER_CALLS.verifier));
  const set = decodeSigners(await wallet.call(verifier, SIGNER_CALLS.currentSet));
  return { chainId, oracle: getAddress(contracts.oracle), ...set };
}

const FAULTS = {
  "other-chain": "it is of another chain or oracle",
  "other-signer-set": "its signers are not those in force",
  "entries-altered": "its entries are not those that were signed",
  "entry-missing": "the position is not in it",
  "entry-altered": "the position's values are not those that were signed",
  "signature-invalid": "a signature is none",
  "signer-unknown": "somebody signed who is no signer",
  "no-quorum": "too few signers have signed",
} as const;
