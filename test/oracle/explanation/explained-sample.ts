/** A scored round of a few positions, ready to be explained. */
import type { MarketDoubt } from "../../../oracle/domain/market.ts";
import type { Position } from "../../../oracle/domain/positions.ts";
import type { PositionScore } from "../../../oracle/domain/score.ts";
import { explainedAsset } from "../../../oracle/pipeline/explaining/commit-inputs.ts";
import type { ExplainedCase } from "../../../oracle/scoring/explanation/explain-positions.ts";
import type { ExplainedAsset } from "../../../oracle/scoring/explanation/explained-case.ts";
import {
  prepareScoring,
  type ScoringGround,
  type ScoringInput,
  scorePositions,
} from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { SAMPLE_CLASS, sampleScoringInput } from "../../../scripts/bench/scoring-input.ts";

export const SETTINGS = DEFAULT_SCORING_SETTINGS;
/** Calmer than the sample's 56 %. */
export const USUAL_VOL = 0.4;

/** A round. */
export interface SampleRound {
  readonly input: ScoringInput;
  readonly ground: ScoringGround;
  readonly scores: readonly PositionScore[];
}

/** Scores `positions` positions of two assets; some fields of the input may be replaced. */
export function sampleRound(positions = 12, change: Partial<ScoringInput> = {}): SampleRound {
  const input = { ...sampleScoringInput({ positions, series: 6, seed: "explained" }), ...change };
  const ground = prepareScoring(input, SETTINGS);
  return { input, ground, scores: scorePositions(input, SETTINGS, ground).scores };
}

/** A doubt about an asset's book. */
export function doubtOf(asset: string): MarketDoubt {
  return { asset, reason: "book-faulty", detail: "five equal books" };
}

/** The BTC positions of a round, and what they share. */
export function casesOf({ input, ground, scores }: SampleRound): {
  readonly asset: ExplainedAsset;
  readonly cases: readonly ExplainedCase[];
} {
  const cases = ground.positions.flatMap((position: Position, place): readonly ExplainedCase[] => {
    const signed = scores[place];
    if (position.asset !== "BTC" || signed === undefined) return [];
    const sizes = ground.book.sizes(position);
    return [{ explained: { position, riskClass: SAMPLE_CLASS, lastGood: null, ...sizes }, inputsHash: "0x00", signed }];
  });
  return { asset: { ...explainedAsset("BTC", input), usualVol: USUAL_VOL }, cases };
}
