/** `npm run train -- --model feed-guard --data DIR`: trains the learned feed guard on hourly bars and writes its artefact. */
import { join, resolve } from "node:path";
import { FEATURE_SCHEMA } from "../../oracle/features/feature-schema.ts";
import { createRng } from "../../oracle/math/rng.ts";
import type { FeedGuardManifest } from "../../oracle/models/feed-guard/feed-guard-manifest.ts";
import { openFeed, openTrainingData, WARM_UP_SEC } from "../../oracle/pipeline/retraining/training-data.ts";
import { collectGuardRows } from "../../oracle/training/feed-guard/guard-rows.ts";
import { trainGuard } from "../../oracle/training/feed-guard/train-guard.ts";
import { writeGuard } from "../../oracle/training/feed-guard/write-guard.ts";

/** What the command hands over. */
export interface FeedGuardOptions {
  readonly data: readonly string[];
  readonly out: string;
  readonly seed: string;
  readonly environment: FeedGuardManifest["environment"];
  readonly onProgress: (phase: "rows" | "training", share: number) => void;
}

const EVERY_SEC = 6 * 3_600;
const MS_PER_SECOND = 1_000;

/**
 * Trains on the first pool (BTC and ETH) up to the end of the development rows; what lies behind is read by the evaluation alone.
 *
 * @throws PlimsollError those of the readers and of `trainGuard`.
 */
export async function trainFeedGuard(options: FeedGuardOptions): Promise<Readonly<Record<string, unknown>>> {
  const { seed, environment, onProgress } = options;
  const startedMs = performance.now();
  const { pools, split, files } = await openTrainingData(options.data);
  const [pool] = pools;
  if (pool === undefined) throw new RangeError("no pool of bars");
  const fromSec = Math.ceil((pool.source.fromSec + WARM_UP_SEC) / EVERY_SEC) * EVERY_SEC;
  const feed = openFeed(pool.source);
  const rows = collectGuardRows({
    feed,
    assets: pool.assets,
    ...{ fromSec, toSec: split.stopToSec, everySec: EVERY_SEC, bentFromSec: split.trainToSec },
    onProgress: (share) => onProgress("rows", share),
  });
  const train = rows.honest.filter(({ atSec }) => atSec < split.trainToSec);
  const develop = { honest: rows.honest.filter(({ atSec }) => atSec >= split.trainToSec), bent: rows.bent };
  const training = await trainGuard({ train, develop }, seed, (share) => onProgress("training", share));
  const directory = join(resolve(options.out), "feed-guard");
  const span = { fromSec, trainToSec: split.trainToSec, developToSec: split.stopToSec };
  const facts = { schema: FEATURE_SCHEMA, seed, files: [...files], barSpanSec: spanOf(feed), span, environment };
  const manifest = await writeGuard(training, facts, { directory, rng: createRng(`${seed}/vectors`) });
  const { threshold, acts, metrics } = manifest;
  return {
    ...{
      model: manifest.id,
      directory,
      sha256: manifest.sha256,
      rows: manifest.training.rows,
      threshold,
      acts,
      ...metrics,
    },
    bytes: training.model.length,
    seconds: Math.round((performance.now() - startedMs) / MS_PER_SECOND),
  };
}

function spanOf(feed: ReturnType<typeof openFeed>): number {
  const [market] = feed.snapshot().assets.values();
  if (market === undefined) throw new RangeError("no bars");
  return market.bars.spanSec;
}
