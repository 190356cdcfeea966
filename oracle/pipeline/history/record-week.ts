/** Makes one week of a history: the simulator's market through the node's own ingestion, features, models and scoring. */
import type { AssetSymbol } from "../../domain/market.ts";
import { type Position, payoffBounds, positionKey } from "../../domain/positions.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import { type Address, BPS, madeUpAddress, SECONDS_PER_DAY, toFixedPoint } from "../../domain/units.ts";
import { encodeSeriesId } from "../../rules/series-id.ts";
import type { BoundedPair } from "../../scoring/class-bounds.ts";
import { scorePositions } from "../../scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";
import { type HistorySpec, plannedShorts, WEEK_SEC } from "../../simulation/history/history-plan.ts";
import { openBounds } from "../../simulation/history/recorded-scorer.ts";
import type { AskedScore, RecordedAsset, RecordedWeek } from "../../simulation/history/recorded-week.ts";
import { createMarketSimulator } from "../../simulation/market/market-simulator.ts";
import type { MarketHour } from "../../simulation/vault/market-moment.ts";
import type { PlannedShort } from "../../simulation/vault/opening-plan.ts";
import type { ScoringMoment } from "../../simulation/vault/vault-scorer.ts";
import { classIdAt, type VaultTerms } from "../../simulation/vault/vault-terms.ts";
import { type SegmentPath, walkSegment } from "../scenario/segment-path.ts";

/** What a week is made from. */
export interface WeekRequest {
  readonly spec: HistorySpec;
  /** Counts from 0. */
  readonly week: number;
  /** All weeks before it, in order: what was opened in them may still be open. */
  readonly earlier: readonly RecordedWeek[];
  readonly terms: ReadonlyMap<AssetSymbol, VaultTerms>;
}

/** The models read up to 120 days. */
const WARM_UP_SEC = 120 * SECONDS_PER_DAY;
const E8_DECIMALS = 8;

/**
 * Makes a week. Equal requests give equal weeks: models are fitted anew at its start, so that it does not matter in which process
 * the weeks before were made.
 */
export async function recordWeek({ spec, week, earlier, terms }: WeekRequest): Promise<RecordedWeek> {
  const fromSec = spec.fromSec + week * WEEK_SEC;
  const lastWeekSec = spec.fromSec + (spec.weeks - 1) * WEEK_SEC;
  const source = createMarketSimulator({
    seed: spec.seed,
    assets: [...terms.keys()],
    // The last week is the script, those before it are the simulator's usual weather.
    ...{ fromSec: lastWeekSec, scenario: "crash-recovery", historySec: lastWeekSec - spec.fromSec + WARM_UP_SEC },
  });
  const path = await walkSegment({ source, fromSec, toSec: fromSec + WEEK_SEC });
  const books = [...terms].map(([asset, ownTerms], sourceIndex): Book => {
    const hours = path.hours.get(asset) ?? [];
    const before = earlier.flatMap(({ assets }) => assets.find((one) => one.asset === asset)?.hours ?? []);
    const plan = plannedShorts(spec, week, { asset, terms: ownTerms, hours: [...before, ...hours] });
    return { asset, sourceIndex, terms: ownTerms, hours, plan };
  });
  const asked = scoreWeek(books, path);
  const assets = books.map(({ asset, hours }): RecordedAsset => ({ asset, hours, asked: asked.get(asset) ?? [] }));
  return { week, assets };
}

interface Book {
  readonly asset: AssetSymbol;
  readonly sourceIndex: number;
  readonly terms: VaultTerms;
  readonly hours: readonly MarketHour[];
  readonly plan: readonly PlannedShort[];
}

/** All assets are scored in one call an hour, as a round does. */
function scoreWeek(books: readonly Book[], path: SegmentPath): ReadonlyMap<AssetSymbol, readonly AskedScore[]> {
  const asked = new Map<AssetSymbol, AskedScore[]>(books.map(({ asset }) => [asset, []]));
  const classes = new Map<number, RiskClass>(
    books.flatMap(({ terms }) => [...terms.classes].map(([id, riskClass]) => [id, openBounds(riskClass)] as const)),
  );
  let lastGood: ReadonlyMap<string, BoundedPair> = new Map();
  for (const [timeSec, moment] of path.known) {
    const positions = books.flatMap((book) => openAt(book, timeSec, moment));
    const { scores } = scorePositions(
      { positions, ...moment, classes, lastGood, atSec: timeSec },
      DEFAULT_SCORING_SETTINGS,
    );
    const byKey = new Map(scores.map((score) => [positionKey(score), score]));
    lastGood = byKey;
    for (const position of positions) {
      const score = byKey.get(positionKey(position));
      if (score === undefined) continue;
      const { rhoBps, piBps } = score;
      asked
        .get(position.asset)
        ?.push({ hourSec: timeSec, index: Number(position.id), rhoBps, piBps, score: score.score });
    }
  }
  return asked;
}

/** Shorts that an operator would read at an hour: opened before it, not expired. */
function openAt(
  { asset, sourceIndex, terms, plan }: Book,
  timeSec: number,
  { snapshot }: ScoringMoment,
): readonly Position[] {
  const spot = snapshot.assets.get(asset)?.spot;
  if (spot === undefined) return [];
  const source: Address = madeUpAddress(sourceIndex + 1);
  const at = { priceE8: toFixedPoint(spot, E8_DECIMALS), timeSec };
  return plan
    .filter(({ openSec, expirySec }) => openSec < timeSec && expirySec > timeSec)
    .map((short): Position => {
      const { kind, strike, expirySec, index, size, sizeE8 } = short;
      const classId = classIdAt(terms, short.series, at);
      const { intrinsic, maxLoss } = payoffBounds(short, spot);
      const rho = (terms.classes.get(classId)?.rhoInitialBps ?? BPS) / BPS;
      return {
        ...{
          seriesId: encodeSeriesId(short.series),
          asset,
          kind,
          strike,
          expirySec,
          source,
          sourceIndex,
          id: BigInt(index),
        },
        ...{ epoch: 1, owner: madeUpAddress(index + 1), classId, size, sizeE8, flaggedAtSec: null },
        // Only the score in words of chance depends on it: what a new short of the class brings.
        ...{ collateralPerContract: intrinsic + rho * (maxLoss - intrinsic), collateralUnits: 0n },
      };
    });
}
