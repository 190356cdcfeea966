/** Rows of the learned feed guard: feature vectors at past times as the live path sees them, honest and bent. */
import type { AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { buildFeatures } from "../../features/build-features.ts";
import type { SnapshotFeed } from "../dataset/quantile-samples.ts";
import { BENT_MARKETS, type BentMarketName, bentMarket } from "./bent-markets.ts";

/** One vector. */
export interface GuardRow {
  readonly asset: AssetSymbol;
  readonly atSec: number;
  readonly values: Float64Array;
  readonly missing: Uint8Array;
}

/** Rows of a span. */
export interface GuardRows {
  readonly honest: readonly GuardRow[];
  readonly bent: Readonly<Record<BentMarketName, readonly GuardRow[]>>;
}

/** What is collected. */
export interface GuardRowRequest {
  readonly feed: SnapshotFeed;
  readonly assets: readonly AssetSymbol[];
  readonly fromSec: number;
  readonly toSec: number;
  readonly everySec: number;
  /** Markets are bent from this time on, once a day. */
  readonly bentFromSec: number;
  readonly onProgress?: (share: number) => void;
}

/** Walks the feed; times without features are left out. Ascending in time. */
export function collectGuardRows(request: GuardRowRequest): GuardRows {
  const { feed, fromSec, toSec, everySec, bentFromSec } = request;
  const honest: GuardRow[] = [];
  const bent: Record<BentMarketName, GuardRow[]> = {
    "slow-ramp": [],
    "steep-ramp": [],
    "false-calm": [],
    "false-storm": [],
    frozen: [],
    "wash-volume": [],
  };
  let nextBentSec = bentFromSec;
  for (let atSec = fromSec; atSec <= toSec; atSec += everySec) {
    feed.advanceTo(atSec);
    const snapshot = feed.snapshot();
    const isBent = atSec >= nextBentSec;
    if (isBent) nextBentSec = atSec + SECONDS_PER_DAY;
    for (const asset of request.assets) {
      honest.push(...rowAt(snapshot, asset));
      if (isBent)
        for (const name of BENT_MARKETS) bent[name].push(...rowAt(bentSnapshot(snapshot, asset, name), asset));
    }
    request.onProgress?.((atSec - fromSec) / Math.max(1, toSec - fromSec));
  }
  return { honest, bent };
}

function rowAt(snapshot: MarketSnapshot, asset: AssetSymbol): readonly GuardRow[] {
  const features = buildFeatures(snapshot, asset);
  if (!features.ok) return [];
  const { values, missing, atSec } = features.value;
  return [{ asset, atSec, values, missing }];
}

function bentSnapshot(snapshot: MarketSnapshot, asset: AssetSymbol, name: BentMarketName): MarketSnapshot {
  const market = snapshot.assets.get(asset);
  if (market === undefined) return snapshot;
  return { ...snapshot, assets: new Map([...snapshot.assets, [asset, bentMarket(market, name)]]) };
}
