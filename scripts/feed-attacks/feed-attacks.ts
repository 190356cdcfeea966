/** Attacks on readings of a price: what the attacker's sources say instead of what they would have said. */
import type { SourceReading } from "../../oracle/ingestion/defence/reading-faults.ts";

/** Names of the attacks on one feature's readings. */
export type FeedAttackName = "offset" | "edge" | "ramp" | "stuck" | "replayed" | "unit-jump";

/** Where an attack stands. */
export interface AttackMoment {
  /** Rounds since its begin, 0 in the first. */
  readonly round: number;
  /** What this source would have said, and has said before the attack, newest last. */
  readonly past: readonly number[];
}

/** What a source of the attacker says. */
export type FeedAttack = (honest: SourceReading, moment: AttackMoment) => SourceReading;

/** Ten percent down at once: the shift of the published comparison. */
const OFFSET = 0.9;
/** Just inside what a defence of 25 bp tolerates. */
const EDGE = 1 - 0.0024;
/** Two basis points a round, down to ten percent. */
const RAMP_A_ROUND = 0.0002;
const RAMP_END = 0.1;
const UNIT = 100;
/** A replay starts so many rounds back. */
const REPLAY_ROUNDS = 40;

/** Attacks by name. */
export const FEED_ATTACKS: Readonly<Record<FeedAttackName, FeedAttack>> = {
  offset: (honest) => scaled(honest, OFFSET),
  edge: (honest) => scaled(honest, EDGE),
  ramp: (honest, { round }) => scaled(honest, Math.exp(-Math.min(RAMP_END, RAMP_A_ROUND * (round + 1)))),
  stuck: (honest, { past }) => ({ ...honest, value: past.at(-1) ?? honest.value }),
  replayed: (honest, { round, past }) => ({
    ...honest,
    value: past[past.length - REPLAY_ROUNDS + (round % REPLAY_ROUNDS)] ?? honest.value,
  }),
  "unit-jump": (honest) => scaled(honest, UNIT),
};

function scaled(reading: SourceReading, factor: number): SourceReading {
  return { ...reading, value: reading.value * factor };
}
