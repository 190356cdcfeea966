/** False alarms on clean data: five sources around real hours, two real markets of one coin beside each other, real bars and books. */
import type { AssetSymbol, BarSeries } from "../../../oracle/domain/market.ts";
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { createFeedDefence } from "../../../oracle/ingestion/defence/feed-defence.ts";
import { washVolume } from "../../../oracle/ingestion/defence/flow-indicators.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { runFeedAttack } from "../../feed-attacks/run-feed-attack.ts";

/** Alarms of one kind. */
export interface AlarmCount {
  readonly weeks: number;
  readonly alarms: number;
  readonly aWeek: number;
}

const DAYS_PER_WEEK = 7;
const SOURCES = 5;
const FLOW_BARS = 168;

/** Vetoed rounds of five clean sources around the closes of an asset, one round a bar. */
export function cleanVetoes(asset: AssetSymbol, { close, spanSec }: BarSeries): AlarmCount {
  const plan = {
    truth: [...close],
    stepSec: spanSec,
    sources: SOURCES,
    bad: 0,
    attack: "offset",
    fromRound: 0,
  } as const;
  const { rounds, vetoed } = runFeedAttack(plan, createRng(`clean/${asset}`));
  return counted(vetoed, rounds * spanSec);
}

/** Vetoed rounds of two real markets of one coin, at the ends that both have. */
export function pairVetoes(left: BarSeries, right: BarSeries): AlarmCount & { readonly compared: number } {
  const defence = createFeedDefence("BTC");
  const other = new Map(Array.from(right.endSec, (endSec, row) => [endSec, right.close[row] ?? Number.NaN]));
  let [alarms, compared] = [0, 0];
  for (const [row, endSec] of left.endSec.entries()) {
    const price = other.get(endSec);
    if (price === undefined) continue;
    compared += 1;
    const readings = [
      { sourceId: "left", value: left.close[row] ?? Number.NaN, sourceTimeSec: endSec },
      { sourceId: "right", value: price, sourceTimeSec: endSec },
    ];
    if (defence.judge({ atSec: endSec, readings: { price: readings } }).values.price === null) alarms += 1;
  }
  return { compared, ...counted(alarms, compared * Math.max(left.spanSec, right.spanSec)) };
}

/** Bars that the wash indicator doubts. */
export function washAlarms({ volume, high, low, spanSec }: BarSeries): AlarmCount {
  let alarms = 0;
  for (let row = FLOW_BARS; row < volume.length; row += 1) {
    const flows = Array.from({ length: FLOW_BARS + 1 }, (_, index) => {
      const at = row - FLOW_BARS + index;
      const range = Math.log((high[at] ?? Number.NaN) / (low[at] ?? Number.NaN));
      return { volume: volume[at] ?? Number.NaN, range, buyShare: null };
    });
    if (washVolume(flows) !== null) alarms += 1;
  }
  return counted(alarms, (volume.length - FLOW_BARS) * spanSec);
}

function counted(alarms: number, spanSec: number): AlarmCount {
  const weeks = spanSec / (DAYS_PER_WEEK * SECONDS_PER_DAY);
  return { weeks, alarms, aWeek: alarms / weeks };
}
