/** Keeps the surface of every asset: each new chain is fitted once, and the last good surface stands in for a chain that cannot be. */
import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import type { OptionChain } from "../../domain/option-chain.ts";
import type { QuotedSurface, SurfaceReading } from "../../domain/quoted-surface.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { quotedSurface } from "./quoted-surface.ts";
import { coversAsBefore, isIndexNearPrice, mayIndexLoosen } from "./surface-trust.ts";

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
  /** Surface of the newest chain; `null` for none. */
  readonly fitted: QuotedSurface | null;
  /** Whether that surface was good when it was last looked at. */
  readonly isGood: boolean;
  /** The last good one of the chains before. */
  readonly before: QuotedSurface | null;
}

const FAILED: SurfaceReading = { ok: false, reason: "surface-failed" };
const DEFAULT_MAX_AGE_SEC = 36 * SECONDS_PER_HOUR;

/** Creates a tracker that has seen no chain. */
export function createSurfaceTracker({ maxAgeSec = DEFAULT_MAX_AGE_SEC }: SurfaceTrackerOptions = {}): SurfaceTracker {
  const kept = new Map<AssetSymbol, Kept>();
  const readingOf = (market: AssetMarket, snapshot: MarketSnapshot): SurfaceReading => {
    const chain = market.chain ?? null;
    if (chain === null) return { ok: false, reason: isSilent(market.asset, snapshot) ? "stale-chain" : "no-chain" };
    const now = judged(chain, { market, last: kept.get(market.asset), maxAgeSec });
    kept.set(market.asset, now);
    const served = now.isGood ? now.fitted : now.before;
    if (served === null || snapshot.atSec - served.quotedAtSec > maxAgeSec) return FAILED;
    const standsIn = !now.isGood || !mayIndexLoosen(served, market);
    return { ok: true, value: standsIn ? { ...served, standsIn } : served };
  };
  return {
    read: (snapshot) =>
      new Map([...snapshot.assets].map(([asset, market]) => [asset, readingOf(market, snapshot)] as const)),
  };
}

interface Judging {
  readonly market: AssetMarket;
  readonly last: Kept | undefined;
  readonly maxAgeSec: number;
}

/** A chain is fitted once, but judged anew: the bar that shows its index may come after it. */
function judged(chain: OptionChain, { market, last, maxAgeSec }: Judging): Kept {
  const now = last?.chainSec === chain.sourceTimeSec ? last : newest(chain, last);
  const { fitted, before } = now;
  const isGood = fitted !== null && isIndexNearPrice(fitted, market) && coversAsBefore(fitted, before, maxAgeSec);
  return { ...now, isGood };
}

function newest(chain: OptionChain, last: Kept | undefined): Omit<Kept, "isGood"> {
  const before = last?.isGood === true ? last.fitted : (last?.before ?? null);
  return { chainSec: chain.sourceTimeSec, fitted: quotedSurface(chain), before };
}

function isSilent(asset: AssetSymbol, { doubts }: MarketSnapshot): boolean {
  return doubts.some((doubt) => doubt.asset === asset && doubt.reason === "stale-chain");
}
