/** What the generator of random calls draws with. */
import type { Address } from "../../../oracle/domain/units.ts";
import type { Rng } from "../../../oracle/math/rng.ts";
import type { Action } from "./calls.ts";
import { step } from "./step.ts";
import type { Context, Position, World } from "./world.ts";

/** A call without its time. */
export interface Wish {
  readonly by: Address;
  readonly action: Action;
  /** Drawn without a look at whether it can go through. */
  readonly isDoubtful?: true;
}

/** State of the generator at one call. */
export interface Draw {
  readonly rng: Rng;
  readonly world: World;
  readonly nowSec: number;
  /** Few, so that positions of one series meet. */
  readonly templates: readonly SeriesTemplate[];
}

/** A series but for its expiry. */
export interface SeriesTemplate {
  readonly marketId: number;
  readonly isPut: boolean;
  readonly strikeE8: bigint;
}

const THOUSAND = 1_000n;
const DOUBTFUL = 0.12;

/** One of a list; `undefined` for an empty one. */
export function pick<Item>({ rng }: Pick<Draw, "rng">, items: readonly Item[]): Item | undefined {
  return items[rng.integer(items.length)];
}

/** Whether something of a probability happens. */
export function chance({ rng }: Pick<Draw, "rng">, probability: number): boolean {
  return rng.uniform() < probability;
}

/** One of the accounts that trade. */
export function actorOf(draw: Draw): Address {
  return pick(draw, draw.world.setup.actors) ?? draw.world.setup.admin;
}

/** A part of an amount, from a thousandth on; sometimes all of it. */
export function partOf(draw: Draw, amount: bigint): bigint {
  if (chance(draw, 0.3)) return amount;
  return (amount * BigInt(1 + draw.rng.integer(1_000))) / THOUSAND;
}

/** An amount times 1 + up to `most`. */
export function above(draw: Draw, amount: bigint, most: number): bigint {
  return amount + (amount * BigInt(Math.floor(draw.rng.uniform() * most * 1_000))) / THOUSAND;
}

/** The model's view of a call now. */
export function contextOf({ world, nowSec }: Draw, by: Address): Context {
  return { world, by, nowSec };
}

/** Whether the model lets a call through. */
export function passes({ world, nowSec }: Draw, { by, action }: Wish): boolean {
  return step(world, { by, action, atSec: nowSec, meant: true }).ok;
}

/** One that the model lets through; now and then any. */
export function mostly(draw: Draw, wishes: readonly Wish[]): Wish | null {
  const any = chance(draw, DOUBTFUL) ? pick(draw, wishes) : undefined;
  if (any !== undefined) return { ...any, isDoubtful: true };
  return (
    pick(
      draw,
      wishes.filter((wish) => passes(draw, wish)),
    ) ?? null
  );
}

/** Unsettled positions with their ids. */
export function openPositions({ world }: Draw): readonly (readonly [number, Position])[] {
  return [...world.positions].filter(([, { sizeE8 }]) => sizeE8 !== 0n);
}

/** Who holds longs of which series, and how many. */
export function holdings({
  world,
}: Draw): readonly { readonly holder: Address; readonly seriesId: bigint; readonly amountE8: bigint }[] {
  return [...world.longs].flatMap(([key, amountE8]) => {
    const [seriesId = "0", holder = ""] = key.split("|");
    const account = world.setup.actors.find((actor) => actor === holder);
    return account === undefined || amountE8 === 0n ? [] : [{ holder: account, seriesId: BigInt(seriesId), amountE8 }];
  });
}
