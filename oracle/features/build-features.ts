/** Turns a market snapshot into the feature vector of one asset; the same code serves live rounds and training. */
import type { Outcome } from "../domain/errors.ts";
import type { FeatureVector } from "../domain/features.ts";
import type { AssetSymbol, MarketSnapshot } from "../domain/market.ts";
import { SECONDS_PER_HOUR } from "../domain/units.ts";
import { type BarHistory, createBarHistory } from "./bar-history.ts";
import { FEATURE_CATALOGUE } from "./feature-catalogue.ts";
import type { FeatureContext } from "./feature-recipe.ts";
import { FEATURE_SCHEMA } from "./feature-schema.ts";

/** Bars (of at least an hour) that may be late before features say nothing about now. */
const MAX_LATE_BARS = 3;

/** Why there is no feature vector. */
export type FeatureFailure = "unknown-asset" | "no-bars" | "stale-bars";

/**
 * Builds the feature vector of one asset.
 *
 * Nothing that ended or was received after `snapshot.atSec` is read, so a training set may hand in whole histories and
 * move only `atSec`. Nothing older than `LONGEST_LOOKBACK_SEC` before the newest bar is read either.
 *
 * @returns values in schema order, NaN where missing; `unknown-asset`, `no-bars`, or `stale-bars` when the newest bar
 *   is more than three bars (at least three hours) old.
 */
export function buildFeatures(snapshot: MarketSnapshot, asset: AssetSymbol): Outcome<FeatureVector, FeatureFailure> {
  const market = snapshot.assets.get(asset);
  if (market === undefined) return { ok: false, reason: "unknown-asset", detail: asset };
  const history = createBarHistory(market.bars, snapshot.atSec);
  if (history === null) return { ok: false, reason: "no-bars", detail: asset };
  const ageSec = snapshot.atSec - (history.endSec.at(-1) ?? 0);
  if (ageSec > MAX_LATE_BARS * Math.max(history.spanSec, SECONDS_PER_HOUR)) {
    return { ok: false, reason: "stale-bars", detail: `${asset}: newest bar is ${ageSec} s old` };
  }
  const context = { atSec: snapshot.atSec, market, history, peers: peerHistories(snapshot, asset) };
  return { ok: true, value: { asset, atSec: snapshot.atSec, schemaHash: FEATURE_SCHEMA.hash, ...compute(context) } };
}

function compute(context: FeatureContext): Pick<FeatureVector, "values" | "missing" | "clipped"> {
  const values = new Float64Array(FEATURE_CATALOGUE.length);
  const missing = new Uint8Array(FEATURE_CATALOGUE.length);
  const clipped: string[] = [];
  for (const [index, { definition, compute: measure }] of FEATURE_CATALOGUE.entries()) {
    const raw = measure(context);
    // An infinite value (a ratio over nothing) is as unusable as none.
    if (!Number.isFinite(raw)) missing[index] = 1;
    values[index] = Number.isFinite(raw) ? Math.min(definition.max, Math.max(definition.min, raw)) : Number.NaN;
    if (Number.isFinite(raw) && raw !== values[index]) clipped.push(definition.name);
  }
  return { values, missing, clipped };
}

function peerHistories(snapshot: MarketSnapshot, asset: AssetSymbol): readonly BarHistory[] {
  const peers: BarHistory[] = [];
  for (const [symbol, market] of snapshot.assets) {
    if (symbol === asset) continue;
    const history = createBarHistory(market.bars, snapshot.atSec);
    if (history !== null) peers.push(history);
  }
  return peers;
}
