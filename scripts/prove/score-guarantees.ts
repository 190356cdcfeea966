/** The guarantees of the score as checks over seeded random pairs, through the scoring stage itself: exact, no tolerance. */
import type { Position } from "../../oracle/domain/positions.ts";
import type { AssetPrediction } from "../../oracle/domain/prediction.ts";
import type { QuotedSurface, SurfaceReading } from "../../oracle/domain/quoted-surface.ts";
import type { PositionScore } from "../../oracle/domain/score.ts";
import { madeUpAddress } from "../../oracle/domain/units.ts";
import { createRng, type Rng } from "../../oracle/math/rng.ts";
import { sliceOf, USUAL_SMILE } from "../../oracle/models/surface/svi-point.ts";
import { type ScoringInput, scorePositions } from "../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS, type ScoringSettings } from "../../oracle/scoring/scoring-settings.ts";
import { largestValues, tailRanks, tailStatistics } from "../../oracle/scoring/tail-statistics.ts";
import { SAMPLE_CLASS, sampleScoringInput } from "../bench/scoring-input.ts";

/** Outcome of one guarantee on one book. */
export interface GuaranteeResult {
  readonly pairs: number;
  /** Pairs in which the result rose: a guarantee on values that never move would hold for nothing. */
  readonly moved: number;
  /** One line for each pair that breaks the guarantee. */
  readonly violations: readonly string[];
}

/** One guarantee. */
export interface Guarantee {
  readonly name: string;
  /** Checks one random book; equal seeds give equal books. */
  check(seed: string, positions: number): GuaranteeResult;
}

/** Wide bounds, so that clamps do not hide a wrong order. */
const WIDE = { ...SAMPLE_CLASS, rhoFloorBps: 1, piFloorBps: 0, deltaBps: 0, rhoCeilingBps: 10_000, piCapBps: 10_000 };
/**
 * Fewer paths than live: the order must hold for any number of them. No stressed floor, which would hide a wrong order below it;
 * the floor has guarantees of its own.
 */
const FAST: ScoringSettings = { ...DEFAULT_SCORING_SETTINGS, paths: 200, stressWeight: 0 };
const SERIES = 100;
/** Logarithms of the largest factors: sizes from dust to far beyond the book, volatilities up to threefold. */
const LARGEST = { size: 9, vol: 1.1 } as const;
const HOURS = 3_600;
/** Expiries of a random surface, days, and the greatest age of its quotes. */
const SURFACE_DAYS = [2, 9, 30, 120];
const OLDEST_QUOTES_SEC = 5 * HOURS;
/** Strikes that they reach, log moneyness. */
const QUOTED = { lowestQuoted: -0.5, highestQuoted: 0.5 } as const;
const LOSSES = 500;

/** All guarantees of design §1. */
export const SCORE_GUARANTEES: readonly Guarantee[] = [
  pairwise("ρ never falls with size", "rhoBps", (book, rng) => [
    { book, settings: FAST },
    { book: mapPositions(book, ({ size }) => ({ size: size * factor(rng, LARGEST.size) })), settings: FAST },
  ]),
  pairwise("ρ never falls with the model's volatility", "rhoBps", (book, rng) => [
    { book, settings: FAST },
    { book: withVol(book, factor(rng, LARGEST.vol), 1), settings: FAST },
  ]),
  pairwise("ρ never falls with implied volatility", "rhoBps", (book, rng) => [
    { book, settings: FAST },
    { book: withVol(book, 1, factor(rng, LARGEST.vol)), settings: FAST },
  ]),
  pairwise("ρ never falls with both volatilities", "rhoBps", (book, rng) => [
    { book, settings: FAST },
    { book: withVol(book, factor(rng, LARGEST.vol), factor(rng, LARGEST.vol)), settings: FAST },
  ]),
  pairwise("ρ never falls with the horizon", "rhoBps", (book, rng) => {
    const [low, high] = ascending(rng, 1, 24);
    return [
      { book, settings: { ...FAST, horizonSec: low * HOURS } },
      { book, settings: { ...FAST, horizonSec: high * HOURS } },
    ];
  }),
  pairwise("ρ never falls with the confidence", "rhoBps", (book, rng) => {
    const [low, high] = ascending(rng, 0.9, 0.999);
    return [
      { book, settings: { ...FAST, confidence: low } },
      { book, settings: { ...FAST, confidence: high } },
    ];
  }),
  pairwise("ρ never falls with the learned quantiles", "rhoBps", (book, rng) => [
    { book, settings: FAST },
    { book: withQuantiles(book, factor(rng, LARGEST.vol)), settings: FAST },
  ]),
  pairwise("ρ never falls with the weight of the stressed window", "rhoBps", (book, rng) => {
    const [low, high] = ascending(rng, 0, 1);
    return [
      { book, settings: { ...FAST, stressWeight: low } },
      { book, settings: { ...FAST, stressWeight: high } },
    ];
  }),
  pairwise(
    "under the stressed floor ρ never falls with size, volatilities and horizon at once",
    "rhoBps",
    (book, rng) => {
      const [low, high] = ascending(rng, 1, 24);
      const settings = { ...FAST, stressWeight: DEFAULT_SCORING_SETTINGS.stressWeight };
      const larger = mapPositions(book, ({ size }) => ({ size: size * factor(rng, 1) }));
      return [
        { book, settings: { ...settings, horizonSec: low * HOURS } },
        {
          book: withVol(larger, factor(rng, LARGEST.vol), factor(rng, LARGEST.vol)),
          settings: { ...settings, horizonSec: high * HOURS },
        },
      ];
    },
  ),
  pairwise("off quoted options ρ never falls with implied volatility", "rhoBps", (book, rng) => {
    const quoted = withSurfaces(book, rng);
    return [
      { book: quoted, settings: FAST },
      { book: withVol(quoted, 1, factor(rng, LARGEST.vol)), settings: FAST },
    ];
  }),
  pairwise("off quoted options ρ never falls with size, volatilities and horizon at once", "rhoBps", (book, rng) => {
    const [low, high] = ascending(rng, 1, 24);
    const quoted = withSurfaces(book, rng);
    const larger = mapPositions(quoted, ({ size }) => ({ size: size * factor(rng, 1) }));
    return [
      { book: quoted, settings: { ...FAST, horizonSec: low * HOURS } },
      {
        book: withVol(larger, factor(rng, LARGEST.vol), factor(rng, LARGEST.vol)),
        settings: { ...FAST, horizonSec: high * HOURS },
      },
    ];
  }),
  pairwise("ρ never falls when quotes older than two hours are known", "rhoBps", (book, rng) => [
    { book, settings: FAST },
    { book: withSurfaces(book, rng, 2 * HOURS + 1 + 3 * HOURS * rng.uniform()), settings: FAST },
  ]),
  pairwise("the score never falls with collateral", "score", (book, rng) => [
    { book, settings: FAST },
    {
      book: mapPositions(book, ({ collateralPerContract: amount }) => ({
        collateralPerContract: amount * (1 + rng.uniform()),
      })),
      settings: FAST,
    },
  ]),
  { name: "quantile and expected shortfall never fall with the confidence", check: checkTails },
];

interface Side {
  readonly book: ScoringInput;
  readonly settings: ScoringSettings;
}

function pairwise(
  name: string,
  field: "rhoBps" | "score",
  sides: (book: ScoringInput, rng: Rng) => readonly [Side, Side],
): Guarantee {
  return {
    name,
    check: (seed, positions) => {
      const [low, high] = sides(randomBook(seed, positions), createRng(`${seed}/${name}`));
      return compare(scoresOf(low), scoresOf(high), field);
    },
  };
}

function scoresOf({ book, settings }: Side): readonly PositionScore[] {
  return scorePositions(book, settings).scores;
}

function compare(
  low: readonly PositionScore[],
  high: readonly PositionScore[],
  field: "rhoBps" | "score",
): GuaranteeResult {
  const violations: string[] = [];
  let moved = 0;
  low.forEach((score, index) => {
    const other = high[index];
    if (other?.id !== score.id || !(other[field] >= score[field])) {
      violations.push(`position ${score.id}: ${field} ${score[field]}, then ${other?.[field]}`);
    } else moved += Number(other[field] > score[field]);
  });
  return { pairs: low.length, moved, violations };
}

/** Positions that share series but not sources, so that a change of one does not change another's concentration. */
function randomBook(seed: string, positions: number): ScoringInput {
  const input = sampleScoringInput({ positions, series: SERIES, seed });
  const book = { ...input, classes: new Map([[1, WIDE]]) };
  return mapPositions(book, (_, index) => ({
    source: madeUpAddress(index),
  }));
}

function mapPositions(
  input: ScoringInput,
  change: (position: Position, index: number) => Partial<Position>,
): ScoringInput {
  const positions = input.positions.map((position, index) => ({ ...position, ...change(position, index) }));
  return { ...input, positions };
}

function mapPredictions(input: ScoringInput, change: (made: AssetPrediction) => AssetPrediction): ScoringInput {
  return { ...input, predictions: new Map([...input.predictions].map(([asset, made]) => [asset, change(made)])) };
}

/** Surfaces of random smiles under a price that has moved since; fresh or hours old where no age is given. */
function withSurfaces(input: ScoringInput, rng: Rng, ageSec = OLDEST_QUOTES_SEC * rng.uniform()): ScoringInput {
  const quotedAtSec = input.atSec - ageSec;
  const [vol, move, carry] = [0.3 + rng.uniform(), Math.exp(0.05 * rng.normal()), 0.1 * rng.normal()];
  const smile = USUAL_SMILE.map((value) => value + 0.1 * rng.normal());
  return mapPredictions(input, (made) => {
    const { asset } = made.volatility;
    const index = (input.snapshot.assets.get(asset)?.spot ?? Number.NaN) * move;
    const slices = SURFACE_DAYS.map((days) => {
      const tenorYears = days / 365;
      const slice = sliceOf(smile, vol * Math.sqrt(tenorYears));
      const expirySec = quotedAtSec + days * 24 * HOURS;
      return { expirySec, tenorYears, forward: index * Math.exp(carry * tenorYears), quoteCount: 20, slice, ...QUOTED };
    });
    const surface: QuotedSurface = {
      ...{ asset, sourceId: "proof", quotedAtSec, index, slices, repair: "none", factors: {} },
      ...{ arbitragePoints: 0, gridPoints: 1, quotes: 1, quotesInside: 1, standsIn: false },
    };
    return { ...made, surface: { ok: true, value: surface } };
  });
}

/** All volatilities of a surface times a factor. */
function scaled(reading: SurfaceReading | undefined, times: number): Pick<AssetPrediction, "surface"> {
  if (reading === undefined) return {};
  if (!reading.ok) return { surface: reading };
  const slices = reading.value.slices.map(({ slice, ...rest }) => ({
    ...rest,
    slice: { ...slice, a: slice.a * times * times, b: slice.b * times * times },
  }));
  return { surface: { ok: true, value: { ...reading.value, slices } } };
}

function withVol(input: ScoringInput, sigma: number, implied: number): ScoringInput {
  const assets = new Map(
    [...input.snapshot.assets].map(([asset, market]) => {
      const { volIndex } = market;
      const risen = volIndex === null ? null : { ...volIndex, impliedVol: volIndex.impliedVol * implied };
      return [asset, { ...market, volIndex: risen }] as const;
    }),
  );
  const changed = mapPredictions(input, ({ volatility, ...made }) => ({
    ...made,
    ...scaled(made.surface, implied),
    volatility: { ...volatility, sigmaPerStep: volatility.sigmaPerStep.map((step) => step * sigma) },
  }));
  return { ...changed, snapshot: { ...input.snapshot, assets } };
}

/** Learned moves times a factor, below the whole price. */
function withQuantiles(input: ScoringInput, times: number): ScoringInput {
  const grown = (table: readonly Float64Array[]): readonly Float64Array[] =>
    table.map((row) => row.map((move) => Math.min(move * times, Math.max(move, 0.9))));
  return mapPredictions(input, ({ quantiles, ...made }) => ({
    ...made,
    quantiles: { ...quantiles, fall: grown(quantiles.fall), rise: grown(quantiles.rise) },
  }));
}

/** Tail statistics of heavy-tailed losses with ties, at two confidences a pair. */
function checkTails(seed: string, pairs: number): GuaranteeResult {
  const rng = createRng(`${seed}/tails`);
  const losses = Float64Array.from({ length: LOSSES }, () => Math.max(0, rng.normal() * rng.exponential()));
  const violations: string[] = [];
  let moved = 0;
  for (let pair = 0; pair < pairs; pair += 1) {
    const [low, high] = ascending(rng, 0.9, 0.999).map((confidence) => {
      const ranks = tailRanks(LOSSES, confidence, DEFAULT_SCORING_SETTINGS.shortfallTailRatio);
      return tailStatistics(largestValues(losses, ranks.needed), ranks);
    });
    if (low === undefined || high === undefined) continue;
    // The mean of ever fewer of the largest losses is a quotient of sums: equal means may differ in the last bit.
    const isOrdered = high.quantile >= low.quantile && high.shortfall >= low.shortfall * (1 - Number.EPSILON * LOSSES);
    if (isOrdered) moved += Number(high.shortfall > low.shortfall);
    else violations.push(`pair ${pair}: ${JSON.stringify(low)}, then ${JSON.stringify(high)}`);
  }
  return { pairs, moved, violations };
}

function factor(rng: Rng, logarithm: number): number {
  return Math.exp(logarithm * rng.uniform());
}

function ascending(rng: Rng, low: number, high: number): readonly [number, number] {
  const [first, second] = [rng.uniform(), rng.uniform()].map((share) => low + share * (high - low));
  return [Math.min(first ?? low, second ?? low), Math.max(first ?? high, second ?? high)];
}
