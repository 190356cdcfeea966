/** How near the mechanism's closed-form score comes to the scoring stage, over positions, volatilities and both directions. */
import type { AssetPrediction } from "../../../oracle/domain/prediction.ts";
import { BPS, SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import { sortedQuantile } from "../../../oracle/math/statistics.ts";
import { type ScoringInput, scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { proxyScore } from "../../../oracle/simulation/mechanism/risk-proxy.ts";
import { SAMPLE_CLASS, SAMPLE_TIME_SEC, sampleScoringInput } from "../../bench/scoring-input.ts";

/** Errors at one volatility. */
export interface ProxyComparison {
  /** Standard deviation of an hour, decimal. */
  readonly hourlySigma: number;
  readonly positions: number;
  /** Pearson correlation of ρ and of π. */
  readonly rhoCorrelation: number;
  readonly piCorrelation: number;
  /** Proxy over scoring stage: median, and 10 % and 90 % quantiles. */
  readonly rhoRatio: readonly [number, number, number];
}

const SIGMAS = [0.004, 0.006, 0.012] as const;
const SAMPLE = { positions: 3_000, series: 500, seed: "mechanism-proxy" };
/** Volatility that the sample's quantiles belong to. */
const SAMPLE_SIGMA = 0.006;
/** What vaults of the mechanism write: 0.75 to 1.35 of spot, up to 36 days. */
const MONEYNESS = [0.75, 1.35] as const;
const LONGEST_SEC = 36 * SECONDS_PER_DAY;

/** Compares on a seeded sample at three levels of volatility. */
export function compareProxy(): readonly ProxyComparison[] {
  const input = sampleScoringInput(SAMPLE);
  return SIGMAS.map((hourlySigma) => compareAt(input, hourlySigma));
}

function compareAt(sample: ScoringInput, hourlySigma: number): ProxyComparison {
  const modelVol = hourlySigma * Math.sqrt(SECONDS_PER_YEAR / SECONDS_PER_HOUR);
  const impliedVol = DEFAULT_SCORING_SETTINGS.impliedVolPremium * modelVol;
  const input = atVolatility(sample, { hourlySigma, impliedVol });
  const positions = new Map(input.positions.map((position) => [position.id, position]));
  const pairs = scorePositions(input, DEFAULT_SCORING_SETTINGS).scores.flatMap(({ id, rhoBps, piBps }) => {
    const series = positions.get(id);
    const spot = series === undefined ? undefined : input.snapshot.assets.get(series.asset)?.spot;
    if (series === undefined || spot === undefined || rhoBps <= SAMPLE_CLASS.rhoFloorBps) return [];
    const moneyness = series.strike / spot;
    const isWritten = moneyness > MONEYNESS[0] && moneyness < MONEYNESS[1];
    if (!isWritten || series.expirySec - SAMPLE_TIME_SEC > LONGEST_SEC) return [];
    const proxy = proxyScore({ asset: series.asset, series, atSec: SAMPLE_TIME_SEC, spot, modelVol, impliedVol });
    return [{ rho: [rhoBps / BPS, proxy.rho], pi: [piBps / BPS, proxy.pi] } as const];
  });
  const ratios = Float64Array.from(pairs, ({ rho }) => rho[1] / rho[0]).sort();
  return {
    hourlySigma,
    positions: pairs.length,
    rhoCorrelation: correlation(pairs.map(({ rho }) => rho)),
    piCorrelation: correlation(pairs.map(({ pi }) => pi)),
    rhoRatio: [sortedQuantile(ratios, 0.5), sortedQuantile(ratios, 0.1), sortedQuantile(ratios, 0.9)],
  };
}

function atVolatility(
  sample: ScoringInput,
  { hourlySigma, impliedVol }: { readonly hourlySigma: number; readonly impliedVol: number },
): ScoringInput {
  const scale = hourlySigma / SAMPLE_SIGMA;
  const scaled = (table: readonly Float64Array[]) => table.map((row) => row.map((move) => move * scale));
  const predictions = new Map(
    [...sample.predictions].map(([asset, prediction]): readonly [string, AssetPrediction] => {
      const { volatility, quantiles } = prediction;
      const sigmaPerStep = volatility.sigmaPerStep.map(() => hourlySigma);
      return [
        asset,
        {
          volatility: { ...volatility, sigmaPerStep },
          quantiles: { ...quantiles, fall: scaled(quantiles.fall), rise: scaled(quantiles.rise) },
        },
      ];
    }),
  );
  const assets = new Map(
    [...sample.snapshot.assets].map(([asset, market]) => {
      const { volIndex } = market;
      return [asset, { ...market, volIndex: volIndex === null ? null : { ...volIndex, impliedVol } }] as const;
    }),
  );
  return { ...sample, predictions, snapshot: { ...sample.snapshot, assets } };
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (of: (pair: readonly [number, number]) => number): number =>
    pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
  const [left, right] = [mean(([x]) => x), mean(([, y]) => y)];
  const joint = mean(([x, y]) => (x - left) * (y - right));
  return joint / Math.sqrt(mean(([x]) => (x - left) ** 2) * mean(([, y]) => (y - right) ** 2));
}
