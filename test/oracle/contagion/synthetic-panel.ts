/** A drawn panel of bars: one factor, storms, assets of different volatility. */
import { createRng } from "../../../oracle/math/rng.ts";
import type { MarketPanel } from "../../../oracle/models/contagion/market-panel.ts";

const SPAN_SEC = 14_400;
const FIRST_SEC = 1_700_006_400;

/** A panel of 4-hour bars; equal seeds give equal panels. */
export function syntheticPanel(wanted: {
  readonly assets: number;
  readonly bars: number;
  readonly seed: string;
}): MarketPanel {
  const { assets, bars, seed } = wanted;
  const rng = createRng(seed);
  const columns = {
    high: new Float64Array(bars * assets),
    low: new Float64Array(bars * assets),
    close: new Float64Array(bars * assets),
  };
  let storm = 1;
  let market = 0;
  for (let place = 0; place < bars * assets; place += 1) {
    const asset = place % assets;
    if (asset === 0) storm = rng.uniform() < 0.02 ? 4 : 1 + 0.9 * (storm - 1);
    if (asset === 0) market = 0.008 * storm * rng.normal();
    const before = columns.close[place - assets] ?? 100;
    const after = before * Math.exp(market + 0.006 * storm * (1 + asset / assets) * rng.normal());
    columns.high[place] = Math.max(before, after) * (1 + 0.004 * rng.uniform());
    columns.low[place] = Math.min(before, after) * (1 - 0.004 * rng.uniform());
    columns.close[place] = after;
  }
  return {
    assets: Array.from({ length: assets }, (_, asset) => `A${asset}`),
    spanSec: SPAN_SEC,
    endSec: Float64Array.from({ length: bars }, (_, bar) => FIRST_SEC + (bar + 1) * SPAN_SEC),
    ...columns,
  };
}
