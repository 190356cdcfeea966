/** The longer horizon of puts under an unusual hazard of liquidations, which is off in the live settings. */
import type { CascadeState } from "../../../oracle/domain/cascade.ts";
import type { CascadePredictor } from "../../../oracle/models/cascade/cascade-predictor.ts";
import type { Variant } from "./follow-variant.ts";

/** No book of positions is known: the further fall is none, the horizon alone is judged. */
const NO_CURVE: CascadeState["curve"] = {
  ...{ shock: Float64Array.of(0), extra: new Float64Array(1), extraLow: new Float64Array(1) },
  ...{ extraHigh: new Float64Array(1), positions: 0, notionalUsd: 0, protocolUsd: {} },
};

/** Puts with `cascadeHorizonWeight` in 0…1; an asset without a hazard keeps the usual horizon. */
export function cascadeVariant(cascades: Pick<CascadePredictor, "hazardAt">, weight: number): Variant {
  return {
    settings: { cascadeHorizonWeight: weight },
    kinds: ["put"],
    predict: async ({ assets, atSec }, predictions) =>
      new Map(
        [...predictions].map(([asset, prediction]) => {
          const market = assets.get(asset);
          const reading = market === undefined ? null : cascades.hazardAt(market.bars, atSec);
          const cascade =
            reading?.ok === true ? { asset, atSec, ...reading.value, isAssumed: false, curve: NO_CURVE } : null;
          return [asset, { ...prediction, cascade }];
        }),
      ),
  };
}
