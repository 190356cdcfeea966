/** Evaluation of the committed volatility artefact: QLIKE against every baseline, ablations of signals, lead-lag tests. */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { SECONDS_PER_DAY } from "../../oracle/domain/units.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { loadArtefact } from "../../oracle/models/session.ts";
import { type VolManifest, volManifestSchema, volVectorsSchema } from "../../oracle/models/vol-lstm/vol-manifest.ts";
import { readHourlySeries } from "../../oracle/pipeline/retraining/hourly-series.ts";
import { atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { scoreMeans } from "../../oracle/training/vol-lstm/score-means.ts";
import { lossTables, scoreOf } from "../../oracle/training/vol-lstm/vol-evaluation.ts";
import type { VolSeries } from "../../oracle/training/vol-lstm/vol-rows.ts";
import { refusedArtefact } from "./refused-artefact.ts";
import type { EvaluationRequest } from "./registry.ts";

const ARTEFACT = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts/vol-lstm");
/** Without later data and without --from, this much of the newest data is evaluated, and called seen. */
const SEEN_DAYS = 180;
/** design/models.md §3, row `vol-lstm`. */
const LIMITS = { toLogHar: 0.98, toGarchT: 0.85, toBestSimpleAt30d: 1.05, unseenToLogHar: 1.02 };

type Score = ReturnType<typeof scoreOf>;

/**
 * Evaluates the artefact in the repository; it is not refitted, only its combination follows the trailing losses.
 *
 * @throws PlimsollError `ARTEFACT_REFUSED`, `EVALUATION_EMPTY` when the window holds no time with all forecasts, and those
 * of the readers (`DATA_…`).
 */
export async function evaluateVolatility({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const loaded = await loadArtefact(ARTEFACT, { manifest: volManifestSchema, vectors: volVectorsSchema });
  if (!loaded.ok) throw refusedArtefact(ARTEFACT, loaded.reason, loaded.detail);
  const { manifest, session } = loaded.value;
  const series = readHourlySeries(paths);
  const trainedSec = manifest.training.span.untilSec;
  const endSec = Math.max(...series.map(({ windows }) => windows.hours.firstEndSec + (windows.count - 1) * 3_600));
  const hasLater = endSec > trainedSec + SECONDS_PER_DAY;
  const window = fromSec ?? (hasLater ? trainedSec : trainedSec - SEEN_DAYS * SECONDS_PER_DAY);
  const models = [{ untilSec: window, models: { session, logHar: manifest.logHar } }];
  const rng = createRng("evaluate-vol-lstm");
  const scores: Score[] = [];
  for (const entry of series) scores.push(...(await scoresOf(entry, { manifest, models, window, endSec, rng })));
  await session.release();
  if (scores.length === 0) throw nothingToScore(window, endSec);
  return report({ manifest, scores, window, endSec, series });
}

interface Scoring {
  readonly manifest: VolManifest;
  readonly models: Parameters<typeof lossTables>[1]["models"];
  readonly window: number;
  readonly endSec: number;
  readonly rng: ReturnType<typeof createRng>;
}

async function scoresOf(
  entry: VolSeries,
  { manifest, models, window, endSec, rng }: Scoring,
): Promise<readonly Score[]> {
  const tables = await lossTables(entry, {
    models,
    trainedOn: manifest.training.series,
    combination: manifest.combination,
    records: manifest.combination.records,
    fromSec: window,
    toSec: endSec,
  });
  return tables
    .filter(({ atSec }) => atSec.length > 0)
    .map((table) => scoreOf(table, rng.fork(`${entry.id}/${table.everyHours}/${table.horizonHours}`)));
}

interface Report {
  readonly manifest: VolManifest;
  readonly scores: readonly Score[];
  readonly window: number;
  readonly endSec: number;
  readonly series: readonly VolSeries[];
}

function report({ manifest, scores, window, endSec }: Report): Evaluation {
  const { series: trainedOn, span } = manifest.training;
  const isSeen = ({ series }: Score): boolean => trainedOn.includes(series);
  const [seen, unseen] = [scores.filter(isSeen), scores.filter((score) => !isSeen(score))];
  return {
    model: "vol-lstm",
    window: { from: isoTime(window), to: isoTime(endSec) },
    metrics: {
      modelSha256: manifest.sha256,
      /** True where the artefact was fitted on labels inside of the window: then this is no test. */
      windowWasTrainedOn: window < span.untilSec && seen.length > 0,
      seenAssets: { ...scoreMeans(seen) },
      unseenAssets: { ...scoreMeans(unseen) },
      scores: scores.map(({ qlike, ...score }) => ({ ...score, qlike: { combined: qlike.combined ?? null } })),
    },
    baselines: baselinesOf(scores),
    targets: targetsOf(seen, unseen),
  };
}

/** QLIKE of every baseline and member, by `series/grid/horizon`. */
function baselinesOf(scores: readonly Score[]): Readonly<Record<string, Metrics>> {
  const names = [...new Set(scores.flatMap(({ qlike }) => Object.keys(qlike)))].filter((name) => name !== "combined");
  return Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(
        scores.flatMap(({ series, everyHours, horizonHours, qlike }) =>
          qlike[name] === undefined ? [] : [[`${series}/${everyHours}h/${horizonHours}`, qlike[name]] as const],
        ),
      ),
    ]),
  );
}

function targetsOf(seen: readonly Score[], unseen: readonly Score[]): Evaluation["targets"] {
  const all = scoreMeans([...seen, ...unseen]);
  const [day, week, month] = [all["24h/24"], all["24h/168"], all["24h/720"]];
  const both = (value: (mean: NonNullable<typeof day>) => number | null): number =>
    day === undefined || week === undefined
      ? Number.NaN
      : ((value(day) ?? Number.NaN) + (value(week) ?? Number.NaN)) / 2;
  const [unseenDay, unseenWeek] = ["24h/24", "24h/168"].map((name) => scoreMeans(unseen)[name]?.toLogHar ?? Number.NaN);
  return {
    qlikeToLogHar1And7d: atMost(
      both(({ toLogHar }) => toLogHar),
      LIMITS.toLogHar,
    ),
    qlikeToGarchT1And7d: atMost(
      both(({ toGarchT }) => toGarchT),
      LIMITS.toGarchT,
    ),
    qlikeToBestSimple30d: atMost(month?.toBestSimple ?? Number.NaN, LIMITS.toBestSimpleAt30d),
    ...(unseen.length === 0
      ? {}
      : { unseenToLogHar1And7d: atMost(((unseenDay ?? 0) + (unseenWeek ?? 0)) / 2, LIMITS.unseenToLogHar) }),
  };
}

function nothingToScore(fromSec: number, toSec: number): PlimsollError<"EVALUATION_EMPTY"> {
  return new PlimsollError({
    code: "EVALUATION_EMPTY",
    problem: `Between ${isoTime(fromSec)} and ${isoTime(toSec)} no time has 280 days of history and a complete label.`,
    remedy: "Give --data more than once, the earlier period as history, or an earlier --from.",
    context: { fromSec, toSec },
  });
}
