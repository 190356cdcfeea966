/** The learned guard behind its development rows: alarms of honest hours, and bent markets that it notices. */
import { join } from "node:path";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { openFileSource } from "../../../oracle/ingestion/sources/file-source.ts";
import { createFeedGuard } from "../../../oracle/models/feed-guard/feed-guard.ts";
import { openFeed } from "../../../oracle/pipeline/retraining/training-data.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { BENT_MARKETS } from "../../../oracle/training/feed-guard/bent-markets.ts";
import { collectGuardRows, type GuardRow } from "../../../oracle/training/feed-guard/guard-rows.ts";
import { alarmsAWeek } from "../../../oracle/training/feed-guard/train-guard.ts";

/** What was found. */
export interface LearnedReport {
  readonly alarmsAWeek: number;
  /** Mean over attacks of the share that is noticed. */
  readonly noticed: number;
  readonly metrics: Metrics;
}

const ASSETS = ["BTC", "ETH"] as const;
const EVERY_SEC = 6 * 3_600;
const ARTEFACT = join(import.meta.dirname, "../../../oracle/models/artifacts/feed-guard");

/**
 * Judges the shipped artefact on rows that it has not seen.
 *
 * @throws PlimsollError `FEED_GUARD_UNUSABLE` when the artefact does not load, and those of the readers.
 */
export async function learnedReport(paths: readonly string[]): Promise<LearnedReport> {
  const guard = await createFeedGuard(ARTEFACT, FEATURE_SCHEMA);
  if (guard.manifest === null) throw unusable(guard.reason ?? "artefact-missing");
  try {
    const fromSec = guard.manifest.training.span.developToSec;
    const source = await openFileSource({ paths, assets: [...ASSETS] });
    const rows = collectGuardRows({
      feed: openFeed(source),
      assets: ASSETS,
      ...{ fromSec, toSec: source.toSec, everySec: EVERY_SEC, bentFromSec: fromSec },
    });
    const alarmed = async (of: readonly GuardRow[]): Promise<readonly boolean[]> => {
      const { verdicts } = await guard.judge(
        of.map((row) => ({ ...row, schemaHash: FEATURE_SCHEMA.hash, clipped: [] })),
      );
      return verdicts.map(({ action }) => action !== "use");
    };
    const honest = await alarmed(rows.honest);
    // An alarm counts as a score above a threshold of one half.
    const weekly = alarmsAWeek(rows.honest, Float64Array.from(honest, Number), 1 / 2);
    const shares: [string, number][] = [];
    for (const name of BENT_MARKETS) shares.push([name, shareOf(await alarmed(rows.bent[name]))]);
    const noticed = shares.reduce((sum, [, share]) => sum + share / shares.length, 0);
    return {
      alarmsAWeek: weekly,
      noticed,
      metrics: {
        acts: guard.manifest.acts,
        rows: rows.honest.length,
        alarmsAWeek: weekly,
        noticed: Object.fromEntries(shares),
      },
    };
  } finally {
    await guard.close();
  }
}

function shareOf(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length / flags.length;
}

function unusable(reason: string): PlimsollError<"FEED_GUARD_UNUSABLE"> {
  return new PlimsollError({
    code: "FEED_GUARD_UNUSABLE",
    problem: `The learned feed guard does not load: ${reason}.`,
    remedy: "Restore oracle/models/artifacts/feed-guard, or train it: npm run train -- --model feed-guard --data DIR.",
    context: { reason },
  });
}
