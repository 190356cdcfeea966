/** The hedger on perpetuals of assets that it was not trained on: all of them as one world, and how many lose nothing. */
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { quantile } from "../../../oracle/math/statistics.ts";
import type { MarketPanel } from "../../../oracle/models/contagion/market-panel.ts";
import { blockWorld } from "../../../oracle/training/hedger/real-world.ts";
import { REPORT_COSTS, reportRequest } from "../../../oracle/training/hedger/write-hedger.ts";
import { readBarPanel } from "../../data/bar-panel.ts";
import { type NamedCell, namedCell } from "./hedger-cells.ts";
import type { JudgedHedger } from "./option-scores.ts";
import { windowMarkets } from "./window-markets.ts";

/** Scores at one cost. */
export interface PanelScore {
  readonly cost: number;
  readonly assets: number;
  /** Stretches of all assets together. */
  readonly pooled: NamedCell;
  /** Median gain of the service by asset, and the share of assets where it is 0 or more, on the rules as usually set. */
  readonly medianGain: number;
  readonly notWorse: number;
}

/** Assets whose hours training reads. */
const TRAINED: readonly string[] = ["BTC", "ETH", "BNB"];

/** What is judged, and how finely. */
export interface PanelRequest {
  readonly paths: readonly string[];
  readonly fromSec: number;
  /** Stretches of all assets together, and of each. */
  readonly pooled?: number;
  readonly single?: number;
}

/**
 * Scores at every cost; none where no other asset has half a year in the window.
 *
 * @throws PlimsollError those of the reader.
 */
export async function panelScores(
  judged: JudgedHedger,
  { paths, fromSec, pooled = 20_000, single = 500 }: PanelRequest,
): Promise<readonly PanelScore[]> {
  const markets = windowMarkets(otherAssets(readBarPanel(paths)), { fromSec, toSec: Number.POSITIVE_INFINITY });
  if (markets.size === 0) return [];
  const worldOf = (name: string, count: number) => {
    const own = [...markets].flatMap(([asset, market]) => (name === "all" || asset === name ? [market] : []));
    const drawn = blockWorld(own, reportRequest(count), createRng(`evaluate-hedger-panel-${name}`));
    return { world: `perpetuals of ${name}`, paths: drawn };
  };
  const all = worldOf("all", pooled);
  const each = [...markets.keys()].map((asset) => worldOf(asset, single));
  const scores: PanelScore[] = [];
  for (const cost of REPORT_COSTS) {
    const gains: number[] = [];
    for (const world of each) gains.push((await namedCell(judged, world, cost)).servedGain);
    const notWorse = gains.filter((gain) => gain >= 0).length / gains.length;
    const together = await namedCell(judged, all, cost);
    scores.push({ cost, assets: markets.size, pooled: together, medianGain: quantile(gains, 0.5), notWorse });
  }
  return scores;
}

/** Closes of the assets that training has not seen, from their first bar on; assets with gaps are left out. */
function otherAssets({
  assets,
  spanSec,
  endSec,
  close,
}: MarketPanel): ReadonlyMap<string, Pick<BarSeries, "endSec" | "close" | "spanSec">> {
  return new Map(
    assets.flatMap((asset, column) => {
      const closes = endSec.map((_, row) => close[row * assets.length + column] ?? Number.NaN);
      const first = closes.findIndex(Number.isFinite);
      const listed = closes.subarray(Math.max(first, 0));
      if (TRAINED.includes(asset) || !listed.every(Number.isFinite)) return [];
      return [[asset, { endSec: endSec.subarray(Math.max(first, 0)), close: listed, spanSec }] as const];
    }),
  );
}
