/** Measures scoring end to end, from positions and predictions to scores with reasons: positions a second on one core. */
import { type ScoringInput, scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { type BenchResult, judge, rounded } from "../result.ts";
import { withSampleSurfaces } from "../sample-surface.ts";
import { sampleScoringInput } from "../scoring-input.ts";
import { timesOf } from "../times.ts";

const POSITIONS = 20_000;
const SERIES = 500;
const PLAN = { warmUp: 2, repeats: 10 } as const;
const LIMIT_POSITIONS_PER_SEC = 20_000;
const MS_PER_SECOND = 1_000;

/** Scores 20 000 positions of 500 series with the settings of a live node. */
export async function benchScoring(): Promise<BenchResult> {
  return await benchInput(sampleInput());
}

/** The same off surfaces of quoted options: volatility, forward and answer to moves of every series. */
export async function benchSurfaceScoring(): Promise<BenchResult> {
  return await benchInput(withSampleSurfaces(sampleInput()));
}

function sampleInput(): ScoringInput {
  return sampleScoringInput({ positions: POSITIONS, series: SERIES, seed: "bench-scoring" });
}

async function benchInput(input: ScoringInput): Promise<BenchResult> {
  const score = (): void => {
    const { scores } = scorePositions(input, DEFAULT_SCORING_SETTINGS);
    if (scores.length !== POSITIONS) throw new RangeError(`${scores.length} of ${POSITIONS} positions have a score.`);
  };
  const { cpuDecile: decile, median } = await timesOf(score, PLAN);
  const perSecond = (milliseconds: number): number => Math.round((POSITIONS * MS_PER_SECOND) / milliseconds);
  return judge(
    perSecond(decile),
    { limit: LIMIT_POSITIONS_PER_SEC, unit: "positions/s", passes: "at-least" },
    {
      median: perSecond(median),
      milliseconds: rounded(decile),
      positions: POSITIONS,
      series: SERIES,
      paths: DEFAULT_SCORING_SETTINGS.paths,
    },
  );
}
