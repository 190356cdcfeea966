/** Tells people when caution is called for, when it cannot be known whether it should be, and how an episode goes on; once a change. */
import type { Logger } from "pino";
import type { CautionPhase, CautionState } from "../../domain/caution.ts";

const PHASE_WORDS: Readonly<Record<CautionPhase, string>> = {
  calm: "the episode of caution is over",
  calling: "this operator calls for caution",
  heeded: "the breaker has left NORMAL in an episode of caution",
  spent: "the breaker was re-armed before the hazard fell: this episode calls no more",
};

/** Creates a log that takes calm for granted at first. */
export function createCautionLog(logger: Pick<Logger, "warn" | "info">): (states: readonly CautionState[]) => void {
  const phases = new Map<string, CautionPhase>();
  const doubts = new Map<string, string | null>();
  return (states) => {
    for (const { asset, phase, reading, probability24h, expectedFall } of states) {
      const facts = { asset, probability24h, expectedFall };
      if (phase !== (phases.get(asset) ?? "calm")) logger.warn(facts, PHASE_WORDS[phase]);
      phases.set(asset, phase);
      const { doubt } = reading;
      const known = doubts.get(asset) ?? null;
      if (doubt !== known && doubt !== null)
        logger.warn({ ...facts, doubt }, "not known whether caution is called for");
      else if (doubt !== known) logger.info(facts, "known again whether caution is called for");
      doubts.set(asset, doubt);
    }
  };
}
