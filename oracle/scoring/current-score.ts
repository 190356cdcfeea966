/** Ratio, penalty and probability of one position from its series' scenarios, before any doubt is considered. */
import type { Position } from "../domain/positions.ts";
import type { RiskClass } from "../domain/risk-class.ts";
import { BPS } from "../domain/units.ts";
import { type BoundedPair, boundPair, leastRho } from "./class-bounds.ts";
import { type CostTerms, closeOutCost } from "./close-out-cost.ts";
import { defaultProbability, type LossTail } from "./default-probability.ts";
import { unitDepth } from "./depth-curve.ts";
import type { Contributions } from "./explain.ts";
import type { ScoringSettings } from "./scoring-settings.ts";
import type { SeriesCase } from "./series-case.ts";
import { largestValues, tailStatistics } from "./tail-statistics.ts";

/** A position's numbers as the scenarios give them. */
export interface CurrentScore extends BoundedPair {
  readonly probabilityOfDefault: number;
  /** Per contract, collateral units. */
  readonly optionValue: number;
  readonly closeOutCost: number;
  /** Shares of ρ before rounding. */
  readonly contributions: Contributions;
}

/** Inputs of {@link currentScore}. */
export interface CurrentScoreInput {
  readonly position: Position;
  readonly riskClass: RiskClass;
  readonly seriesCase: SeriesCase;
  readonly terms: CostTerms;
  readonly settings: ScoringSettings;
  /** Exposure of the asset to the others, in [0, 1]; 0 by default. */
  readonly exposure?: number;
  /** Contracts of the same owner in the series, this position included, and of the whole series. */
  readonly ownerSize: number;
  readonly seriesSize: number;
}

/**
 * Scores a position (models.md §1):
 * `M* = max(Q_q, ES)` of `min(max_t V_t + C, L)`, `ρ = (M* − I)/(L − I)` plus the concentration add-on and at least the
 * weight of the stressed window,
 * `π = (V + C − I)/(L − I)` plus the liquidator's margin, both inside the class.
 *
 * C is taken at the worst move of each path, which bounds `max_t (V_t + C_t)` from above.
 *
 * @returns `null` when a number is not finite: the caller must then fall to conservative values.
 */
export function currentScore(input: CurrentScoreInput): CurrentScore | null {
  const { position, riskClass, settings } = input;
  const { bounds, distribution, ranks, valueTail } = input.seriesCase;
  const timeValueCeiling = bounds.maxLoss - bounds.intrinsic;
  const losses = lossTail(input);
  const tail = tailStatistics(losses.descending, ranks);
  const requirement = Math.max(tail.quantile, tail.shortfall);
  const cost = closeOutCost({ terms: input.terms, size: position.size }, distribution.hedgeNow, 1);
  // Without room for time value no scenario can cost more than intrinsic value: the class floor is the requirement.
  const share = (amount: number): number => (timeValueCeiling > 0 ? amount / timeValueCeiling : 0);
  const concentration = concentrationShare(input);
  const valueRequirement = Math.max(valueTail.quantile, valueTail.shortfall);
  const own = share(requirement - bounds.intrinsic) + concentration;
  const contagion = contagionShare(own, input);
  const needed = own + contagion;
  const raw = Math.max(needed, settings.stressWeight * input.seriesCase.stressed);
  const pi = share(distribution.optionValue + cost - bounds.intrinsic) + settings.incentiveRate;
  if (!Number.isFinite(raw) || !Number.isFinite(pi) || !Number.isFinite(position.collateralPerContract)) return null;
  const contributions = {
    ...valueContributions(input.seriesCase, share),
    "expected-shortfall": share(valueRequirement - valueTail.quantile),
    "close-out-depth": share(requirement - valueRequirement),
    concentration,
    contagion,
    "stress-floor": raw - needed,
    ...boundContributions(raw, riskClass),
  };
  return {
    ...boundPair({ rho: raw, pi }, riskClass),
    probabilityOfDefault: defaultProbability(losses, position.collateralPerContract),
    optionValue: distribution.optionValue,
    closeOutCost: cost,
    contributions,
  };
}

/** Losses `min(V + C, L)` of all paths with their tail. */
export function lossTail({
  position,
  seriesCase,
  terms,
}: Pick<CurrentScoreInput, "seriesCase" | "terms"> & { readonly position: Pick<Position, "size"> }): LossTail {
  const { distribution, depth, bounds, ranks, weights } = seriesCase;
  const trade = { terms, size: position.size };
  const losses = new Float64Array(distribution.values.length);
  for (let path = 0; path < losses.length; path += 1) {
    const cost = closeOutCost(trade, distribution.hedge[path] ?? 0, depth[path] ?? 0);
    losses[path] = Math.min((distribution.values[path] ?? 0) + cost, bounds.maxLoss);
  }
  const { optionValue } = distribution;
  return { losses, weights, descending: largestValues(losses, ranks.needed), maxLoss: bounds.maxLoss, optionValue };
}

/** Add-on for what the asset would lose with others, share of L − I; never below 0. */
function contagionShare(own: number, { exposure = 0, settings }: CurrentScoreInput): number {
  // An exposure that is no number is the greatest: what is not known is not safe.
  const known = Number.isFinite(exposure) ? Math.min(1, Math.max(0, exposure)) : 1;
  return settings.contagionWeight * known * Math.max(0, own);
}

/** Add-on for one owner's share of a series against depth, share of L − I; non-decreasing in the position's size. */
function concentrationShare({ position, terms, settings, ownerSize, seriesSize }: CurrentScoreInput): number {
  const notional = ownerSize * (position.kind === "put" ? terms.spot : Math.min(terms.spot, position.strike));
  const crowding = notional / (notional + unitDepth(terms.curve));
  return settings.concentrationRate * (ownerSize / seriesSize) * crowding;
}

function valueContributions(seriesCase: SeriesCase, share: (amount: number) => number): Contributions {
  const { valueTail, distribution, bounds, shares } = seriesCase;
  const rise = valueTail.quantile - distribution.optionValue;
  return {
    "scenario-loss": share(valueTail.quantile - bounds.intrinsic - rise * (shares.learned + shares.impliedVol)),
    "learned-tail": share(rise * shares.learned),
    "implied-vol": share(rise * shares.impliedVol),
  };
}

function boundContributions(raw: number, riskClass: RiskClass): Contributions {
  return {
    "class-floor": Math.max(0, leastRho(riskClass) / BPS - raw),
    "class-ceiling": Math.min(0, riskClass.rhoCeilingBps / BPS - raw),
  };
}
