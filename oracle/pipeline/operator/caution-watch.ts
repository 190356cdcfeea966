/** Watches caution from round to round: one state for every asset, and episodes that survive a restart. */
import type { BreakerReading } from "../../domain/breaker.ts";
import type { CascadeState } from "../../domain/cascade.ts";
import type { CautionLimits, CautionState } from "../../domain/caution.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import { type CautionEpisode, NO_EPISODE, nextEpisode } from "./caution-episode.ts";
import { expectedFall, knownProbability, readCaution } from "./caution-reading.ts";

/** Keeps the episodes of an operator. */
export interface CautionStore {
  load(): Promise<ReadonlyMap<AssetSymbol, CautionEpisode>>;
  save(episodes: ReadonlyMap<AssetSymbol, CautionEpisode>): Promise<void>;
}

/** What a round knows. */
export interface CautionGround {
  /** Every asset that should have a state; one without is not known. */
  readonly assets: Iterable<AssetSymbol>;
  readonly cascades: readonly CascadeState[];
  /** Whether every position and loan that should be in the book was read. */
  readonly isBookComplete: boolean;
  readonly breaker: BreakerReading;
  readonly atSec: number;
}

/** Watches all assets of one operator. */
export interface CautionWatch {
  /** Takes a round into account; nobody calls without limits. @returns one state for each asset of `ground`. */
  look(ground: CautionGround): Promise<readonly CautionState[]>;
}

/** Creates a watch that goes on where the store ends. */
export function createCautionWatch(limits: CautionLimits | null, store: CautionStore): CautionWatch {
  let kept: ReadonlyMap<AssetSymbol, CautionEpisode> | null = null;
  return {
    look: async (ground) => {
      if (limits === null) return [];
      const before = kept ?? (await store.load());
      const judged = [...ground.assets].map((asset) => judge(asset, { ground, limits, before }));
      // An asset that is not looked at now keeps its episode.
      const after = new Map([...before, ...judged.map(({ state, episode }) => [state.asset, episode] as const)]);
      if (hasMoved(before, after)) await store.save(after);
      kept = after;
      return judged.map(({ state }) => state);
    },
  };
}

interface JudgedWith {
  readonly ground: CautionGround;
  readonly limits: CautionLimits;
  readonly before: ReadonlyMap<AssetSymbol, CautionEpisode>;
}

function judge(asset: AssetSymbol, { ground, limits, before }: JudgedWith) {
  const cascade = ground.cascades.find((one) => one.asset === asset) ?? null;
  const reading = readCaution(cascade, limits, ground.isBookComplete);
  const probability24h = knownProbability(cascade);
  const hasFallen = probability24h !== null && probability24h < limits.releaseProbability;
  const { breaker, atSec } = ground;
  const episode = nextEpisode(before.get(asset) ?? NO_EPISODE, { reading, hasFallen, breaker });
  const { phase } = episode;
  const isCalling = phase === "calling" && reading.kind === "reached";
  const state: CautionState = {
    ...{ asset, atSec, reading, phase, isCalling, probability24h },
    expectedFall: expectedFall(cascade),
  };
  return { state, episode };
}

function hasMoved(
  before: ReadonlyMap<AssetSymbol, CautionEpisode>,
  after: ReadonlyMap<AssetSymbol, CautionEpisode>,
): boolean {
  return [...after].some(([asset, { phase, breakerSinceSec }]) => {
    const known = before.get(asset) ?? NO_EPISODE;
    return known.phase !== phase || known.breakerSinceSec !== breakerSinceSec;
  });
}
