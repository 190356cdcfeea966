/** State of the reference model: plain records in maps. A call works on a copy, so a refused call leaves nothing behind. */
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type { Caps, FundTerms, LiquidationSettings, ValveTerms } from "./calls.ts";

/** What never changes after the deployment. */
export interface Setup {
  readonly vault: Address;
  readonly oracle: Address;
  readonly settlement: Address;
  readonly optionToken: Address;
  /** Deployer: owner of feeds and tokens, holder of every role. */
  readonly admin: Address;
  readonly actors: readonly Address[];
  /** All collateral tokens. */
  readonly tokens: readonly Address[];
  /** Market ids count from 1. */
  readonly markets: readonly MarketSetup[];
  /** Risk classes by id. */
  readonly classes: ReadonlyMap<number, RiskClass>;
  readonly funds: readonly FundSetup[];
  readonly maxArrivalAgeSec: number;
  readonly maxSettlementDelaySec: number;
  /** Signatures of a quorum. */
  readonly threshold: number;
}

/** A market as deployed. */
export interface MarketSetup {
  readonly feed: Address;
  readonly base: TokenSetup;
  readonly quote: TokenSetup;
  readonly minPriceE8: bigint;
  readonly maxPriceE8: bigint;
  readonly maxAgeSec: number;
  readonly moneynessEdgesBps: readonly number[];
  readonly tenorEdgesSec: readonly number[];
  readonly classIds: readonly number[];
}

/** A collateral token. */
export interface TokenSetup {
  readonly token: Address;
  readonly decimals: number;
}

/** An insurance fund. */
export interface FundSetup {
  readonly fund: Address;
  readonly token: Address;
  readonly coolDownSec: number;
  readonly exitWindowSec: number;
  readonly settlementWindowSec: number;
  readonly utilisationBps: bigint;
  readonly seriesCapBps: bigint;
}

/** A short position; `sizeE8` 0 once it is closed or settled. */
export interface Position {
  readonly owner: Address;
  readonly seriesId: bigint;
  readonly sizeE8: bigint;
  readonly collateral: bigint;
  readonly coolOffFrom: number;
  readonly flaggedAt: number;
  readonly flagPiBps: number;
  readonly isFlagged: boolean;
  readonly isCharged: boolean;
}

/** What an expired series has to do with a fund. */
export type Hold = "NONE" | "WAITING" | "LENT" | "COMPLETE";

/** A series from its first settlement or its hold on. */
export interface SeriesBook {
  readonly priceE8: bigint;
  readonly longsLeftE8: bigint;
  readonly paidOut: bigint;
  readonly hold: Hold;
  readonly pot: bigint;
  readonly owed: bigint;
  readonly lender: Address | null;
  readonly lent: bigint;
}

/** A side of a market. */
export interface Side extends TokenSetup {
  readonly live: boolean;
  readonly minCollateral: bigint;
  readonly caps: Caps;
}

/** Valves of a market and what has passed them in window `index`. */
export interface Valves {
  readonly terms: ValveTerms;
  readonly index: number;
  readonly flaggedE8: bigint;
  readonly liquidatedE8: bigint;
}

/** A round of a feed. */
export interface Round {
  readonly answer: bigint;
  readonly updatedAt: number;
}

/** Cover of a series by a fund. */
export interface Cover {
  readonly reserved: bigint;
  readonly loss: bigint;
  readonly status: "OPEN" | "DONE";
}

/** An exit under way. */
export interface Ticket {
  readonly shares: bigint;
  readonly from: number;
  readonly until: number;
}

/** Figures of a fund. */
export interface FundFigures {
  readonly assets: bigint;
  readonly reserved: bigint;
  readonly receivable: bigint;
  readonly openSeries: number;
  readonly supply: bigint;
}

/** Times of pauses. */
export interface Pauses {
  readonly riskUntil: number;
  readonly liquidationUntil: number;
  readonly cautionUntil: number;
  readonly lastAt: number;
  readonly previousAt: number;
}

/** What the score of a position may count from: its last change of class, and the last mark that a score stands; 0 for none. */
export interface ScoreTimes {
  readonly reclassedAt: number;
  readonly scoredSince: number;
}

/** Everything that calls change. Keys of two parts are joined by {@link pair}. */
export interface World {
  readonly setup: Setup;
  positionCount: number;
  settings: LiquidationSettings;
  pauses: Pauses;
  reportEpoch: bigint;
  reportObservedAt: number;
  readonly balances: Map<string, bigint>;
  readonly longs: Map<string, bigint>;
  readonly claims: Map<string, bigint>;
  readonly positions: Map<number, Position>;
  readonly series: Map<bigint, SeriesBook>;
  readonly offers: Map<number, Address>;
  readonly operators: Map<string, boolean>;
  readonly sides: Map<string, Side>;
  readonly valves: Map<number, Valves>;
  readonly fundTerms: Map<Address, FundTerms>;
  readonly words: Map<number, bigint>;
  readonly quantiles: Map<number, bigint>;
  readonly scoreTimes: Map<number, ScoreTimes>;
  readonly rounds: Map<number, readonly Round[]>;
  readonly settled: Map<string, bigint>;
  readonly funds: Map<Address, FundFigures>;
  readonly covers: Map<string, Cover>;
  readonly shares: Map<string, bigint>;
  readonly tickets: Map<string, Ticket>;
}

/** A call on its way through the model: who, when, on what. */
export interface Context {
  readonly world: World;
  readonly by: Address;
  readonly nowSec: number;
}

/** A custom error that the contracts raise, with its arguments in order. */
export class Refusal extends Error {
  readonly args: readonly unknown[];

  constructor(code: string, args: readonly unknown[]) {
    super(code);
    this.args = args;
  }
}

/** Refuses the call with a custom error. */
export function refuse(code: string, ...args: readonly unknown[]): never {
  throw new Refusal(code, args);
}

/** Key of two parts. */
export function pair(first: string | number | bigint, second: string | number | bigint): string {
  return `${first}|${second}`;
}

/** A copy that shares the records, which never change. */
export function cloneWorld(world: World): World {
  return {
    ...world,
    balances: new Map(world.balances),
    longs: new Map(world.longs),
    claims: new Map(world.claims),
    positions: new Map(world.positions),
    series: new Map(world.series),
    offers: new Map(world.offers),
    operators: new Map(world.operators),
    sides: new Map(world.sides),
    valves: new Map(world.valves),
    fundTerms: new Map(world.fundTerms),
    words: new Map(world.words),
    quantiles: new Map(world.quantiles),
    scoreTimes: new Map(world.scoreTimes),
    rounds: new Map(world.rounds),
    settled: new Map(world.settled),
    funds: new Map(world.funds),
    covers: new Map(world.covers),
    shares: new Map(world.shares),
    tickets: new Map(world.tickets),
  };
}
