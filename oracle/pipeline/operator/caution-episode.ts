/** One episode of caution: it calls until the breaker has moved, and not again before the hazard has fallen. */
import type { BreakerReading } from "../../domain/breaker.ts";
import type { CautionPhase, CautionReading } from "../../domain/caution.ts";

/** What is kept of an episode from round to round. */
export interface CautionEpisode {
  readonly phase: CautionPhase;
  /** Time of the breaker's last change that this episode knows of, seconds; `null` while the breaker could not be read. */
  readonly breakerSinceSec: number | null;
}

/** What a round has found. */
export interface CautionFinding {
  readonly reading: CautionReading;
  /** Whether the hazard is known to lie below the limit at which an episode ends. */
  readonly hasFallen: boolean;
  readonly breaker: BreakerReading;
}

/** Before the first round. */
export const NO_EPISODE: CautionEpisode = { phase: "calm", breakerSinceSec: null };

/**
 * The episode after a round. What is not known moves nothing: an unknown hazard does not end an episode, a breaker that cannot be read
 * was neither tripped nor re-armed. A breaker that has changed and is NORMAL again was tripped and re-armed between two looks.
 */
export function nextEpisode(before: CautionEpisode, { reading, hasFallen, breaker }: CautionFinding): CautionEpisode {
  if (hasFallen) return NO_EPISODE;
  const isBegun = before.phase === "calm" && reading.kind === "reached";
  const episode: CautionEpisode = isBegun ? { phase: "calling", breakerSinceSec: null } : before;
  if (!breaker.ok || episode.phase === "calm") return episode;
  const { mode, sinceSec } = breaker.value;
  const hasChanged = episode.breakerSinceSec !== null && episode.breakerSinceSec !== sinceSec;
  return { phase: phaseUnder(episode.phase, mode === "NORMAL", hasChanged), breakerSinceSec: sinceSec };
}

function phaseUnder(phase: CautionPhase, isNormal: boolean, hasChanged: boolean): CautionPhase {
  if (phase === "calling" && !isNormal) return "heeded";
  if (phase === "calling" && hasChanged) return "spent";
  return phase === "heeded" && isNormal ? "spent" : phase;
}
