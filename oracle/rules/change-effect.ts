/** What a change of class bounds does to live positions, by the chain's own arithmetic. */
import type { RiskClass } from "../domain/risk-class.ts";
import type { Address } from "../domain/units.ts";
import { healthWadDown, marginUp, payoffAt, WAD } from "./margin.ts";
import { effectiveParams } from "./risk-reading.ts";
import { unpackRiskWord } from "./risk-word.ts";
import type { ChainSeries } from "./series-id.ts";

/** A position as the chain holds it. */
export interface LivePosition {
  readonly id: bigint;
  readonly owner: Address;
  /** Word of the oracle. */
  readonly word: bigint;
  /** Word of the class quantile; counts while the position is unscored. */
  readonly quantileWord: bigint;
  readonly series: ChainSeries;
  readonly sizeE8: bigint;
  /** Token units. */
  readonly collateral: bigint;
  readonly token: Address;
  readonly decimals: number;
  /** Spot, USD × 1e8. */
  readonly priceE8: bigint;
}

/** Bounds by class id, before and after. */
export interface ClassChange {
  readonly before: ReadonlyMap<number, RiskClass>;
  readonly after: ReadonlyMap<number, RiskClass>;
}

/** A position whose requirement or health the change moves. */
export interface MovedPosition {
  readonly id: bigint;
  readonly owner: Address;
  readonly classId: number;
  /** Maintenance ρ, basis points. */
  readonly rhoBeforeBps: number;
  readonly rhoAfterBps: number;
  /** Maintenance requirement, token units. */
  readonly requiredBefore: bigint;
  readonly requiredAfter: bigint;
  readonly healthBeforeWad: bigint;
  readonly healthAfterWad: bigint;
}

/** Sum of the maintenance requirements in one collateral token, token units. */
export interface TokenRequirement {
  readonly token: Address;
  readonly before: bigint;
  readonly after: bigint;
}

/** Effect of a change at one moment. */
export interface ChangeEffect {
  readonly atSec: number;
  /** Positions looked at: active and not expired at the moment. */
  readonly positions: number;
  readonly moved: readonly MovedPosition[];
  /** Of `moved`: health falls from 1 or more to below 1, so that they could be flagged. */
  readonly newlyUnhealthy: readonly MovedPosition[];
  readonly requirements: readonly TokenRequirement[];
}

/** Recomputes every position under the bounds of before and after, at unchanged prices. */
export function effectOf(positions: readonly LivePosition[], change: ClassChange, atSec: number): ChangeEffect {
  const live = positions.filter(({ sizeE8, series }) => sizeE8 > 0n && series.expirySec > atSec);
  const read = live.flatMap((position) => readBoth(position, change, atSec));
  const moved = read.filter(({ rhoBeforeBps, rhoAfterBps }) => rhoBeforeBps !== rhoAfterBps);
  return {
    atSec,
    positions: live.length,
    moved,
    newlyUnhealthy: moved.filter(
      ({ healthBeforeWad, healthAfterWad }) => healthBeforeWad >= WAD && healthAfterWad < WAD,
    ),
    requirements: sumByToken(read),
  };
}

interface ReadPosition extends MovedPosition {
  readonly token: Address;
}

function readBoth(position: LivePosition, change: ClassChange, atSec: number): readonly ReadPosition[] {
  const { classId } = unpackRiskWord(position.word);
  const [before, after] = [change.before.get(classId), change.after.get(classId)];
  if (before === undefined || after === undefined) return [];
  const { series, sizeE8, collateral, decimals, priceE8 } = position;
  const payoff = payoffAt({ isPut: series.isPut, strikeE8: series.strikeE8, priceE8, decimals });
  const under = (riskClass: RiskClass) => {
    const context = { riskClass, nowSec: atSec, quantileWord: position.quantileWord };
    const { rhoBps } = effectiveParams(position.word, context);
    return {
      rhoBps,
      required: marginUp(payoff, sizeE8, BigInt(rhoBps)),
      healthWad: healthWadDown(payoff, { sizeE8, collateral, rhoBps: BigInt(rhoBps) }),
    };
  };
  const [old, next] = [under(before), under(after)];
  return [
    {
      id: position.id,
      owner: position.owner,
      token: position.token,
      classId,
      rhoBeforeBps: old.rhoBps,
      rhoAfterBps: next.rhoBps,
      requiredBefore: old.required,
      requiredAfter: next.required,
      healthBeforeWad: old.healthWad,
      healthAfterWad: next.healthWad,
    },
  ];
}

function sumByToken(read: readonly ReadPosition[]): readonly TokenRequirement[] {
  const sums = new Map<Address, TokenRequirement>();
  for (const { token, requiredBefore, requiredAfter } of read) {
    const { before, after } = sums.get(token) ?? { before: 0n, after: 0n };
    sums.set(token, { token, before: before + requiredBefore, after: after + requiredAfter });
  }
  return [...sums.values()];
}
