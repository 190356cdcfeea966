/** Keeps the surface of every asset: each new chain is fitted once, and the last good surface stands in for a chain that cannot be. */
import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import type { QuotedSurface, SurfaceReading } from "../../domain/quoted-surface.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { quotedSurface } from "./quoted-surface.ts";

/** Follows the chains of a node. */
export interface SurfaceTracker {
  /** Surfaces of all assets of a snapshot; snapshots come in the order of time. */
  read(snapshot: MarketSnapshot): ReadonlyMap<AssetSymbol, SurfaceReading>;
}

/** Settings of {@link createSurfaceTracker}. */
export interface SurfaceTrackerOptions {
  /** Age up to which the last good surface stands in, seconds; 36 h by default, as for a chain (`DEFAULT_GUARD_LIMITS`). */
  readonly maxAgeSec?: number;
}

interface Kept {
  readonly chainSec: number;
  readonly good: QuotedSurface | null;
}

const DEFAULT_MAX_AGE_SEC = 36 * SECONDS_PER_HOUR;

/** Creates a tracker that has seen no chain. */
export function createSurfaceTracker({ maxAgeSec = DEFAULT_MAX_AGE_SEC }: SurfaceTrackerOptions = {}): SurfaceTracker {
  const kept = new Map<AssetSymbol, Kept>();
  const readingOf = (market: AssetMarket, snapshot: MarketSnapshot): SurfaceReading => {
    const chain = market.chain ?? null;
    if (chain === null) return { ok: false, reason: isSilent(market.asset, snapshot) ? "stale-chain" : "no-chain" };
    const before = kept.get(market.asset);
    const isKnown = before?.chainSec === chain.sourceTimeSec;
    const good = isKnown ? before.good : (quotedSurface(chain) ?? before?.good ?? null);
    kept.set(market.asset, { chainSec: chain.sourceTimeSec, good });
    if (good === null || snapshot.atSec - good.quotedAtSec > maxAgeSec) return { ok: false, reason: "surface-failed" };
    return { ok: true, value: good };
  };
  return {
    read: (snapshot) =>
      new Map([...snapshot.assets].map(([asset, market]) => [asset, readingOf(market, snapshot)] as const)),
  };
}

function isSilent(asset: AssetSymbol, { doubts }: MarketSnapshot): boolean {
  return doubts.some((doubt) => doubt.asset === asset && doubt.reason === "stale-chain");
}
