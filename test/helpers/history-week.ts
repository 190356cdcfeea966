/** A week of a history made by hand: calm, then a fall of a third in a day, with the scores that a test wants. */
import { join } from "node:path";
import type { HistorySpec } from "../../oracle/simulation/history/history-plan.ts";
import { plannedShorts, WEEK_SEC } from "../../oracle/simulation/history/history-plan.ts";
import type { AskedScore, RecordedWeek } from "../../oracle/simulation/history/recorded-week.ts";
import type { MarketHour } from "../../oracle/simulation/vault/market-moment.ts";
import type { VaultTerms } from "../../oracle/simulation/vault/vault-terms.ts";
import { configuredTerms } from "../../scripts/deploy/configured-terms.ts";
import { readDeploymentConfig } from "../../scripts/deploy/deployment-config.ts";

const HOUR_SEC = 3_600;
const WEEK_HOURS = WEEK_SEC / HOUR_SEC;
const START_PRICE = 60_000;
const CRASH = { fromHour: 100, hours: 24, share: 0.35 };
const CURVE = {
  distances: Float64Array.of(0, 0.01, 0.1),
  notionals: Float64Array.of(0, 1e6, 1e8),
  costs: Float64Array.of(0, 5e3, 5e6),
  halfSpread: 0.0002,
  synthetic: false,
};

/** A history of two weeks. */
export const WEEK_SPEC: HistorySpec = { seed: 3, fromSec: Date.UTC(2025, 0, 6) / 1_000, weeks: 2, perDay: 12 };

/** Terms of the local deployment for BTC alone. */
export async function btcTerms(): Promise<ReadonlyMap<string, VaultTerms>> {
  const config = await readDeploymentConfig(join(import.meta.dirname, "../../deployments/local/config.json"));
  return new Map([["BTC", configuredTerms(config, "BTC")]]);
}

/** One week; both fall alike. @param askedBps ρ that is asked of every short in every hour. */
export function weekByHand(terms: ReadonlyMap<string, VaultTerms>, week: number, askedBps: number): RecordedWeek {
  const own = terms.get("BTC");
  if (own === undefined) throw new RangeError("The deployment has BTC.");
  const all = Array.from({ length: (week + 1) * WEEK_HOURS }, (_, hour) => hourOf(hour));
  const plan = plannedShorts(WEEK_SPEC, week, { asset: "BTC", terms: own, hours: all });
  const hours = all.slice(week * WEEK_HOURS);
  const asked = hours.flatMap(({ startSec }) =>
    plan
      .filter(({ openSec, expirySec }) => openSec < startSec && expirySec > startSec)
      .map(({ index }): AskedScore => ({ hourSec: startSec, index, rhoBps: askedBps, piBps: 100, score: 250 })),
  );
  return { week, assets: [{ asset: "BTC", hours, asked }] };
}

function hourOf(hour: number): MarketHour {
  const [open, close] = [priceAt(hour), priceAt(hour + 1)];
  const startSec = WEEK_SPEC.fromSec + hour * HOUR_SEC;
  const range = { high: Math.max(open, close) * 1.001, low: Math.min(open, close) * 0.999 };
  return { startSec, open, close, ...range, impliedVol: 0.6, curves: { call: CURVE, put: CURVE } };
}

function priceAt(hour: number): number {
  const fallen = Math.min(1, Math.max(0, ((hour % WEEK_HOURS) - CRASH.fromHour) / CRASH.hours));
  return START_PRICE * (1 - CRASH.share * fallen) * (1 + 0.002 * Math.sin(hour));
}
