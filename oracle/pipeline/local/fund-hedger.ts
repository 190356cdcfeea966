/** The automatic hedger of a local run: looks at every mandate after each round, counts, and shows what it did. */
import type { Logger } from "pino";
import type { ChainClient } from "../../chain/client.ts";
import type { FundHedgeRow } from "../../domain/fund-hedge.ts";
import type { GreeksReport } from "../../domain/greeks.ts";
import type { MarketSnapshot } from "../../domain/market.ts";
import { fromFixedPoint } from "../../domain/units.ts";
import type { Hedger } from "../../models/hedger/hedger.ts";
import { fundExposures } from "../../scoring/fund-exposure.ts";
import type { LocalContracts, LocalHedge } from "../../simulation/agents/local-world.ts";
import type { HedgeKeys } from "../hedging/hedge-keys.ts";
import { type MandateLook, tendMandate } from "../hedging/mandate-desk.ts";
import type { RunCounters } from "../run-summary.ts";
import type { LiveState } from "./live-state.ts";
import type { RunMetrics } from "./run-metrics.ts";
import type { WorldView } from "./world-view.ts";

/** What the hedger works with. */
export interface FundHedgerOptions {
  readonly chain: ChainClient;
  readonly contracts: LocalContracts;
  readonly world: Pick<WorldView, "positions">;
  readonly hedger: Hedger;
  readonly keys: HedgeKeys;
  readonly counters: RunCounters;
  readonly metrics: Pick<RunMetrics, "hedge">;
  readonly state: Pick<LiveState, "greeks" | "setFundHedges">;
  readonly logger: Pick<Logger, "warn">;
}

/** Hedges the funds of a local run. */
export interface FundHedger {
  /** One look at every mandate with the newest Greeks. @returns what happened, for people. */
  look(snapshot: MarketSnapshot): Promise<readonly string[]>;
}

/** Creates the hedger; idle where no mandate is deployed. */
export function createFundHedger(options: FundHedgerOptions): FundHedger {
  const rows = new Map<string, FundHedgeRow>();
  return {
    look: async (snapshot) => {
      const events: string[] = [];
      for (const hedge of options.contracts.hedges) {
        const row = await tendOne(options, { hedge, snapshot, before: rows.get(hedge.asset) ?? null });
        if (row === null) continue;
        rows.set(hedge.asset, row);
        if (row.action !== null) events.push(`hedge of ${hedge.asset} ${row.action}`);
      }
      options.state.setFundHedges([...rows.values()]);
      return events;
    },
  };
}

interface OneLook {
  readonly hedge: LocalHedge;
  readonly snapshot: MarketSnapshot;
  readonly before: FundHedgeRow | null;
}

/** A fault of one mandate stops neither the others nor the rounds: the fund is no worse off than without a hedge. */
async function tendOne(options: FundHedgerOptions, look: OneLook): Promise<FundHedgeRow | null> {
  const { hedge, snapshot, before } = look;
  const spot = snapshot.assets.get(hedge.asset)?.spot;
  const greeks = options.state.greeks();
  if (spot === undefined || greeks === null) return before;
  try {
    const exposures = await exposuresOf(options, greeks, hedge);
    const question = { exposures, observedSec: Math.floor(greeks.atSec), spot };
    const done = await tendMandate({ ...options, ...hedge }, question);
    count(options.counters, done, spot);
    const row = toRow(hedge, done, before);
    options.metrics.hedge(row, done.tradedCoins, done.refusals);
    return row;
  } catch (error) {
    options.logger.warn({ err: error, asset: hedge.asset }, "the hedger could not look at a mandate");
    options.counters.hedgeRefused("look-failed");
    return before;
  }
}

async function exposuresOf({ world, contracts }: FundHedgerOptions, greeks: GreeksReport, { asset }: LocalHedge) {
  return fundExposures({ source: contracts.vault, positions: await world.positions(), greeks }, asset);
}

function count(counters: RunCounters, { hasReported, tradedCoins, refusals }: MandateLook, spot: number): void {
  if (hasReported) counters.add("hedgeReports");
  if (tradedCoins !== 0) counters.hedgeTrade(Math.abs(tradedCoins) * spot);
  for (const reason of refusals) counters.hedgeRefused(reason);
}

const COIN_DIGITS = 8;

function toRow(
  { asset, mandate, venue, decimals }: LocalHedge,
  look: MandateLook,
  before: FundHedgeRow | null,
): FundHedgeRow {
  const { state } = look;
  const refused = new Map(Object.entries(before?.refused ?? {}));
  for (const reason of look.refusals) refused.set(reason, (refused.get(reason) ?? 0) + 1);
  return {
    asset,
    mandate,
    venue,
    atSec: state.atSec,
    isPaused: state.used.isPaused,
    untilSec: state.used.until,
    netDeltaCoins: look.netDeltaCoins,
    lowerCoins: look.lowerCoins,
    upperCoins: look.upperCoins,
    positionCoins: fromFixedPoint(state.positionE8, COIN_DIGITS),
    marginUsd: fromFixedPoint(state.used.netMargin, decimals),
    equityUsd: fromFixedPoint(state.equity, decimals),
    idleUsd: fromFixedPoint(state.idle, decimals),
    action: look.action,
    refused: Object.fromEntries(refused),
  };
}
