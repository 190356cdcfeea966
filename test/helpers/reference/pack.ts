/** What the vault's storage must hold for a world: words packed from the model's records, by their places. */
import { concat, type Hex, keccak256, numberToHex } from "viem";
import type { Address } from "../../../oracle/domain/units.ts";
import { bookOf, seriesOf, shortsOf, sideOf, sumOf } from "./markets.ts";
import { timesOf } from "./positions.ts";
import type { Hold, Position, Valves, World } from "./world.ts";

/** A word that must stand in storage. */
export interface Expected {
  readonly label: string;
  readonly address: Address;
  readonly slot: Hex;
  readonly value: bigint;
}

/** First slots of the vault's state, see `VaultState` in `contracts/types/VaultState.sol`; slot 0 is the access manager's. */
const SLOT = {
  control: 1n,
  sides: 2n,
  positions: 4n,
  series: 5n,
  claims: 6n,
  offers: 8n,
  valves: 9n,
  funds: 10n,
  pauses: 12n,
  loans: 13n,
  scoreTimes: 14n,
};
/** `_balances` of OpenZeppelin's ERC-20 and ERC-6909. */
const BALANCES_SLOT = 0n;
const HOLDS: readonly Hold[] = ["NONE", "WAITING", "LENT", "COMPLETE"];
const DAY_SEC = 86_400;
const slots = new Map<string, Hex>();

/** A field and its width in bits. */
type Field = readonly [value: bigint | number | boolean, bits: number];

/** Fields from the lowest bit on. */
function pack(...fields: readonly Field[]): bigint {
  let [word, shift] = [0n, 0n];
  for (const [value, bits] of fields) {
    const wide = BigInt(value);
    if (wide >> BigInt(bits) !== 0n) throw new RangeError(`${wide} does not fit ${bits} bits.`);
    word |= wide << shift;
    shift += BigInt(bits);
  }
  return word;
}

/** Place of a mapping's value. */
function at(key: bigint | Address, slot: bigint | Hex): Hex {
  const name = `${key}@${slot}`;
  const known = slots.get(name);
  if (known !== undefined) return known;
  const place = keccak256(concat([wordOf(key), wordOf(slot)]));
  slots.set(name, place);
  return place;
}

function wordOf(value: bigint | Hex): Hex {
  return numberToHex(BigInt(value), { size: 32 });
}

function after(slot: Hex, places: bigint): Hex {
  return wordOf(BigInt(slot) + places);
}

/** Every word of the vault that a sequence can have changed. */
export function vaultWords(world: World): readonly Expected[] {
  const { vault } = world.setup;
  const words: (readonly [string, Hex, bigint])[] = [
    ["control", wordOf(SLOT.control), controlWord(world)],
    ["pauses", wordOf(SLOT.pauses), pack([world.pauses.lastAt, 40], [world.pauses.previousAt, 40])],
    ...[...world.positions].flatMap(([id, position]) => positionWords(world, id, position)),
    ...[...seriesIdsOf(world)].flatMap((seriesId) => seriesWords(world, seriesId)),
    ...[...world.valves].flatMap(([marketId, valves]) => valveWords(marketId, valves)),
    ...claimWords(world),
    ...[...world.sides].flatMap(([key]) => sideWords(world, key)),
    ...[...world.fundTerms].map(([token, { fund, feeBps, settleBounty }]) => {
      const word = pack([BigInt(fund), 160], [feeBps, 16], [settleBounty, 80]);
      return [`fund of ${token}`, at(token, SLOT.funds), word] as const;
    }),
  ];
  return words.map(([label, slot, value]) => ({ label, address: vault, slot, value }));
}

/** Balances of tokens and longs. */
export function balanceWords(world: World): readonly Expected[] {
  const { optionToken } = world.setup;
  const tokens = [...world.balances].map(([key, value]) => {
    const [token, account] = addressesOf(key);
    return { label: `balance ${key}`, address: token, slot: at(account, BALANCES_SLOT), value };
  });
  const longs = [...world.longs].map(([key, value]) => {
    const [seriesId = "", account = ""] = key.split("|");
    const slot = at(BigInt(seriesId), at(BigInt(account), BALANCES_SLOT));
    return { label: `longs ${key}`, address: optionToken, slot, value };
  });
  return [...tokens, ...longs];
}

/** Series that have or had positions. */
export function seriesIdsOf(world: World): ReadonlySet<bigint> {
  return new Set([...[...world.positions.values()].map(({ seriesId }) => seriesId), ...world.series.keys()]);
}

function controlWord({ positionCount, settings, pauses }: World): bigint {
  return pack(
    [positionCount, 40],
    [settings.flagBountyBps, 8],
    [settings.orderlySec, 24],
    [settings.lateSec, 24],
    [settings.coolOffSec, 24],
    [settings.flagLifeSec, 24],
    [settings.targetHealthBps, 16],
    [pauses.riskUntil, 32],
    [pauses.liquidationUntil, 32],
    [pauses.cautionUntil, 32],
  );
}

function positionWords(world: World, id: number, position: Position): readonly (readonly [string, Hex, bigint])[] {
  const series = seriesOf(position.seriesId);
  const day = Math.floor(series.expirySec / DAY_SEC);
  const terms = pack(
    [series.strikeE8, 64],
    [day, 16],
    [series.isPut, 1],
    [series.marketId, 15],
    [BigInt(position.owner), 160],
  );
  const { decimals } = sideOf(world, series);
  const state = pack(
    [0, 3],
    [position.isFlagged, 1],
    [position.isCharged, 1],
    [position.sizeE8 === 0n ? 0 : decimals, 5],
    [position.flagPiBps, 14],
    [position.flaggedAt, 32],
    [position.coolOffFrom, 32],
    [position.collateral, 104],
    [position.sizeE8, 64],
  );
  const slot = at(BigInt(id), SLOT.positions);
  const offer = BigInt(world.offers.get(id) ?? 0n);
  const { reclassedAt, scoredSince } = timesOf(world, id);
  return [
    [`position ${id} terms`, slot, terms],
    [`position ${id} state`, after(slot, 1n), state],
    [`offer of ${id}`, at(BigInt(id), SLOT.offers), offer],
    [`score times of ${id}`, at(BigInt(id), SLOT.scoreTimes), pack([reclassedAt, 40], [scoredSince, 40])],
  ];
}

function seriesWords(world: World, seriesId: bigint): readonly (readonly [string, Hex, bigint])[] {
  const shorts = shortsOf(world, seriesId);
  const book = bookOf(world, seriesId);
  const slot = at(seriesId, SLOT.series);
  const loan = at(seriesId, SLOT.loans);
  const sums = pack([shorts.length, 32], [sumOf(shorts, "collateral"), 128], [sumOf(shorts, "sizeE8"), 96]);
  const hold = HOLDS.indexOf(book.hold);
  return [
    [`series ${seriesId} sums`, slot, sums],
    [
      `series ${seriesId} price`,
      after(slot, 1n),
      pack([book.priceE8, 64], [book.longsLeftE8, 64], [book.paidOut, 120], [hold, 8]),
    ],
    [`series ${seriesId} pot`, after(slot, 2n), pack([book.pot, 128], [book.owed, 128])],
    [`lender of ${seriesId}`, loan, BigInt(book.lender ?? 0n)],
    [`loan of ${seriesId}`, after(loan, 1n), book.lent],
  ];
}

function valveWords(
  marketId: number,
  { terms, index, flaggedE8, liquidatedE8 }: Valves,
): readonly (readonly [string, Hex, bigint])[] {
  const slot = at(BigInt(marketId), SLOT.valves);
  const limits = pack([terms.effectBudgetE8, 64], [terms.cautionLimitE8, 64], [terms.windowSec, 32]);
  return [
    [`valves ${marketId} terms`, slot, limits],
    [`valves ${marketId} passed`, after(slot, 1n), pack([index, 32], [flaggedE8, 64], [liquidatedE8, 64])],
  ];
}

function claimWords(world: World): readonly (readonly [string, Hex, bigint])[] {
  return [...world.claims].map(([key, value]) => {
    const [token, account] = addressesOf(key);
    return [`claim ${key}`, at(account, at(token, SLOT.claims)), value];
  });
}

function sideWords(world: World, key: string): readonly (readonly [string, Hex, bigint])[] {
  const side = world.sides.get(key);
  if (side === undefined) return [];
  const [marketId = "", isPut = ""] = key.split("|");
  const slot = at(BigInt(marketId) * 2n + (isPut === "true" ? 1n : 0n), SLOT.sides);
  const { token, minCollateral, decimals, live, caps } = side;
  const terms = pack([BigInt(token), 160], [minCollateral, 80], [decimals, 8], [live, 8]);
  const limits = pack(
    [caps.maxOpenInterestE8, 64],
    [caps.maxCollateral, 104],
    [caps.maxSizeE8, 64],
    [caps.maxPositions, 24],
  );
  return [
    [`side ${key} terms`, slot, terms],
    [`side ${key} caps`, after(slot, 1n), limits],
  ];
}

function addressesOf(key: string): readonly [Address, Address] {
  const [first = "", second = ""] = key.split("|");
  return [`0x${first.slice(2)}`, `0x${second.slice(2)}`];
}
