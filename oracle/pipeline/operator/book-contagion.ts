/** Builds the impact network of a round, assets by trailing correlation and sources by what secures their positions, and ranks it. */
import type { ContagionNode, ContagionReport } from "../../domain/contagion.ts";
import type { AssetMarket, MarketSnapshot } from "../../domain/market.ts";
import { isLive, type Position } from "../../domain/positions.ts";
import { contagionPaths } from "../../models/contagion/contagion-paths.ts";
import { correlationImpacts } from "../../models/contagion/correlation-impacts.ts";
import { correlationMatrix } from "../../models/contagion/crash-graph.ts";
import { debtRank, type ImpactNetwork } from "../../models/contagion/debt-rank.ts";

const CORRELATION_DAYS = 30;
const SECONDS_PER_DAY = 86_400;
/** Share of the window's bars that an asset must have; below, it is linked to nothing, and its exposure is the greatest. */
const LEAST_COVER = 0.8;
const SHOWN_PATHS = 5;
/** An asset whose newest bar is older than this is not known any more. */
const MOST_AGE_SPANS = 2;

/** What the network is made from. */
interface Book {
  readonly assets: readonly string[];
  readonly sources: readonly string[];
  /** Collateral of a source that secures positions on an asset, USD. `[assets][sources]` */
  readonly tied: readonly Float64Array[];
}

/**
 * Contagion in a book. Pure: nothing newer than the snapshot is read.
 *
 * An asset k that is lost takes `ρ²_ki / max(1, Σ_j ρ²_ji)` of asset i, the share of variance that both have in common, and of each source
 * the share of collateral that secures positions on it. No cause is claimed. An asset without enough bars, or whose newest bar is old, is taken
 * along in full: what is not known is not safe. Positions that have expired or are empty do not count.
 */
export function bookContagion(positions: readonly Position[], snapshot: MarketSnapshot): ContagionReport {
  const live = positions.filter((position) => isLive(position, snapshot.atSec));
  const book = bookOf(live, snapshot);
  const { assets, sources, tied } = book;
  const names = [...assets, ...sources];
  const held = sources.map((_, source) => sum(tied.map((row) => row[source] ?? 0)));
  const tiedUsd = Float64Array.from([...tied.map(sum), ...held]);
  const total = sum(held);
  const network: ImpactNetwork = {
    impacts: impactsOf(book, assetLinks(assets, snapshot)),
    // Assets reach each other even where nothing is held: then no loss is stated, but exposures are.
    values: Float64Array.from([...assets.map(() => 0), ...held.map((value) => (total > 0 ? value : 1))]),
  };
  const exposure = new Float64Array(names.length);
  const nodes = names.map((name, node): Omit<ContagionNode, "exposure"> => {
    const isAsset = node < assets.length;
    const shared = { name, kind: isAsset ? ("asset" as const) : ("source" as const), tiedUsd: tiedUsd[node] ?? 0 };
    if (!isAsset) return { ...shared, importance: 0, lossUsd: 0, paths: [] };
    const initial = new Float64Array(names.length);
    initial[node] = 1;
    const spread = debtRank(network, initial);
    spread.distress.forEach((share, other) => {
      if (other !== node) exposure[other] = Math.max(exposure[other] ?? 0, share);
    });
    if (total === 0) return { ...shared, importance: 0, lossUsd: 0, paths: [] };
    const paths = contagionPaths(spread, { names, values: tiedUsd, initial, most: SHOWN_PATHS });
    return {
      ...shared,
      importance: spread.rank,
      lossUsd: spread.rank * total,
      paths: paths.map(({ loss, edges, ...path }) => ({
        ...path,
        edges: edges.map(({ loss: lossUsd, ...edge }) => ({ ...edge, lossUsd })),
        lossUsd: loss,
      })),
    };
  });
  return {
    atSec: snapshot.atSec,
    correlationDays: CORRELATION_DAYS,
    nodes: nodes.map((node, place) => ({ ...node, exposure: exposure[place] ?? 1 })),
  };
}

/** Exposure of every asset, for scoring. */
export function assetExposures({ nodes }: ContagionReport): ReadonlyMap<string, number> {
  return new Map(nodes.filter(({ kind }) => kind === "asset").map(({ name, exposure }) => [name, exposure]));
}

function bookOf(positions: readonly Position[], snapshot: MarketSnapshot): Book {
  const assets = [...new Set(positions.map(({ asset }) => asset))].sort();
  const sources = [...new Set(positions.map(({ source }) => source.toLowerCase()))].sort();
  const tied = assets.map(() => new Float64Array(sources.length));
  for (const position of positions) {
    const row = tied[assets.indexOf(position.asset)];
    const source = sources.indexOf(position.source.toLowerCase());
    if (row !== undefined) row[source] = (row[source] ?? 0) + collateralUsd(position, snapshot);
  }
  return { assets, sources, tied };
}

/** Where spot is not known the strike stands for it. */
function collateralUsd(
  { kind, asset, strike, size, collateralPerContract }: Position,
  snapshot: MarketSnapshot,
): number {
  const known = snapshot.assets.get(asset)?.spot ?? Number.NaN;
  const spot = known > 0 && Number.isFinite(known) ? known : strike;
  const amount = collateralPerContract * size * (kind === "call" ? spot : 1);
  return Number.isFinite(amount) ? Math.max(0, amount) : 0;
}

function impactsOf({ assets, sources, tied }: Book, links: Float64Array): Float64Array {
  const count = assets.length;
  const nodes = count + sources.length;
  const impacts = new Float64Array(nodes * nodes);
  for (let from = 0; from < count; from += 1) {
    for (let to = 0; to < count; to += 1) impacts[from * nodes + to] = links[from * count + to] ?? 0;
    sources.forEach((_, source) => {
      const total = sum(tied.map((row) => row[source] ?? 0));
      const share = total > 0 ? (tied[from]?.[source] ?? 0) / total : 0;
      impacts[from * nodes + count + source] = Math.min(1, share);
    });
  }
  return impacts;
}

/** Impact of row on column. `[assets × assets]` */
function assetLinks(assets: readonly string[], { atSec, assets: known }: MarketSnapshot): Float64Array {
  const markets = assets.map((asset) => known.get(asset));
  const lastSec = commonEndSec(markets, atSec);
  const returns = markets.map((market) => (market === undefined ? null : windowReturns(market, lastSec)));
  const count = markets.length;
  const longest = Math.max(0, ...returns.map((found) => found?.length ?? 0));
  const correlations = correlationMatrix(returns.map((found) => found ?? new Float64Array(longest)));
  return correlationImpacts(correlations).map((impact, place) => {
    const [from, to] = [Math.floor(place / count), place % count];
    const isKnown = returns[from]?.length === longest && returns[to]?.length === longest;
    return from === to || isKnown ? impact : 1;
  });
}

/** Where all grids end, so that equal places are equal times: the earliest newest bar of the assets whose bars are not old. */
function commonEndSec(markets: readonly (AssetMarket | undefined)[], atSec: number): number {
  const ends = markets.flatMap((market) => {
    if (market === undefined) return [];
    const { spanSec, endSec } = market.bars;
    const newestSec = endSec.findLast((sec) => sec <= atSec) ?? Number.NEGATIVE_INFINITY;
    return atSec - newestSec <= MOST_AGE_SPANS * spanSec ? [newestSec] : [];
  });
  return Math.min(...ends);
}

/**
 * Log returns on the grid of the 30 days up to a bar's end, less their mean, over their length; `null` where too few bars are there, or not
 * this one.
 */
function windowReturns({ bars }: AssetMarket, lastSec: number): Float64Array | null {
  const { spanSec, endSec, close } = bars;
  if (!endSec.includes(lastSec)) return null;
  const length = Math.round((CORRELATION_DAYS * SECONDS_PER_DAY) / spanSec);
  const returns = new Float64Array(length);
  const known: number[] = [];
  for (let bar = 1; bar < endSec.length; bar += 1) {
    const place = length - 1 + ((endSec[bar] ?? Number.NaN) - lastSec) / spanSec;
    const move = Math.log((close[bar] ?? Number.NaN) / (close[bar - 1] ?? Number.NaN));
    const isStep = (endSec[bar] ?? 0) - (endSec[bar - 1] ?? 0) === spanSec;
    if (!Number.isInteger(place) || place < 0 || place >= length || !isStep || !Number.isFinite(move)) continue;
    returns[place] = move;
    known.push(move);
  }
  if (known.length < LEAST_COVER * length) return null;
  const mean = sum(known) / known.length;
  const size = Math.sqrt(returns.reduce((total, move) => total + (move - mean) ** 2, 0));
  return size > 0 ? returns.map((move) => (move - mean) / size) : null;
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}
