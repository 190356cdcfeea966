/** Answers questions for the history that the node makes for itself, and for what would have been in it under other bounds. */
import { proposedBounds } from "../../domain/bounds-fields.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { HistoryReplay, ReplayQuestion } from "../../domain/history.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { TrailView } from "../../domain/trail.ts";
import type { SystemView } from "../../domain/view.ts";
import { historyRoute, replayRoute } from "../contract/history.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

const RETRY_AFTER_SEC = 5;

/** `/v1/history` and `/v1/history/replay`; the present bounds are those of the chain. */
export function serveHistory(
  view: Pick<SystemView, "history">,
  trail: Pick<TrailView, "classes"> | undefined,
): readonly ServedRoute[] {
  return [
    serveRoute(historyRoute, () => ({ history: view.history()?.state() ?? null })),
    serveRoute(replayRoute, async ({ query }) => {
      const { classId, ...fields } = query;
      const present = trail?.classes()?.classes.find((one) => one.classId === classId)?.bounds;
      if (present === undefined) throw classUnknown(classId);
      return { replay: await replay(view, { classId, present, proposed: boundsOf(present, fields) }) };
    }),
  ];
}

async function replay(view: Pick<SystemView, "history">, question: ReplayQuestion): Promise<HistoryReplay | null> {
  const history = view.history();
  if (history === null) throw historyEmpty();
  return await history.replay(question);
}

function boundsOf(present: RiskClass, fields: Readonly<Record<string, unknown>>): RiskClass {
  const given = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as const],
  );
  const { proposed, faults } = proposedBounds(present, new Map(given));
  if (faults.length === 0) return proposed;
  throw new PlimsollError({
    code: "REPLAY_BOUNDS_INVALID",
    problem: `The bounds contradict themselves: ${faults.join(", ")}.`,
    remedy: "Change those bounds; the contract would refuse them too.",
    context: { faults: faults.join(", ") },
  });
}

function classUnknown(classId: number): PlimsollError<"REPLAY_CLASS_UNKNOWN"> {
  return new PlimsollError({
    code: "REPLAY_CLASS_UNKNOWN",
    problem: `The chain has no class ${classId}, or no round has read its bounds yet.`,
    remedy: "Choose a class of /v1/classes.",
    context: { classId },
  });
}

function historyEmpty(): PlimsollError<"HISTORY_EMPTY"> {
  return new PlimsollError({
    code: "HISTORY_EMPTY",
    problem: "This node makes no history, or is starting.",
    remedy: `Ask again in ${RETRY_AFTER_SEC} seconds, or start it with --serve.`,
    context: { retryAfterSec: RETRY_AFTER_SEC },
  });
}
