/** The node's own margins of all pairs of one asset: scoring in endpoint mode at the stated 99 %. */
import { endpointMargin } from "../../../oracle/scoring/endpoint-margin.ts";
import { type QuotedVol, quotedVol } from "../../../oracle/scoring/quoted-vol.ts";
import type { ChainSnapshot } from "../../data/option-chains.ts";
import { held } from "./baselines.ts";
import type { OptionPair } from "./snapshot-pairs.ts";

const CONFIDENCE = 0.99;
/** Share of the snapshot before in the level of volatility, in logarithms: one quote of a short option is noisy. */
const MEMORY = 0.5;

/**
 * Margins as shares of the largest loss, in the order of the pairs. The margin at t reads chains up to t. `[pairs]`
 *
 * @param confidence stated; the node's when left out.
 */
export function plimsollMargins(
  snapshots: readonly ChainSnapshot[],
  pairs: readonly OptionPair[],
  confidence = CONFIDENCE,
): Float64Array {
  const vols = smoothedVols(snapshots);
  return Float64Array.from(pairs, (pair) => {
    const { snapshot, quote, laterSec } = pair;
    const vol = vols.get(snapshot);
    if (vol === undefined) return Number.NaN;
    const { future, impliedVol } = quote;
    const times = { atSec: snapshot.atSec, untilSec: laterSec, confidence };
    const { value, margin } = endpointMargin(
      { asset: snapshot.asset, series: quote, future, impliedVol, ...times },
      vol,
    );
    const unit = quote.kind === "call" ? 1 : quote.strike;
    // The mark is the value that is margined; the model's own differs from it by rounding.
    return held(pair, pair.value + (margin - value) / unit);
  });
}

/** Level and skew of volatility at each snapshot that quotes one; the level remembers half of the snapshot before. */
export function smoothedVols(snapshots: readonly ChainSnapshot[]): ReadonlyMap<ChainSnapshot, QuotedVol> {
  const vols = new Map<ChainSnapshot, QuotedVol>();
  let level: number | null = null;
  for (const snapshot of snapshots) {
    const vol = quotedVol(snapshot.quotes, snapshot.atSec);
    if (vol === null) continue;
    level = level === null ? vol.hourly : level ** MEMORY * vol.hourly ** (1 - MEMORY);
    vols.set(snapshot, { ...vol, hourly: level });
  }
  return vols;
}
