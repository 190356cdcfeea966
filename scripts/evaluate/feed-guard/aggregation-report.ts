/** Plays every minority and every majority of bad sources around a real path, and collects the errors of defence and baselines. */
import { createRng } from "../../../oracle/math/rng.ts";
import type { FeedAttackName } from "../../feed-attacks/feed-attacks.ts";
import { type AttackOutcome, runFeedAttack } from "../../feed-attacks/run-feed-attack.ts";

/** A path of true prices. */
export interface TruePath {
  /** USD, ascending in time. */
  readonly prices: readonly number[];
  readonly stepSec: number;
}

/** One play with its numbers. */
export interface PlayedCase extends AttackOutcome {
  readonly sources: number;
  readonly bad: number;
  readonly attack: FeedAttackName;
  readonly anchored: boolean;
}

const SOURCE_COUNTS = [3, 5, 7, 9] as const;
const ATTACKS: readonly FeedAttackName[] = ["offset", "unit-jump", "stuck", "edge", "ramp"];
/** Rounds in which the sources come to know each other. */
const HONEST_ROUNDS = 200;
const SEED = "feed-guard";

/** Every size of committee with every minority, the empty one too. */
export function minorityCases(path: TruePath): readonly PlayedCase[] {
  return SOURCE_COUNTS.flatMap((sources) =>
    Array.from({ length: Math.floor((sources - 1) / 2) + 1 }, (_, bad) => bad).flatMap((bad) =>
      (bad === 0 ? ATTACKS.slice(0, 1) : ATTACKS).map((attack) => play(path, { sources, bad, attack })),
    ),
  );
}

/** Every size of committee with its least majority, and with all but one; ramps also beside an index that nobody attacks. */
export function majorityCases(path: TruePath): readonly PlayedCase[] {
  const attacks = ["offset", "unit-jump", "ramp"] as const;
  return SOURCE_COUNTS.flatMap((sources) =>
    [...new Set([Math.floor(sources / 2) + 1, sources - 1])].flatMap((bad) => [
      ...attacks.map((attack) => play(path, { sources, bad, attack })),
      play(path, { sources, bad, attack: "ramp", anchored: true }),
    ]),
  );
}

function play(
  { prices, stepSec }: TruePath,
  chosen: Pick<PlayedCase, "sources" | "bad" | "attack"> & { readonly anchored?: boolean },
): PlayedCase {
  const { sources, bad, attack, anchored = false } = chosen;
  const rng = createRng(`${SEED}/${sources}/${bad}/${attack}`);
  const plan = { truth: prices, stepSec, sources, bad, attack, anchored, fromRound: HONEST_ROUNDS };
  return { sources, bad, attack, anchored, ...runFeedAttack(plan, rng) };
}
