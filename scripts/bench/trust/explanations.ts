/** Measures explanations: time and completeness gap of explaining a round, and what committing to its inputs costs a round. */
import { commitInputs } from "../../../oracle/pipeline/explaining/commit-inputs.ts";
import { explainRound } from "../../../oracle/pipeline/explaining/explain-round.ts";
import { prepareScoring, scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { type BenchResult, judge, rounded } from "../result.ts";
import { sampleScoringInput } from "../scoring-input.ts";
import { timesOf } from "../times.ts";

const POSITIONS = 100;
const SERIES = 40;
/** research/ml-models.md §5, row 10. */
const LIMIT_MS_PER_POSITION = 50;
/** A fifth of the goal of a round, 500 ms. */
const COMMITTED = 500;
const LIMIT_COMMIT_MS = 100;
const PLAN = { warmUp: 1, repeats: 5 } as const;
const SETTINGS = DEFAULT_SCORING_SETTINGS;

/** Processor time of one explanation in a round of 100 positions, with the greatest completeness gap beside it. */
export async function benchExplanations(): Promise<BenchResult> {
  const inputs = commitInputs(sampledRound(POSITIONS, SERIES));
  let entries = explainRound(inputs, SETTINGS);
  const { cpuDecile, median } = await timesOf(() => {
    entries = explainRound(inputs, SETTINGS);
  }, PLAN);
  const shown = entries.filter(({ explanation }) => explanation !== null);
  const gap = Math.max(...shown.map(({ explanation }) => explanation?.completenessGap ?? Number.NaN));
  const limit = { limit: LIMIT_MS_PER_POSITION, unit: "ms/position", passes: "at-most" } as const;
  return judge(cpuDecile / POSITIONS, limit, {
    median: rounded(median / POSITIONS),
    positions: POSITIONS,
    shown: shown.length,
    completenessGap: gap,
  });
}

/** Processor time of writing down and hashing the inputs of 500 positions, which every round waits for. */
export async function benchCommitment(): Promise<BenchResult> {
  const round = sampledRound(COMMITTED, SERIES);
  const { cpuDecile, median } = await timesOf(() => commitInputs(round), PLAN);
  const limit = { limit: LIMIT_COMMIT_MS, unit: "ms", passes: "at-most" } as const;
  return judge(cpuDecile, limit, { median: rounded(median), positions: COMMITTED });
}

function sampledRound(positions: number, series: number) {
  const input = sampleScoringInput({ positions, series, seed: "bench-explanations" });
  const ground = prepareScoring(input, SETTINGS);
  return { epoch: 1n, input, ground, ...scorePositions(input, SETTINGS, ground), settings: SETTINGS };
}
