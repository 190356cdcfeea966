/** Makes one number into an event of every asset that it speaks of. */
import type { AssetSymbol, MarketSignal } from "../../domain/market.ts";

/** Who says it, under which name, of which assets. */
export interface SignalHead {
  readonly id: string;
  readonly name: string;
  readonly assets: readonly AssetSymbol[];
}

/** Events of one number; times in seconds. */
export function signalsOf(
  { id, name, assets }: SignalHead,
  made: Pick<MarketSignal, "value" | "sourceTimeSec" | "receivedTimeSec">,
): readonly MarketSignal[] {
  return assets.map((asset) => ({ kind: "signal", asset, name, sourceId: id, ...made }));
}
