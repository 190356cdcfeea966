/** What one asset may say about another: their sizes of moves and their correlation, as daily signals. */
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { gapSignals } from "../../../oracle/models/gap/gap-signals.ts";
import type { DailySignal } from "../../../oracle/training/volatility/daily-signal.ts";
import { dayOf, type GapMarket } from "./gap-market.ts";

const WINDOW_ROWS = 720;
/** Keeps the Fisher transform finite. */
const GREATEST_CORRELATION = 0.9999;
const FAMILY = "cross-asset";

/** Log ratio of the peer's recent size of moves to the own one, and correlation of hourly returns over 30 days. */
export function crossAssetSignals(own: GapMarket, peer: GapMarket): readonly DailySignal[] {
  const rowOfPeer = new Map(Array.from(peer.bars.endSec, (end, row) => [end, row]));
  const [ownSize, peerSize] = [gapSignals(own.bars).recent, gapSignals(peer.bars).recent];
  const [ownReturns, peerReturns] = [logReturns(own), logReturns(peer)];
  const [ratios, correlations] = [new Map<number, number>(), new Map<number, number>()];
  own.bars.endSec.forEach((end, row) => {
    const other = rowOfPeer.get(end);
    if (end % SECONDS_PER_DAY !== 0 || other === undefined) return;
    const day = dayOf(own.startSec[row] ?? Number.NaN);
    ratios.set(day, Math.log((peerSize[other] ?? Number.NaN) / (ownSize[row] ?? Number.NaN)));
    if (row < WINDOW_ROWS || other < WINDOW_ROWS) return;
    const tail = (values: Float64Array, at: number): Float64Array => values.subarray(at - WINDOW_ROWS + 1, at + 1);
    correlations.set(day, fisher(tail(ownReturns, row), tail(peerReturns, other)));
  });
  return [
    { name: `${FAMILY}: size of ${peer.asset}`, family: FAMILY, lagDays: 1, values: ratios },
    { name: `${FAMILY}: correlation with ${peer.asset}`, family: FAMILY, lagDays: 1, values: correlations },
  ];
}

function logReturns({ bars: { close } }: GapMarket): Float64Array {
  return close.map((price, row) => (row === 0 ? 0 : Math.log(price / (close[row - 1] ?? Number.NaN))));
}

function fisher(left: Float64Array, right: Float64Array): number {
  let [both, first, second] = [0, 0, 0];
  left.forEach((a, place) => {
    const b = right[place] ?? Number.NaN;
    both += a * b;
    first += a * a;
    second += b * b;
  });
  const bounded = Math.min(GREATEST_CORRELATION, Math.max(-GREATEST_CORRELATION, both / Math.sqrt(first * second)));
  return Math.atanh(bounded);
}
