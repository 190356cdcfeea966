/** Scores positions that do not exist with the inputs that an operator signed: the same scoring, nothing but the book is made up. */
import { type OptionKind, type Position, payoffBounds } from "../../domain/positions.ts";
import type { RequirementCell, RequirementGrid, RequirementSurface } from "../../domain/requirements.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import { BPS, madeUpAddress, SECONDS_PER_DAY, SECONDS_PER_YEAR, toFixedPoint } from "../../domain/units.ts";
import { encodeSeriesId } from "../../rules/series-id.ts";
import type { ExplainedAsset } from "../../scoring/explanation/explained-case.ts";
import { type ScoringInput, scorePositions } from "../../scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";
import { staticGridRho } from "../../scoring/static-grid.ts";
import { classIdAt, type VaultTerms } from "../../simulation/vault/vault-terms.ts";

/** What a surface is made from. */
export interface RequirementRequest {
  readonly asset: string;
  /** Inputs of the asset as the round committed to them. */
  readonly inputs: ExplainedAsset;
  /** Market of the vault, for the class of each place. */
  readonly terms: VaultTerms;
  /** Bounds as on chain. */
  readonly classes: ReadonlyMap<number, RiskClass>;
  readonly grid: RequirementGrid;
}

const E8_DECIMALS = 8;
const KINDS: readonly OptionKind[] = ["put", "call"];

interface Place extends Omit<RequirementCell, "rhoBps" | "piBps"> {
  readonly position: Position;
}

/** The surface; `null` where the round had no market of the asset. */
export function requirementSurface(request: RequirementRequest): RequirementSurface | null {
  const { asset, inputs } = request;
  const { market, prediction, doubts, exposure, atSec } = inputs;
  if (market === null) return null;
  const places = placesOf(request, market.spot);
  const input: ScoringInput = {
    positions: places.map(({ position }) => position),
    snapshot: { atSec, assets: new Map([[asset, market]]), doubts },
    predictions: prediction === null ? new Map() : new Map([[asset, prediction]]),
    classes: request.classes,
    lastGood: new Map(),
    contagionExposures: new Map([[asset, exposure]]),
    atSec,
  };
  const { scores } = scorePositions(input, DEFAULT_SCORING_SETTINGS);
  const cells = places.flatMap(({ position, ...place }, index): readonly RequirementCell[] => {
    const score = scores[index];
    return score === undefined ? [] : [{ ...place, rhoBps: score.rhoBps, piBps: score.piBps }];
  });
  const isDoubted = doubts.some((doubt) => doubt.asset === asset);
  return { asset, atSec, spot: market.spot, isDoubted, fallbacks: scores[0]?.fallbacks ?? [], cells };
}

function placesOf({ asset, inputs, terms, grid }: RequirementRequest, spot: number): readonly Place[] {
  const { atSec } = inputs;
  const places: Place[] = [];
  for (const kind of KINDS) {
    for (const [turn, notionalUsd] of grid.notionalUsd.entries()) {
      for (const tenorDays of grid.tenorDays) {
        for (const moneyness of grid.moneyness) {
          const strike = spot * moneyness;
          const expirySec = Math.round(atSec + tenorDays * SECONDS_PER_DAY);
          const series = {
            marketId: terms.marketId,
            strikeE8: toFixedPoint(strike, E8_DECIMALS),
            expirySec,
            isPut: kind === "put",
          };
          const classId = classIdAt(terms, series, { priceE8: toFixedPoint(spot, E8_DECIMALS), timeSec: atSec });
          const tenorYears = (expirySec - atSec) / SECONDS_PER_YEAR;
          const vol = inputs.market?.volIndex?.impliedVol ?? null;
          const gridBps = staticGridRho({ asset, series: { kind, strike }, spot, tenorYears, vol });
          const made = {
            asset,
            kind,
            strike,
            expirySec,
            classId,
            size: notionalUsd / spot,
            seriesId: encodeSeriesId(series),
          };
          // Sizes of one series add up inside a source: every size is alone in a source of its own.
          const position = positionOf({ ...made, id: places.length, sourceIndex: turn }, { spot, terms });
          places.push({ kind, moneyness, tenorDays, notionalUsd, strike, classId, gridBps, position });
        }
      }
    }
  }
  return places;
}

type Made = Pick<Position, "asset" | "kind" | "strike" | "expirySec" | "classId" | "size" | "seriesId" | "sourceIndex">;

/** A new position with what its class asks for; its owner holds nothing else. */
function positionOf(
  { id, ...made }: Made & { readonly id: number },
  { spot, terms }: { readonly spot: number; readonly terms: VaultTerms },
): Position {
  const { intrinsic, maxLoss } = payoffBounds(made, spot);
  const rho = (terms.classes.get(made.classId)?.rhoInitialBps ?? BPS) / BPS;
  return {
    ...made,
    ...{
      id: BigInt(id),
      epoch: 1,
      source: madeUpAddress(made.sourceIndex + 1),
      owner: madeUpAddress(id + 1),
      flaggedAtSec: null,
    },
    ...{ sizeE8: toFixedPoint(made.size, E8_DECIMALS), collateralUnits: 0n },
    collateralPerContract: intrinsic + rho * (maxLoss - intrinsic),
  };
}
