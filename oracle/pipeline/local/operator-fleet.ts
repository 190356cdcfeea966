/** Settings of the operators of one machine: own key, schema, guard, and an own noisy, delayed look at the market. */

import type { CautionLimits } from "../../domain/caution.ts";
import type { LendingMarketSettings } from "../../ingestion/sources/lending/lending-settings.ts";
import type { DatabaseHandle } from "../../platform/database/database.ts";
import type { LogLevel } from "../../platform/logger.ts";
import type { LocalContracts } from "../../simulation/agents/local-world.ts";
import type { MarketRequest } from "../open-market.ts";
import type { OperatorSettings } from "../operator/operator-settings.ts";
import type { OperatorKeys } from "../operator-keys.ts";
import type { OracleContracts } from "./local-contracts.ts";

/** What the operators share. */
export interface FleetOptions {
  readonly keys: readonly OperatorKeys[];
  readonly f: number;
  readonly threshold: number;
  readonly chain: OperatorSettings["chain"];
  readonly oracleContracts: OracleContracts;
  readonly contracts: LocalContracts;
  readonly market: MarketRequest;
  readonly lending: readonly LendingMarketSettings[];
  readonly lendingBudgetMs: number;
  readonly caution: CautionLimits | null;
  readonly seed: number;
  readonly artifactsDir: string;
  readonly openDatabase: () => DatabaseHandle;
  readonly logLevel: LogLevel;
}

/** Standard deviation of one operator's prices: venues differ by a few basis points in quiet markets. */
const NOISE_BPS = 3;
/** Delays grow by operator, so that no two see events at the same time; all stay below the anchor's delay. */
const FIRST_DELAY_SEC = 1;
const DELAY_STEP_SEC = 4;

/** Settings of every operator, in signer order. */
export function operatorSettings(options: FleetOptions): readonly OperatorSettings[] {
  const operators = options.keys.map(({ signer }) => signer);
  return options.keys.map((keys) => ({
    index: keys.index,
    signerKey: keys.signerKey,
    operators,
    threshold: options.threshold,
    f: options.f,
    chain: options.chain,
    contracts: options.oracleContracts,
    markets: options.contracts.markets.map(({ marketId, asset, baseDecimals, quoteDecimals }) => ({
      marketId,
      asset,
      baseDecimals,
      quoteDecimals,
    })),
    market: options.market,
    lending: options.lending,
    lendingBudgetMs: options.lendingBudgetMs,
    caution: options.caution,
    noise: {
      seed: `${options.seed}/operator-${keys.index}`,
      noiseBps: NOISE_BPS,
      delaySec: FIRST_DELAY_SEC + keys.index * DELAY_STEP_SEC,
    },
    guardPath: keys.guardPath,
    guardMustExist: keys.guardMustExist,
    artifactsDir: options.artifactsDir,
    database: options.openDatabase(),
    logLevel: options.logLevel,
  }));
}
