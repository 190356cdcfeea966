/** The hedge of an insurance fund, for tests of the API and of the page alone. */
import type { FundHedgeRow } from "../../oracle/domain/fund-hedge.ts";
import { VIEW_SOURCE, VIEW_TIME_SEC } from "./changing-view.ts";

/** A mandate of a fund after one look. */
export function fundHedgeRow(further: Partial<FundHedgeRow> = {}): FundHedgeRow {
  return {
    ...{ asset: "BTC", mandate: VIEW_SOURCE, venue: VIEW_SOURCE, atSec: VIEW_TIME_SEC, isPaused: false },
    ...{ untilSec: VIEW_TIME_SEC + 86_400, netDeltaCoins: 1.25, lowerCoins: -1.5, upperCoins: -1, positionCoins: -1 },
    ...{
      marginUsd: 20_000,
      equityUsd: 19_500,
      idleUsd: 30_000,
      action: null,
      ageSec: 0,
      fault: null,
      refused: { "inside-band": 3 },
    },
    ...further,
  };
}
