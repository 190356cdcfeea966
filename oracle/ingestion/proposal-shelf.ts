/** Changes that other protocols prepare, kept until they can matter no more, whether or not their source still speaks. */
import type { ParameterProposal } from "../domain/chain-signals.ts";
import type { AssetMarket } from "../domain/market.ts";
import { SECONDS_PER_DAY } from "../domain/units.ts";
import { orderKey } from "./event-checks.ts";

/** Proposals of one asset. */
export interface ProposalShelf {
  add(proposal: ParameterProposal): void;
  /** Newest stage of each that was received by then; nothing where none ever was. */
  at(atSec: number): Pick<AssetMarket, "proposals">;
}

/** Kept for so long after their newest stage. */
const KEPT_SEC = 45 * SECONDS_PER_DAY;
/** A timelock lets a queued change lapse after this time (Compound, `GRACE_PERIOD`); others keep it for longer, which is not known. */
const GRACE_SEC = 14 * SECONDS_PER_DAY;
/** A queued change of which nobody says when it may be carried out is expected for so long. */
const UNTIMED_SEC = 30 * SECONDS_PER_DAY;
/** Positions react to a change within a day. */
const REACTION_SEC = SECONDS_PER_DAY;

/**
 * Whether a change may come within a day, or was made within one: loans may be called for on it. A vote that is not over is none
 * yet, and a cap calls for no loan. What was queued stays so until it is said to be over, or has lapsed.
 */
export function isPending(
  { stage, parameter, sourceTimeSec, executableSec }: ParameterProposal,
  atSec: number,
): boolean {
  if (parameter === "cap") return false;
  switch (stage) {
    case "queued":
      if (executableSec === null) return atSec <= sourceTimeSec + UNTIMED_SEC;
      return atSec >= executableSec - REACTION_SEC && atSec <= executableSec + GRACE_SEC;
    case "executed":
      return atSec <= sourceTimeSec + REACTION_SEC;
    case "proposed":
    case "cancelled":
      return false;
  }
}

/** Creates an empty shelf. */
export function createProposalShelf(): ProposalShelf {
  let kept: readonly ParameterProposal[] = [];
  return {
    add: (proposal) => {
      const oldestSec = proposal.receivedTimeSec - KEPT_SEC;
      kept = [...kept.filter(({ sourceTimeSec }) => sourceTimeSec >= oldestSec), proposal];
    },
    at: (atSec) => {
      if (kept.length === 0) return {};
      const known = kept.filter(({ receivedTimeSec }) => receivedTimeSec <= atSec);
      return { proposals: [...new Map(known.map((proposal) => [orderKey(proposal), proposal])).values()] };
    },
  };
}
