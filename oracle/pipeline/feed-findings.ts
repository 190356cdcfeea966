/** What the feed defence refused in a run: one entry for each source, feature and reason, as the summary and the terminal show it. */
import type { FeedVerdict } from "../domain/feed-verdict.ts";

/** A finding with how long it lasted. */
export interface FeedFinding extends FeedVerdict {
  /** Rounds in which it stood; its words are those of the first. */
  readonly rounds: number;
  /** Market time of the first and the last of them, seconds. */
  readonly firstSec: number;
  readonly lastSec: number;
}

/** Findings of a run. */
export interface FeedFindings {
  /** Takes the verdicts of one round. */
  note(verdicts: readonly FeedVerdict[], atSec: number): void;
  /** In the order in which they were first met. */
  list(): readonly FeedFinding[];
}

/** Creates an empty list. */
export function createFeedFindings(): FeedFindings {
  const findings = new Map<string, FeedFinding>();
  return {
    note: (verdicts, atSec) => {
      for (const verdict of verdicts.filter(isRefusal)) {
        const { asset, feature, sourceId, action, reason } = verdict;
        const key = [asset, feature, sourceId, action, reason].join("/");
        const known = findings.get(key) ?? { ...verdict, rounds: 0, firstSec: atSec };
        findings.set(key, { ...known, rounds: known.rounds + 1, lastSec: atSec });
      }
    },
    list: () => [...findings.values()],
  };
}

/** One line for each reading that is not used, for people. */
export function feedEvents(verdicts: readonly FeedVerdict[]): readonly string[] {
  return verdicts.filter(isRefusal).map(({ asset, feature, sourceId, action, reason, detail }) => {
    const whose = sourceId === "*" ? "all sources" : sourceId;
    return `${asset} ${feature} of ${whose}: ${ACTION_WORDS[action]} (${reason}: ${detail})`;
  });
}

const ACTION_WORDS: Readonly<Record<FeedVerdict["action"], string>> = {
  use: "used",
  "down-weight": "held to be doubtful",
  exclude: "rejected",
  veto: "nobody followed",
};

function isRefusal({ action }: FeedVerdict): boolean {
  return action !== "use";
}
