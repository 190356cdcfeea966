/** Thread that explains rounds: text of a kept round in, text of its explanations out, whenever nobody else wants the processor. */
import { constants, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { PlimsollError } from "../../domain/errors.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";
import { encodeExplanations, explainRound } from "./explain-round.ts";
import type { ExplainNotice, ExplainOrder } from "./explain-thread.ts";
import { decodeRound } from "./explained-round.ts";

/** On Linux a priority belongs to the thread; elsewhere it would slow the whole node down. */
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_LOW);

parentPort?.on("message", (order: ExplainOrder) => parentPort?.postMessage(answer(order)));

function answer({ id, round }: ExplainOrder): ExplainNotice {
  try {
    return { id, text: encodeExplanations(explainRound(decodeRound(round).inputs, DEFAULT_SCORING_SETTINGS)) };
  } catch (error) {
    const code = error instanceof PlimsollError ? error.code : "EXPLANATION_FAILED";
    return { id, code, message: error instanceof Error ? error.message : String(error) };
  }
}
