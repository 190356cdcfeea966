/** A small market for tests of vault lives: terms with one class, seeded or scripted hours, and what an oracle knows of them. */
import type { MarketSnapshot } from "../../../../oracle/domain/market.ts";
import type { RiskClass } from "../../../../oracle/domain/risk-class.ts";
import { createRng } from "../../../../oracle/math/rng.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../../oracle/scoring/scoring-settings.ts";
import { exchangePolicy, staticPolicy } from "../../../../oracle/simulation/vault/fixed-policies.ts";
import type { MarginPolicy } from "../../../../oracle/simulation/vault/margin-policy.ts";
import type { MarketHour } from "../../../../oracle/simulation/vault/market-moment.ts";
import { type PlannedShort, planOpenings } from "../../../../oracle/simulation/vault/opening-plan.ts";
import { oraclePolicy } from "../../../../oracle/simulation/vault/oracle-policy.ts";
import type { Vault } from "../../../../oracle/simulation/vault/vault-book.ts";
import { addCounts, type DayCounts, EMPTY_DAY } from "../../../../oracle/simulation/vault/vault-ledger.ts";
import { createVaultScorer, type ScoringMoment } from "../../../../oracle/simulation/vault/vault-scorer.ts";
import type { VaultTerms } from "../../../../oracle/simulation/vault/vault-terms.ts";
import { sampleMarket, samplePrediction } from "../../../../scripts/bench/scoring-input.ts";

export const HOUR = 3_600;
export const DAY = 86_400;
/** Midnight. */
export const START_SEC = Date.UTC(2024, 0, 1) / 1_000;
export const CLASS_ID = 1;
const GRID_CELLS = 32;

/** Bounds of the tests' only class. */
export const BED_CLASS: RiskClass = {
  rhoFloorBps: 100,
  rhoCeilingBps: 10_000,
  rhoDefaultBps: 2_000,
  rhoInitialBps: 500,
  piFloorBps: 20,
  piCapBps: 3_000,
  piDefaultBps: 400,
  deltaBps: 50,
  tighten: { stepBps: 800, driftBps: 4_000, delaySec: 300 },
  loosen: { stepBps: 300, driftBps: 1_500, delaySec: 3_000 },
  windowSec: DAY,
  validitySec: 6 * HOUR,
  graceMinutes: 10,
  rampMinutes: 30,
  fallbackRampMinutes: 1_440,
  betaBps: 2_000,
  maxAboveOpenBps: 3_000,
  piStepBps: 300,
  active: true,
};

/** Terms of the tests' market. */
export const BED_TERMS: VaultTerms = {
  marketId: 1,
  decimals: { call: 8, put: 6 },
  minCollateral: { call: 10_000n, put: 10_000_000n },
  settleBounty: { call: 0n, put: 1_000_000n },
  classes: new Map([[CLASS_ID, BED_CLASS]]),
  grid: {
    moneynessEdgesBps: [],
    tenorEdgesSec: [],
    classIds: Array.from({ length: GRID_CELLS }, () => CLASS_ID),
  },
  delivery: {
    reportTightened: 1_000,
    reportTighteningBps: 300_000,
    windowTightened: 10_000,
    windowTighteningBps: 3_000_000,
    windowSec: DAY,
  },
  orderlySec: 900,
  lateSec: 7_200,
  coolOffSec: 120,
  flagLifeSec: 43_200,
  targetHealthBps: 12_500,
  flagBountyBps: 10,
  feeBps: 1_000,
  effectBudgetE8: 10n ** 16n,
  effectWindowSec: DAY,
};

/** A book so deep that slippage hardly matters. */
const CURVE = {
  distances: Float64Array.of(0, 0.01, 0.5),
  notionals: Float64Array.of(0, 1e9, 5e9),
  costs: Float64Array.of(0, 5e6, 1e9),
  halfSpread: 0.0001,
  synthetic: true,
};

/** One hour of the script. */
export function hourAt(place: number, prices: Partial<MarketHour> & { readonly open: number }): MarketHour {
  const { open } = prices;
  const flat = { high: open, low: open, close: open, impliedVol: 0.6, curves: { call: CURVE, put: CURVE } };
  return { startSec: START_SEC + place * HOUR, ...flat, ...prices };
}

/** A seeded path with jumps: 0.8 % an hour and a jump of 6 % about twice a week. */
export function seededHours(count: number, seed: string): readonly MarketHour[] {
  const rng = createRng(seed);
  let open = 40_000;
  return Array.from({ length: count }, (_, place) => {
    const jump = rng.uniform() < 1 / 84 ? 0.06 * rng.normal() : 0;
    const close = open * Math.exp(0.008 * rng.normal() + jump);
    const wick = 1 + 0.003 * rng.exponential();
    const hour = hourAt(place, { open, close, high: Math.max(open, close) * wick, low: Math.min(open, close) / wick });
    open = close;
    return hour;
  });
}

/** Openings over all the hours. */
export function openingsOf(hours: readonly MarketHour[], seed = "openings"): readonly PlannedShort[] {
  const toSec = (hours.at(-1)?.startSec ?? 0) + HOUR;
  return planOpenings({ hours, marketId: 1, perDay: 3, fromSec: START_SEC, toSec, rng: createRng(seed) });
}

/** The three kinds of policies, with the product scored from flat forecasts at the path's prices. */
export function bedPolicies(hours: readonly MarketHour[], terms: VaultTerms = BED_TERMS): readonly MarginPolicy[] {
  const settings = { ...DEFAULT_SCORING_SETTINGS, paths: 100 };
  const scorer = createVaultScorer({ classes: terms.classes, settings, knownAt: knownOn(hours) });
  return [
    oraclePolicy({ name: "plimsoll", asset: "BTC", terms, scorer, scale: 1, isQuoted: false }),
    staticPolicy(1_000, terms),
    exchangePolicy(0.3, terms),
  ];
}

/** What an oracle knows at the start of each hour: the opening price and a constant forecast. */
export function knownOn(hours: readonly MarketHour[]): (timeSec: number) => ScoringMoment | null {
  const opens = new Map(hours.map(({ startSec, open }) => [startSec, open]));
  const prediction = samplePrediction("BTC", createRng("prediction"));
  const market = { ...sampleMarket("BTC"), volIndex: null };
  return (timeSec) => {
    const spot = opens.get(timeSec);
    if (spot === undefined) return null;
    const snapshot: MarketSnapshot = { atSec: timeSec, assets: new Map([["BTC", { ...market, spot }]]), doubts: [] };
    return { snapshot, predictions: new Map([["BTC", prediction]]) };
  };
}

/** Sums of all days of a vault. */
export function totalsOf({ ledger }: Vault): DayCounts {
  return [...ledger.days.values()].reduce((sum, day) => addCounts(sum, day), EMPTY_DAY);
}

/** A single short on a scripted path. */
export function plannedShort(change: Partial<PlannedShort> = {}): PlannedShort {
  const expirySec = START_SEC + 2 * DAY + 8 * HOUR;
  return {
    index: 0,
    series: { marketId: 1, strikeE8: 38_000n * 10n ** 8n, expirySec, isPut: true },
    kind: "put",
    strike: 38_000,
    expirySec,
    openSec: START_SEC,
    size: 1,
    sizeE8: 10n ** 8n,
    multipleBps: 10_000n,
    diligence: "never",
    rng: createRng("writer"),
    ...change,
  };
}
