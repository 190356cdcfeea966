/** What would have to be different: searched along monotone directions, and stated only as re-scoring confirms it. */
import type { Counterfactual, ExplainedNumbers } from "../../domain/explanation.ts";
import { type Position, payoffBounds } from "../../domain/positions.ts";
import { BPS } from "../../domain/units.ts";
import type { ScoringSettings } from "../scoring-settings.ts";
import { annualisedVol } from "../vol-surface.ts";
import { calmerAsset } from "./calmer-asset.ts";
import { numbersOf, scoreVariants } from "./coalition-values.ts";
import type { ExplainedPosition } from "./explained-case.ts";
import { figure, percent } from "./figures.ts";
import type { ScorableAsset } from "./reference-asset.ts";

/** A position with the numbers that were signed for it. */
export interface SignedCase {
  readonly explained: ExplainedPosition;
  readonly signed: ExplainedNumbers;
}

/** ρ that less volatility is asked to reach, share of today's. */
const LOWER_RHO = 0.9;
/** Shares of today's volatility that are tried, the greatest first: 95 % to 15 %. */
const VOL_SHARES = Array.from({ length: 17 }, (_, step) => (19 - step) / 20);
/** Scores that more collateral is asked to reach are whole decades of the probability. */
const SCORE_STEP = 100;
const MOST_SCORE = 600;
const BISECTIONS = 24;

/** Counterfactuals of every position, in order; those that nothing reaches are left out. */
export function counterfactualsOf(
  asset: ScorableAsset,
  cases: readonly SignedCase[],
  settings: ScoringSettings,
): readonly (readonly Counterfactual[])[] {
  const calmer = lessVolatility(asset, cases, settings);
  return cases.map((one, place) =>
    [calmer[place] ?? null, moreCollateral(asset, one, settings), liquidation(asset, one)].filter(
      (found) => found !== null,
    ),
  );
}

/** The greatest share of today's volatility, realised, implied and learned alike, at which ρ is a tenth lower. */
function lessVolatility(
  asset: ScorableAsset,
  cases: readonly SignedCase[],
  settings: ScoringSettings,
): readonly (Counterfactual | null)[] {
  const found: (Counterfactual | null)[] = cases.map(() => null);
  for (const share of VOL_SHARES) {
    const open = cases.flatMap((one, place) => (found[place] === null ? [{ ...one, place }] : []));
    if (open.length === 0) break;
    const calmer = calmerAsset(asset, share);
    const rhos = scoreAsTheyAre(calmer, open, settings).map(({ rhoBps }) => rhoBps);
    open.forEach(({ signed, place }, index) => {
      const rhoBps = rhos[index] ?? Number.NaN;
      if (rhoBps <= LOWER_RHO * signed.rhoBps) found[place] = volText(asset, { share, rhoBps });
    });
  }
  return found;
}

function volText(asset: ScorableAsset, { share, rhoBps }: { readonly share: number; readonly rhoBps: number }) {
  const today = annualisedVol(asset.prediction.volatility);
  return {
    kind: "less-volatility" as const,
    changedTo: share,
    result: rhoBps,
    text: `ρ would be ${percent(rhoBps / BPS)} if volatility fell to ${percent(share)} of today's: the forecast from ${percent(today)} to ${percent(share * today)} a year, and what options and tails say alike.`,
  };
}

/** The least collateral at which the score reaches its next hundred. */
function moreCollateral(asset: ScorableAsset, one: SignedCase, settings: ScoringSettings): Counterfactual | null {
  const { position } = one.explained;
  const target = (Math.floor(one.signed.score / SCORE_STEP) + 1) * SCORE_STEP;
  const full = payoffBounds(position, asset.market.spot).maxLoss;
  if (target > MOST_SCORE || !(position.collateralPerContract < full)) return null;
  const scoreAt = (collateral: readonly number[]): readonly number[] =>
    scoreCollaterals(asset, one.explained, { collateral, settings });
  let [low, high] = [position.collateralPerContract, full];
  for (let turn = 0; turn < BISECTIONS; turn += SCAN_TURNS) {
    const tried = Array.from({ length: SCAN }, (_, step) => low + ((high - low) * (step + 1)) / SCAN);
    const first = scoreAt(tried).findIndex((score) => score >= target);
    if (first < 0) return null;
    [low, high] = [tried[first - 1] ?? low, tried[first] ?? high];
  }
  const [result = Number.NaN] = scoreAt([high]);
  const unit = position.kind === "put" ? "USD" : position.asset;
  const more = (high - position.collateralPerContract) * position.size;
  return {
    kind: "more-collateral",
    changedTo: high,
    result,
    text: `The score would be ${result} with ${figure(more)} ${unit} more collateral: ${figure(high)} ${unit} a contract instead of ${figure(position.collateralPerContract)}.`,
  };
}

/** One preparation scores many collaterals, so each turn cuts the interval into sixteen instead of two. */
const SCAN = 16;
const SCAN_TURNS = 4;

function scoreCollaterals(
  asset: ScorableAsset,
  explained: ExplainedPosition,
  { collateral, settings }: { readonly collateral: readonly number[]; readonly settings: ScoringSettings },
): readonly number[] {
  const { position, ownerSize, seriesSize } = explained;
  const sizes = { ownerSize, seriesSize };
  const variants = collateral.map((collateralPerContract) => ({
    position: { ...position, collateralPerContract },
    sizes,
  }));
  return scoreVariants(asset, { positions: [explained], variants, settings }).map((score) => numbersOf(score).score);
}

/**
 * Spot at which the collateral no longer covers `I + ρ(L − I)` at the signed ρ: `(K − c)/(1 − ρ)` for a put that has paid in
 * less than its strike, `K(1 − ρ)/(1 − c)` for a call; verified by the health on both sides.
 */
function liquidation(asset: ScorableAsset, { explained, signed }: SignedCase): Counterfactual | null {
  const { position } = explained;
  const { spot } = asset.market;
  const rho = signed.rhoBps / BPS;
  const { kind, strike, collateralPerContract: collateral } = position;
  const price = kind === "put" ? (strike - collateral) / (1 - rho) : (strike * (1 - rho)) / (1 - collateral);
  const [inside, beyond] = kind === "put" ? [1, 1 - NUDGE] : [1, 1 + NUDGE];
  const isReached = price > 0 && Number.isFinite(price) && (kind === "put" ? price < spot : price > spot);
  if (!isReached) return null;
  const result = healthAt(position, rho, price * beyond);
  const isTurning = result < 1 && healthAt(position, rho, price * (2 * inside - beyond)) >= 1;
  if (!isTurning) return null;
  const far = Math.abs(price / spot - 1);
  return {
    kind: "liquidation",
    changedTo: price,
    result,
    text: `It could be liquidated if ${position.asset} ${kind === "put" ? "fell" : "rose"} by ${percent(far)} to ${figure(price)} USD while ρ stayed ${percent(rho)}.`,
  };
}

/** Just past a price, relative. */
const NUDGE = 1e-6;

function healthAt(position: Position, rho: number, spot: number): number {
  const { intrinsic, maxLoss } = payoffBounds(position, spot);
  return (position.collateralPerContract - intrinsic) / (rho * (maxLoss - intrinsic));
}

/** Numbers of the positions as they are on a changed asset. */
export function scoreAsTheyAre(
  asset: ScorableAsset,
  cases: readonly { readonly explained: ExplainedPosition }[],
  settings: ScoringSettings,
): readonly ExplainedNumbers[] {
  const positions = cases.map(({ explained }) => explained);
  const variants = positions.map(({ position, ownerSize, seriesSize }) => ({
    position,
    sizes: { ownerSize, seriesSize },
  }));
  return scoreVariants(asset, { positions, variants, settings }).map(numbersOf);
}
