/** How large a mechanism study is, and which worlds it searches, holds out and stresses. */
import type { AssetSymbol } from "../../oracle/domain/market.ts";
import type { AgentSpec, WorldSpec } from "./study-messages.ts";

/** Size of a study. */
export interface StudySize {
  /** Days of openings in a world; lives go on for 29 more. */
  readonly days: number;
  readonly perDay: number;
  /** Worlds of each kind and asset. */
  readonly gbm: number;
  readonly jumps: number;
  readonly blocks: number;
  /** Worlds with one violent stretch. */
  readonly crises: number;
  /** Replays of real hours, of each asset, held out. */
  readonly replays: number;
  /** Generations of every search. */
  readonly generations: number;
  /** Searches under the usual weights, each with a seed of its own. */
  readonly seeds: number;
  /** Further searches: factors on the price of bad debt, so that the front has ends. */
  readonly debtFactors: readonly number[];
  /** Values tried of every parameter around the recommendation. */
  readonly sweep: number;
  /** How many of {@link STRESSES} are run. */
  readonly stresses: number;
}

/** Three minutes on two cores, an evening, and a test. */
export const STUDY_SIZES = {
  quick: {
    days: 20,
    perDay: 1,
    gbm: 1,
    jumps: 1,
    blocks: 2,
    crises: 3,
    replays: 2,
    generations: 7,
    seeds: 2,
    debtFactors: [0.2, 5],
    sweep: 3,
    stresses: 6,
  },
  full: {
    days: 30,
    perDay: 1,
    gbm: 1,
    jumps: 2,
    blocks: 3,
    crises: 5,
    replays: 3,
    generations: 10,
    seeds: 5,
    debtFactors: [0.1, 5],
    sweep: 5,
    stresses: 6,
  },
  tiny: {
    days: 2,
    perDay: 2,
    gbm: 0,
    jumps: 0,
    blocks: 0,
    crises: 1,
    replays: 1,
    generations: 1,
    seeds: 1,
    debtFactors: [],
    sweep: 2,
    stresses: 2,
  },
} as const satisfies Readonly<Record<string, StudySize>>;

/** What real hours there are, bars by asset: those before `split` may be searched on. */
export type HeldBars = ReadonlyMap<AssetSymbol, HeldHours>;

/** See {@link HeldBars}. */
export interface HeldHours {
  readonly count: number;
  readonly split: number;
  /** Bars at which the held-out hours moved most at once, a world apart; the most violent first. */
  readonly crashes: readonly number[];
}

const ASSETS: readonly AssetSymbol[] = ["BTC", "ETH"];
const HOURS_PER_DAY = 24;
/** A life may last 29 days beyond the openings; ten days come before the path. */
const MORE_DAYS = 39;
/** Without real hours the blocks' place is taken by jumps. */
const LEAST_BLOCK_BARS = 24 * 60;

/** Worlds that candidates are chosen on. */
export function searchWorlds(size: StudySize, bars: HeldBars, seed: string): readonly WorldSpec[] {
  return ASSETS.flatMap((asset) => generated(size, { asset, bars, seed: `${seed}-search`, isHeldOut: false }));
}

/** Worlds of other seeds and of hours that no search has seen, replayed as they were; assets beyond the listed ones too. */
export function heldOutWorlds(size: StudySize, bars: HeldBars, seed: string): readonly WorldSpec[] {
  const others = [...bars.keys()].filter((asset) => !ASSETS.includes(asset));
  return [
    ...ASSETS.flatMap((asset) => generated(size, { asset, bars, seed: `${seed}-held-out`, isHeldOut: true })),
    ...[...ASSETS, ...others].flatMap((asset) => replays(size, { asset, bars, seed })),
  ];
}

interface Ground {
  readonly asset: AssetSymbol;
  readonly bars: HeldBars;
  readonly seed: string;
}

function generated(size: StudySize, ground: Ground & { readonly isHeldOut: boolean }): readonly WorldSpec[] {
  const { asset, bars, seed, isHeldOut } = ground;
  const { days, perDay } = size;
  const held = bars.get(asset) ?? { count: 0, split: 0, crashes: [] };
  const [barsFrom, barsTo] = isHeldOut ? [held.split, held.count] : [0, held.split];
  const hasBlocks = barsTo - barsFrom >= LEAST_BLOCK_BARS;
  const make = (kind: WorldSpec["kind"], count: number, more: Partial<WorldSpec> = {}): readonly WorldSpec[] =>
    Array.from({ length: count }, (_, place) => ({
      kind,
      asset,
      days,
      perDay,
      seed: `${seed}-${place}`,
      modelError: 1,
      ...more,
    }));
  return [
    ...make("gbm", size.gbm),
    ...make("jumps", size.jumps + (hasBlocks ? 0 : size.blocks)),
    ...(hasBlocks ? make("blocks", size.blocks, { barsFrom, barsTo }) : []),
    ...make("crisis", size.crises, hasBlocks ? { barsFrom, barsTo } : {}),
  ];
}

function replays({ days, perDay, replays: count }: StudySize, { asset, bars, seed }: Ground): readonly WorldSpec[] {
  const held = bars.get(asset);
  if (held === undefined) return [];
  const needed = (days + MORE_DAYS) * HOURS_PER_DAY;
  const room = held.count - held.split - needed;
  if (room < 0) return [];
  const apart = count > 1 ? Math.floor(room / (count - 1)) : 0;
  return Array.from({ length: count }, (_, place) => ({
    kind: "replay" as const,
    asset,
    days,
    perDay,
    seed: `${seed}-replay-${place}`,
    modelError: 1,
    replayFrom: held.split + place * apart,
  }));
}

/** The usual agents. */
export const USUAL_AGENTS: AgentSpec = { keeperCost: 1, temperature: 1 };

/** Departures under which a recommendation must still stand. */
export const STRESSES: readonly {
  readonly name: string;
  readonly modelError: number;
  readonly agents: AgentSpec;
}[] = [
  { name: "as searched", modelError: 1, agents: USUAL_AGENTS },
  { name: "models see 30 % less volatility", modelError: 0.7, agents: USUAL_AGENTS },
  { name: "models see 15 % less volatility", modelError: 0.85, agents: USUAL_AGENTS },
  { name: "models see 20 % more volatility", modelError: 1.2, agents: USUAL_AGENTS },
  { name: "keepers ask and pay ten times as much", modelError: 1, agents: { keeperCost: 10, temperature: 1 } },
  { name: "writers choose almost by chance", modelError: 1, agents: { keeperCost: 1, temperature: 20 } },
];
