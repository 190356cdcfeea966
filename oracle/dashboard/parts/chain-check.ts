/** Compares what the node says of a position with what the oracle contract says to the reader's own wallet. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { NetworkSchema } from "../../api/contract/network.ts";
import { type ChainParams, decodeParams, encodeParamsCall } from "../core/contracts.ts";
import { formatBps } from "../core/format.ts";
import type { Position } from "../core/order.ts";
import type { Scene } from "../core/page.ts";
import { findWallet, type Wallet } from "../core/wallet.ts";
import { hash } from "./bits.ts";
import { startTask, type TaskResult, taskState } from "./task.ts";

type Network = z.infer<typeof NetworkSchema>["network"];

/** A button that asks the chain through the wallet, and what it said. */
export function chainCheck(row: Position, network: Network, scene: Scene): TemplateResult {
  if (network === null) return html`<p class="empty">Unknown: the node does not say where its contracts are.</p>`;
  const wallet = findWallet();
  const key = `check:${row.source}:${row.id}`;
  const state = taskState(key);
  return html`
    <p class="note">
      Oracle ${hash(network.contracts.oracle)} on chain ${network.chainId}. The check reads
      <code>tryGetParams</code> there through your own wallet, not through this node.
    </p>
    <p>
      <button
        type="button"
        id="check-chain"
        ?disabled=${wallet === null || state.kind === "running"}
        @click=${() => wallet !== null && startTask(key, () => compare(wallet, row, network), scene.redraw)}
      >
        Check on chain
      </button>
      ${wallet === null ? html`<span class="note">No wallet in this browser.</span>` : nothing}
    </p>
    ${taskText(key)}
  `;
}

/** What a task has come to, for people. */
export function taskText(key: string): TemplateResult {
  const state = taskState(key);
  if (state.kind === "idle") return html`<p role="status" class="result"></p>`;
  if (state.kind === "running") return html`<p role="status" class="result">waiting for the wallet …</p>`;
  const tone = state.kind === "failed" ? "low" : state.tone;
  return html`<p role="status" class="result ${tone}">${state.text}</p>`;
}

async function compare(wallet: Wallet, row: Position, network: NonNullable<Network>): Promise<TaskResult> {
  await requireChain(wallet, network.chainId);
  const said = decodeParams(await wallet.call(network.contracts.oracle, encodeParamsCall(row.source, row.id)));
  const differences = differencesOf(row, said);
  if (differences.length > 0) return { tone: "low", text: `The chain differs: ${differences.join(", ")}.` };
  const values = `ρ ${formatBps(said.rhoBps)} → ${formatBps(said.rhoTargetBps)}, π ${formatBps(said.piBps)}, score ${said.score}`;
  return { tone: "calm", text: `The chain says the same: ${values}.` };
}

/** @throws Error naming both chains when the wallet is on another one. */
export async function requireChain(wallet: Wallet, chainId: number): Promise<void> {
  const actual = await wallet.chainId();
  if (actual !== chainId) throw new Error(`the wallet is on chain ${actual}, the oracle on chain ${chainId}`);
}

/** ρ in force moves with every block of a ramp, so only where it is going is compared. */
function differencesOf(row: Position, said: ChainParams): readonly string[] {
  const pairs: readonly (readonly [string, number, number])[] = [
    ["target ρ", row.rhoTargetBps, said.rhoTargetBps],
    ["π", row.piBps, said.piBps],
    ["score", row.score, said.score],
  ];
  return pairs
    .filter(([, here, there]) => here !== there)
    .map(([name, here, there]) => `${name} ${there} instead of ${here}`);
}
