/** Follows a walk and explains what is drawn at every time: twice as two operators see it, once more a step later. */
import type { Meaning, PositionExplanation } from "../../../oracle/domain/explanation.ts";
import type { AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { type Position, payoffBounds } from "../../../oracle/domain/positions.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import { explainedAsset } from "../../../oracle/pipeline/explaining/commit-inputs.ts";
import {
  type CoalitionTable,
  coalitionTables,
  numbersOf,
  scoreVariants,
} from "../../../oracle/scoring/explanation/coalition-values.ts";
import { type ExplainedCase, explainPositions } from "../../../oracle/scoring/explanation/explain-positions.ts";
import type { ExplainedAsset, ExplainedPosition } from "../../../oracle/scoring/explanation/explained-case.ts";
import {
  activeMeanings,
  isScorableAsset,
  type ScorableAsset,
} from "../../../oracle/scoring/explanation/reference-asset.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { drawPositions } from "../score/drawn-positions.ts";
import type { Predictions } from "../score/follow-variant.ts";
import { OPEN_CLASSES } from "../score/open-class.ts";
import type { Follower } from "../score/walk-files.ts";
import { asSeenByAnother } from "./other-operator.ts";

/** One explained position. */
export interface ExplainedSample {
  readonly explanation: PositionExplanation;
  readonly meanings: readonly Meaning[];
  readonly table: CoalitionTable;
  /** The same through another operator's noise, and a step later; `null` where there is none. */
  readonly noisy: PositionExplanation | null;
  readonly later: PositionExplanation | null;
}

/** What a walk came to. */
export interface ExplainedPanel extends Follower {
  report(): { readonly samples: readonly ExplainedSample[]; readonly refused: number };
}

const SETTINGS = DEFAULT_SCORING_SETTINGS;
const DRAW_SEED = "evaluate-explanations-1";
/** Collateral of the drawn positions, shares of the buffer. */
const LEAST_BUFFER = 0.05;
const BUFFER_RANGE = 0.4;

interface Waiting {
  readonly position: ExplainedPosition;
  readonly sample: Omit<ExplainedSample, "later">;
}

/** Explains a put and a call of every asset at every time. */
export function explainPanel(assets: readonly AssetSymbol[]): ExplainedPanel {
  const samples: ExplainedSample[] = [];
  const waiting = new Map<AssetSymbol, readonly Waiting[]>();
  let refused = 0;
  const explainAt = (asset: AssetSymbol, snapshot: MarketSnapshot, predictions: Predictions): void => {
    const known = assetAt(asset, snapshot, predictions);
    if (!isScorableAsset(known)) return;
    for (const { position, sample } of waiting.get(asset) ?? []) {
      samples.push({ ...sample, later: explainOne(known, position) });
    }
    const rng = createRng(DRAW_SEED).fork(`${asset}:${known.atSec}`);
    const fresh = drawn(known, rng).map((position) => sampleOf(known, position, rng));
    refused += fresh.filter((one) => one === null).length;
    waiting.set(
      asset,
      fresh.filter((one) => one !== null),
    );
  };
  return {
    observe: async (snapshot, predictions) => {
      for (const asset of assets) explainAt(asset, snapshot, predictions);
    },
    report: () => ({ samples, refused }),
  };
}

function assetAt(asset: AssetSymbol, snapshot: MarketSnapshot, predictions: Predictions): ExplainedAsset {
  const { atSec } = snapshot;
  const input = { positions: [], snapshot, predictions, classes: OPEN_CLASSES, lastGood: new Map(), atSec };
  return explainedAsset(asset, input);
}

function drawn({ market, atSec }: ScorableAsset, rng: Rng): readonly ExplainedPosition[] {
  const { asset, spot } = market;
  return drawPositions({ asset, spot, atSec, rng }).flatMap((position): readonly ExplainedPosition[] => {
    const riskClass = OPEN_CLASSES.get(position.classId);
    if (riskClass === undefined) return [];
    const { size } = position;
    return [{ position: funded(position, spot, rng), riskClass, lastGood: null, ownerSize: size, seriesSize: size }];
  });
}

function funded(position: Position, spot: number, rng: Rng): Position {
  const { intrinsic, maxLoss } = payoffBounds(position, spot);
  const share = LEAST_BUFFER + BUFFER_RANGE * rng.uniform();
  return { ...position, collateralPerContract: intrinsic + share * (maxLoss - intrinsic) };
}

function sampleOf(asset: ScorableAsset, position: ExplainedPosition, rng: Rng): Waiting | null {
  const explanation = explainOne(asset, position);
  if (explanation === null) return null;
  const meanings = activeMeanings(asset, SETTINGS);
  const [table = []] = coalitionTables({ asset, positions: [position], meanings, settings: SETTINGS });
  const noisy = explainOne(asSeenByAnother(asset, rng), position);
  return { position, sample: { explanation, meanings, table, noisy } };
}

function explainOne(asset: ScorableAsset, explained: ExplainedPosition): PositionExplanation | null {
  const { position, ownerSize, seriesSize } = explained;
  const variants = [{ position, sizes: { ownerSize, seriesSize } }];
  const [score] = scoreVariants(asset, { positions: [explained], variants, settings: SETTINGS });
  const one: ExplainedCase = { explained, inputsHash: "0x", signed: numbersOf(score) };
  const [outcome] = explainPositions({ asset, cases: [one], settings: SETTINGS });
  return outcome?.ok === true ? outcome.value : null;
}
