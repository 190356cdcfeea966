/** The way of a proposal in four stages: what is over, what goes on now, what is still to come, each with its time. */
import { html, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { governanceRoute } from "../../api/contract/governance.ts";
import { formatSpan, formatTime } from "../core/format.ts";

/** A proposal as the API tells it. */
export type Proposal = NonNullable<z.output<typeof governanceRoute.answer>["report"]>["proposals"][number];

/** How far a stage is; `ended` is one that will not come. */
export type StageState = "done" | "now" | "to come" | "ended";

/** One stage. */
export interface Stage {
  readonly name: string;
  readonly state: StageState;
  /** When, or how long still; empty where nobody can say yet. */
  readonly when: string;
}

/** Place of a state among the stages: the stage that goes on in it. */
const PLACE_OF = { pending: 0, active: 1, succeeded: 2, queued: 2, executed: 4 } as const;
const NAMES = ["proposed", "vote", "timelock", "in force"] as const;
const ENDED = { canceled: "cancelled", defeated: "defeated", expired: "expired" } as const;

/** Stages of a proposal. @param nowSec market time: the clock of the local chain. */
export function stagesOf(proposal: Proposal, nowSec: number): readonly Stage[] {
  const { state } = proposal;
  if (state === "canceled" || state === "defeated" || state === "expired") {
    // Where it ended the chain does not say for a cancelled one, so only its making is called done.
    const made = { name: NAMES[0], state: "done", when: `${formatTime(proposal.createdAtSec)} UTC` } as const;
    return [made, { name: ENDED[state], state: "ended", when: "will not be in force" }];
  }
  const place = PLACE_OF[state];
  return NAMES.map((name, index) => ({
    name,
    state: index < place ? "done" : index === place ? "now" : "to come",
    when: whenOf(proposal, index, nowSec),
  }));
}

/** The list. */
export function stageList(proposal: Proposal, nowSec: number): TemplateResult {
  return html`<ol class="stages" aria-label="Stages">
    ${stagesOf(proposal, nowSec).map(
      ({ name, state, when }) =>
        html`<li class=${state.replace(" ", "-")} aria-current=${state === "now" ? "step" : "false"}>
          <b>${name}</b> <span class="tag">${state}</span> <small>${when}</small>
        </li>`,
    )}
  </ol>`;
}

function whenOf(proposal: Proposal, index: number, nowSec: number): string {
  const { createdAtSec, voteStartSec, voteEndSec, executableAtSec, executedAtSec } = proposal;
  if (index === 0) return `${formatTime(createdAtSec)} UTC${until("vote begins", voteStartSec, nowSec)}`;
  if (index === 1) return `to ${formatTime(voteEndSec)} UTC${until("ends", voteEndSec, nowSec)}`;
  if (index === 2) {
    if (executableAtSec === null) return proposal.state === "succeeded" ? "may be queued" : "";
    return `to ${formatTime(executableAtSec)} UTC${until("ends", executableAtSec, nowSec)}`;
  }
  return executedAtSec === null ? "" : `since ${formatTime(executedAtSec)} UTC`;
}

function until(what: string, atSec: number, nowSec: number): string {
  return atSec > nowSec ? `, ${what} in ${formatSpan(atSec - nowSec)}` : "";
}
