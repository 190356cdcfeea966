/** A position of which some groups of inputs are as they are and all others as in the reference. */
import type { Meaning } from "../../domain/explanation.ts";
import { type OptionSeries, type Position, payoffBounds } from "../../domain/positions.ts";
import { BPS, SECONDS_PER_DAY } from "../../domain/units.ts";
import type { ExplainedPosition } from "./explained-case.ts";

/** Groups that belong to a position alone. */
export const POSITION_MEANINGS = ["series", "size", "collateral"] as const satisfies readonly Meaning[];

/** Time to expiry of the reference series, days; it is at the money. */
export const REFERENCE_TENOR_DAYS = 30;
/** Notional of the reference position, USD: what no order book feels. */
export const REFERENCE_NOTIONAL_USD = 10_000;

/** A position with the sizes that the concentration add-on reads. */
export interface PositionVariant {
  readonly position: Position;
  readonly sizes: { readonly ownerSize: number; readonly seriesSize: number };
}

/** Where the reference is. */
export interface ReferenceGround {
  /** USD. */
  readonly spot: number;
  readonly atSec: number;
}

/**
 * The position with only the kept groups as they are. Collateral is carried over to another series as the same share of
 * the buffer between intrinsic value and greatest loss; the reference has the class default of it.
 */
export function variantOf(
  explained: ExplainedPosition,
  kept: ReadonlySet<Meaning>,
  { spot, atSec }: ReferenceGround,
): PositionVariant {
  const { position, riskClass, ownerSize, seriesSize } = explained;
  const series = kept.has("series")
    ? { strike: position.strike, expirySec: position.expirySec }
    : { strike: spot, expirySec: atSec + REFERENCE_TENOR_DAYS * SECONDS_PER_DAY };
  const size = kept.has("size") ? position.size : REFERENCE_NOTIONAL_USD / spot;
  const share = kept.has("collateral") ? bufferShare(position, spot) : riskClass.rhoDefaultBps / BPS;
  const isAsItIs = kept.has("series") && kept.has("collateral");
  const collateralPerContract = isAsItIs
    ? position.collateralPerContract
    : collateralAt({ kind: position.kind, strike: series.strike }, share, spot);
  return {
    position: { ...position, ...series, size, collateralPerContract },
    sizes: kept.has("size") ? { ownerSize, seriesSize } : { ownerSize: size, seriesSize: size },
  };
}

function bufferShare(position: Position, spot: number): number {
  const { intrinsic, maxLoss } = payoffBounds(position, spot);
  const room = maxLoss - intrinsic;
  return room > 0 ? (position.collateralPerContract - intrinsic) / room : 1;
}

function collateralAt(series: Pick<OptionSeries, "kind" | "strike">, share: number, spot: number): number {
  const { intrinsic, maxLoss } = payoffBounds(series, spot);
  return intrinsic + share * (maxLoss - intrinsic);
}
