/** What the system of the reference model is deployed with: two markets, nine classes, limits, settings. */
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import type { Caps, LiquidationSettings, ValveTerms } from "./calls.ts";

/** 15 January 2027, 08:00 UTC: an expiry. */
export const GENESIS_SEC = 1_800_000_000;
/** Time before the first call of every sequence: three hours before the next expiry. */
export const START_SEC = GENESIS_SEC + 75_600;

const E8 = 10n ** 8n;
const DAY_SEC = 86_400;
const HOUR_SEC = 3_600;
const MAX_UINT16 = 65_535;
const MAX_UINT32 = 4_294_967_295;

/** Signatures of a quorum. */
export const THRESHOLD = 2;
/** Accounts that trade; the last one is poor. */
export const ACTORS = 5;
/** An answer older than this is stale, seconds. */
export const MAX_AGE_SEC = 7_200;
/** Greatest age of an observation, seconds. */
export const ARRIVAL_AGE_SEC = 900;
/** Settlement rounds come at most this late, seconds. */
export const SETTLEMENT_DELAY_SEC = 3_600;
/** Plausible prices, USD × 1e8. */
export const PRICE_RANGE = { minPriceE8: E8, maxPriceE8: 10n ** 15n };
/** Settings of both funds. */
export const FUND_SETTINGS = {
  coolDownSec: 9 * DAY_SEC,
  exitWindowSec: DAY_SEC,
  settlementWindowSec: HOUR_SEC,
  utilisationBps: 5_000,
  seriesCapBps: 1_000,
};
/** Moneyness below 95 %, below 105 %, below 150 %; beyond there is no class. */
const MONEYNESS_EDGES = [9_500, 10_500, 15_000];
/** Tenor below six hours, below two days, above. */
const TENOR_EDGES = [21_600, 2 * DAY_SEC];
const TENOR_BUCKETS = 4;
const TENOR_COLUMNS = 3;

/** Class grid of both markets: three rows and three columns have a class. */
export const GRID = {
  moneynessEdgesBps: padded(MONEYNESS_EDGES, 7, MAX_UINT16),
  tenorEdgesSec: padded(TENOR_EDGES, 3, MAX_UINT32),
  classIds: Array.from({ length: 32 }, (_, cell) => {
    const [row, column] = [Math.floor(cell / TENOR_BUCKETS), cell % TENOR_BUCKETS];
    return row < MONEYNESS_EDGES.length && column < TENOR_COLUMNS ? row * TENOR_COLUMNS + column + 1 : 0;
  }),
};

/** Caps of delivery that no sequence reaches. */
export const WIDE_LIMITS = {
  reportTightened: 60_000,
  reportTighteningBps: 1_000_000,
  windowTightened: 60_000,
  windowTighteningBps: 16_000_000,
  windowSec: DAY_SEC,
  dispersionBps: 10_000,
  violations: 60_000,
  coolDownSec: 0,
  heldSec: HOUR_SEC,
  rootValiditySec: HOUR_SEC,
};
/** Liquidations at first. */
export const FIRST_SETTINGS: LiquidationSettings = {
  orderlySec: 1_800,
  lateSec: 3_600,
  coolOffSec: 1_200,
  flagLifeSec: 21_600,
  targetHealthBps: 12_000,
  flagBountyBps: 25,
};
/** Valves at first. */
export const FIRST_VALVES: ValveTerms = {
  effectBudgetE8: 300_000n * E8,
  cautionLimitE8: 200_000n * E8,
  windowSec: HOUR_SEC,
};
/** Caps at first: what the types hold. */
export const NO_CAPS: Caps = {
  maxOpenInterestE8: 2n ** 64n - 1n,
  maxCollateral: 2n ** 104n - 1n,
  maxSizeE8: 2n ** 64n - 1n,
  maxPositions: 2 ** 24 - 1,
};

/** A market to deploy; amounts in token units. */
export interface MarketPlan {
  readonly symbol: string;
  readonly decimals: number;
  readonly spotE8: bigint;
  /** Least collateral of calls and of puts. */
  readonly least: readonly [bigint, bigint];
  /** What an actor has of the base token. */
  readonly supply: bigint;
}

/** Coins of 8 and of 18 decimals. */
export const MARKETS: readonly MarketPlan[] = [
  { symbol: "BTC", decimals: 8, spotE8: 50_000n * E8, least: [10_000n, 5_000_000n], supply: 10n ** 12n },
  { symbol: "ETH", decimals: 18, spotE8: 3_000n * E8, least: [10n ** 15n, 5_000_000n], supply: 10n ** 23n },
];
/** The dollar. */
export const QUOTE = { decimals: 6, supply: 10n ** 15n };
/** The poor actor has this part of what the others have. */
export const POOR_PARTS = 10n ** 7n;

/** Classes by id, rows of {@link GRID} from in to out of the money. */
export const CLASSES: ReadonlyMap<number, RiskClass> = new Map(
  [2_500, 2_800, 3_000, 2_000, 2_200, 2_400, 1_500, 1_200, 1_000].map((rhoBps, index) => [
    index + 1,
    classWith(rhoBps),
  ]),
);

function classWith(rhoBps: number): RiskClass {
  return {
    rhoFloorBps: 200,
    rhoCeilingBps: 9_000,
    rhoDefaultBps: rhoBps,
    rhoInitialBps: rhoBps,
    piFloorBps: 50,
    piCapBps: 4_000,
    piDefaultBps: Math.floor(rhoBps / 3),
    deltaBps: 100,
    tighten: { stepBps: 2_500, driftBps: 6_000, delaySec: 120 },
    loosen: { stepBps: 400, driftBps: 1_200, delaySec: 900 },
    windowSec: 2 * HOUR_SEC,
    validitySec: 5_400,
    graceMinutes: 5,
    rampMinutes: 20,
    fallbackRampMinutes: 60,
    betaBps: 1_000,
    maxAboveOpenBps: 4_000,
    piStepBps: 600,
    active: true,
  };
}

function padded(edges: readonly number[], length: number, filler: number): readonly number[] {
  return Array.from({ length }, (_, index) => edges[index] ?? filler);
}
