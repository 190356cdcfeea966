/** A proposal of the governor: built in the browser, shown as call data, sent from the reader's own wallet. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { NetworkSchema } from "../../api/contract/network.ts";
import { firstWidened } from "../../rules/class-narrowing.ts";
import { encodeProposal } from "../core/contracts.ts";
import type { Scene } from "../core/page.ts";
import { withQuery } from "../core/route.ts";
import { findWallet, type Wallet } from "../core/wallet.ts";
import { hash } from "./bits.ts";
import { requireChain, taskText } from "./chain-check.ts";
import type { BoundsChange } from "./replay-panel.ts";
import { startTask, type TaskResult, taskState } from "./task.ts";

/** What a proposal depends on beside the change. */
export interface ProposalGround {
  readonly network: z.infer<typeof NetworkSchema>["network"];
  readonly faults: readonly string[];
}

/** Draws the proposal, or says why there is none. */
export function proposalPanel(change: BoundsChange, { network, faults }: ProposalGround, scene: Scene): TemplateResult {
  if (faults.length > 0) return html`<p class="empty">The bounds contradict themselves: see beside.</p>`;
  if (change.changed.length === 0)
    return html`<p class="empty">Change a bound to propose it. The address of this page is then the proposal's link.</p>`;
  const governor = network?.contracts.governor ?? null;
  if (network === null || governor === null)
    return html`<p class="empty">Unknown: the node does not say where the governor is.</p>`;
  const description = scene.route.query.get("title") || `Class ${change.classId}: ${change.changed.join(", ")}`;
  const isNarrowing = firstWidened(change.current, change.proposed) === null;
  const { call, propose } = encodeProposal({
    oracle: network.contracts.oracle,
    classId: change.classId,
    bounds: change.proposed,
    isNarrowing,
    description,
  });
  const key = `propose:${propose}`;
  return html`
    <label class="wide"><span>Description</span>
      <input id="proposal-title" .value=${description} @change=${(event: Event) => retitle(event, scene)} />
    </label>
    <p class="note">
      Calls <code>${isNarrowing ? "narrowRiskClass" : "setRiskClass"}</code> of the oracle ${hash(network.contracts.oracle)} through the
      governor ${hash(governor)} on chain ${network.chainId}.
    </p>
    <details><summary>Call data</summary><p class="calldata" id="calldata">${call}</p></details>
    ${sendButton(key, (wallet) => send(wallet, { governor, chainId: network.chainId, data: propose }), scene)}
    ${taskText(key)}
  `;
}

function sendButton(key: string, send: (wallet: Wallet) => Promise<TaskResult>, { redraw }: Scene): TemplateResult {
  const wallet = findWallet();
  const isBusy = taskState(key).kind === "running";
  return html`<p>
    <button type="button" id="send-proposal" class="main" ?disabled=${wallet === null || isBusy}
      @click=${() => wallet !== null && startTask(key, () => send(wallet), redraw)}>
      Propose from the wallet
    </button>
    ${wallet === null ? html`<span class="note">No wallet in this browser: copy the call data, or use <code>npm run propose</code>.</span>` : nothing}
  </p>`;
}

async function send(
  wallet: Wallet,
  { governor, chainId, data }: { readonly governor: string; readonly chainId: number; readonly data: string },
): Promise<TaskResult> {
  await requireChain(wallet, chainId);
  const from = await wallet.connect();
  const hash = await wallet.send({ from, to: governor, data });
  return { tone: "calm", text: `Sent in transaction ${hash}. The vote begins after the voting delay.` };
}

function retitle(event: Event, scene: Scene): void {
  if (event.target instanceof HTMLInputElement) scene.go(withQuery(scene.route, { title: event.target.value.trim() }));
}
