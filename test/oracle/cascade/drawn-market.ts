/** A drawn market for the tests of cascades: prices that fall hard now and then, with liquidations in the falls. */
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import type { LiquidationFlow } from "../../../oracle/training/cascade/hazard-rows.ts";

export const HOUR_SEC = 3_600;
export const START_SEC = 1_600_041_600;
const HOURS = 170 * 24;

/** Bars and calls; those that end after `spoilAfter` are drawn from another stream. */
export function drawnMarket(
  seed: string,
  spoilAfter = Number.POSITIVE_INFINITY,
): { readonly bars: BarSeries; readonly flow: LiquidationFlow } {
  const [rng, noise] = [createRng(seed), createRng("other future")];
  const endSec = Float64Array.from({ length: HOURS }, (_, hour) => START_SEC + (hour + 1) * HOUR_SEC);
  const streams = [...endSec].map((time) => (time > spoilAfter ? noise : rng));
  const moves = streams.map((stream) => 0.007 * stream.normal() - (stream.uniform() < 0.01 ? 0.06 : 0));
  let price = 100;
  const close = Float64Array.from(moves, (move) => {
    price *= Math.exp(move);
    return price;
  });
  const open = close.map((_, hour) => close[hour - 1] ?? 100);
  const calls = moves.flatMap((move, hour) => callsOf(move, endSec[hour] ?? 0));
  const bars: BarSeries = {
    ...{ spanSec: HOUR_SEC, endSec, open, close, volume: new Float64Array(HOURS) },
    high: close.map((value, hour) => 1.001 * Math.max(value, open[hour] ?? 0)),
    low: close.map((value, hour) => 0.999 * Math.min(value, open[hour] ?? 0)),
  };
  const flow: LiquidationFlow = {
    timeSec: Float64Array.from(calls, ({ timeSec }) => timeSec),
    amount: Float64Array.from(calls, ({ amount }) => amount),
    fromSec: START_SEC,
    toSec: START_SEC + HOURS * HOUR_SEC,
  };
  return { bars, flow };
}

/** Six calls in a hard fall, one small call in some other hours; drawn from the move itself. */
function callsOf(move: number, endSec: number) {
  const stream = createRng(`calls:${move}`);
  const isFall = move < -0.02;
  const count = isFall ? 6 : Number(stream.uniform() < 0.05);
  const most = isFall ? 1.5e6 : 4e4;
  return Array.from({ length: count }, (_, call) => ({ timeSec: endSec + 60 * call, amount: most * stream.uniform() }));
}
