/** Short positions drawn at a time: a put and a call of random strike, tenor and size. */
import type { AssetSymbol } from "../../../oracle/domain/market.ts";
import type { OptionKind, Position } from "../../../oracle/domain/positions.ts";
import { madeUpAddress, SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import type { Rng } from "../../../oracle/math/rng.ts";

/** Where and when positions are drawn. */
export interface DrawRequest {
  readonly asset: AssetSymbol;
  /** USD. */
  readonly spot: number;
  readonly atSec: number;
  /** Its stream for an asset and a time is always the same, so that no window changes what is drawn. */
  readonly rng: Rng;
}

/** Strikes lie within this many standard deviations of spot at {@link NOMINAL_VOL}. */
const STRIKE_DEVIATIONS = 1.5;
const NOMINAL_VOL = 0.6;
/** Tenors are log-uniform in this range, days. */
const TENOR_DAYS = [1, 90] as const;
/** Notionals are log-uniform in this range, USD: from a retail position to one that is large against the book. */
const NOTIONAL_USD = [10_000, 1_000_000] as const;
const BASE_DECIMALS_E8 = 1e8;
const ADDRESS_DIGITS = 40;

/** Draws both kinds; collateral is set later, by level. */
export function drawPositions({ asset, spot, atSec, rng }: DrawRequest): readonly Position[] {
  const stream = rng.fork(`${asset}:${atSec}`);
  return (["put", "call"] as const).map((kind, index) =>
    openPosition({ asset, kind, spot, atSec }, { id: BigInt(index + 1), ...drawTerms(stream) }),
  );
}

/** A position with the given moneyness (log strike over spot), tenor and notional. */
export function openPosition(
  at: { readonly asset: AssetSymbol; readonly kind: OptionKind; readonly spot: number; readonly atSec: number },
  terms: {
    readonly id: bigint;
    readonly logMoneyness: number;
    readonly tenorDays: number;
    readonly notionalUsd: number;
  },
): Position {
  const { asset, kind, spot, atSec } = at;
  const size = terms.notionalUsd / spot;
  return {
    source: `0x${"a".repeat(ADDRESS_DIGITS)}`,
    sourceIndex: 0,
    id: terms.id,
    epoch: 1,
    owner: madeUpAddress(terms.id),
    classId: 1,
    seriesId: terms.id,
    asset,
    kind,
    strike: spot * Math.exp(terms.logMoneyness),
    expirySec: atSec + terms.tenorDays * SECONDS_PER_DAY,
    size,
    sizeE8: BigInt(Math.round(size * BASE_DECIMALS_E8)),
    collateralPerContract: 0,
    collateralUnits: 0n,
    flaggedAtSec: null,
  };
}

function drawTerms(rng: Rng): Omit<Parameters<typeof openPosition>[1], "id"> {
  const tenorDays = logUniform(rng, TENOR_DAYS);
  const deviation = NOMINAL_VOL * Math.sqrt((tenorDays * SECONDS_PER_DAY) / SECONDS_PER_YEAR);
  const logMoneyness = STRIKE_DEVIATIONS * deviation * (2 * rng.uniform() - 1);
  return { logMoneyness, tenorDays, notionalUsd: logUniform(rng, NOTIONAL_USD) };
}

function logUniform(rng: Rng, [low, high]: readonly [number, number]): number {
  return low * (high / low) ** rng.uniform();
}
