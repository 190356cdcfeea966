/** The automatic hedger of a local run: looks at every mandate after each round, counts, and shows what it did. */
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import type { ChainClient } from "../../chain/client.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { FundHedgeRow, HedgeRefusal } from "../../domain/fund-hedge.ts";
import type { MarketSnapshot } from "../../domain/market.ts";
import type { Anchor } from "../../domain/report.ts";
import { fromFixedPoint } from "../../domain/units.ts";
import type { Hedger } from "../../models/hedger/hedger.ts";
import { type FundExposures, fundExposures } from "../../scoring/fund-exposure.ts";
import type { LocalContracts, LocalHedge } from "../../simulation/agents/local-world.ts";
import type { HedgeKeys } from "../hedging/hedge-keys.ts";
import { type MandateLook, tendMandate } from "../hedging/mandate-desk.ts";
import { COIN_DIGITS } from "../hedging/mandate-sender.ts";
import type { RunCounters } from "../run-summary.ts";
import type { LiveState } from "./live-state.ts";
import type { RunMetrics } from "./run-metrics.ts";
import type { WorldView } from "./world-view.ts";

/** What the hedger works with. */
export interface FundHedgerOptions {
  readonly chain: ChainClient;
  readonly contracts: Pick<LocalContracts, "vault" | "hedges">;
  readonly world: Pick<WorldView, "positions">;
  readonly hedger: Hedger;
  readonly keys: HedgeKeys;
  readonly counters: RunCounters;
  readonly metrics: Pick<RunMetrics, "hedge" | "hedgeRefused">;
  readonly state: Pick<LiveState, "greeks" | "setFundHedges">;
  readonly logger: Pick<Logger, "warn">;
  /** Time after which the round goes on without the look's end, milliseconds; 20 000 by default. */
  readonly deadlineMs?: number;
}

/** Hedges the funds of a local run. */
export interface FundHedger {
  /**
   * One look at every mandate with the newest Greeks. An endpoint that hangs delays nothing else: the round goes on after a
   * deadline, and nobody looks again until the look has ended.
   *
   * @param anchor block of those Greeks.
   * @returns what happened, for people.
   */
  look(snapshot: MarketSnapshot, anchor: Anchor): Promise<readonly string[]>;
}

/** Longer than a look with every call of it included in blocks of 2 s; shorter than any round. */
const LOOK_DEADLINE_MS = 20_000;

/** Looks before this one at which an exposure has to have stood before a hedge grows for it: an hour or more of the market. */
const PROVING_LOOKS = 2;

/** Creates the hedger; idle where no mandate is deployed. */
export function createFundHedger(options: FundHedgerOptions): FundHedger {
  const rows = new Map<string, FundHedgeRow>();
  const history = new Map<string, readonly number[]>();
  let isRunning = false;
  const lookAtAll = async (snapshot: MarketSnapshot, anchor: Anchor): Promise<readonly string[]> => {
    const events: string[] = [];
    for (const hedge of options.contracts.hedges) {
      const row = await tendOne(options, { hedge, snapshot, anchor, before: rows.get(hedge.asset) ?? null, history });
      if (row === null) continue;
      rows.set(hedge.asset, row);
      if (row.action !== null) events.push(`hedge of ${hedge.asset} ${row.action}`);
    }
    options.state.setFundHedges([...rows.values()]);
    return events;
  };
  return {
    look: async (snapshot, anchor) => {
      if (isRunning) return passOver(options);
      isRunning = true;
      const looking = lookAtAll(snapshot, anchor).finally(() => {
        isRunning = false;
      });
      const late = pause(options.deadlineMs ?? LOOK_DEADLINE_MS, ["the hedger has not finished its look in time"], {
        ref: false,
      });
      return await Promise.race([looking, late]);
    },
  };
}

function passOver({ contracts, counters, metrics }: FundHedgerOptions): readonly string[] {
  const reason: HedgeRefusal = "look-running";
  for (const { asset } of contracts.hedges) {
    counters.hedgeRefused(reason);
    metrics.hedgeRefused(asset, [reason]);
  }
  return [];
}

interface OneLook {
  readonly hedge: LocalHedge;
  readonly snapshot: MarketSnapshot;
  readonly anchor: Anchor;
  readonly before: FundHedgeRow | null;
  /** Net deltas of the newest looks by asset. */
  readonly history: Map<string, readonly number[]>;
}

/** A fault of one mandate stops neither the others nor the rounds: the fund is no worse off than without a hedge. */
async function tendOne(options: FundHedgerOptions, look: OneLook): Promise<FundHedgeRow | null> {
  const { hedge } = look;
  const observedSec = Math.floor(look.anchor.timestampSec);
  const deltas = look.history.get(hedge.asset) ?? [];
  const provenDelta = deltas.length < PROVING_LOOKS ? 0 : Math.min(...deltas);
  const question = { book: await bookOf(options, look), observedSec, provenDelta };
  const done = await tendMandate({ ...options, ...hedge }, question);
  // Unknown proves nothing, and does not disprove what stood before.
  if (done.netDeltaCoins !== null) {
    look.history.set(hedge.asset, [...deltas, done.netDeltaCoins].slice(-PROVING_LOOKS));
  }
  if (done.fault !== null) {
    options.logger.warn({ err: done.fault, asset: hedge.asset }, "the hedger could not finish its look at a mandate");
  }
  count(options.counters, done);
  options.metrics.hedgeRefused(hedge.asset, done.refusals);
  const row = toRow(done, look);
  if (row !== null) options.metrics.hedge(row, done.tradedCoins);
  return row;
}

/** The positions of the block that the Greeks belong to: one opened since has none. `null` where they cannot be read. */
async function bookOf(options: FundHedgerOptions, { hedge, anchor }: OneLook): Promise<FundExposures | null> {
  const { world, contracts, logger, state } = options;
  const greeks = state.greeks();
  if (greeks === null || greeks.atSec !== anchor.timestampSec) return null;
  try {
    const positions = await world.positions(anchor);
    return fundExposures({ source: contracts.vault, positions, greeks, decimals: hedge.decimals }, hedge.asset);
  } catch (error) {
    logger.warn({ err: error, asset: hedge.asset }, "the hedger could not read the fund's positions");
    return null;
  }
}

function count(counters: RunCounters, { hasReported, tradedCoins, refusals, state }: MandateLook): void {
  if (hasReported) counters.add("hedgeReports");
  if (tradedCoins !== 0) {
    counters.hedgeTrade(Math.abs(tradedCoins) * fromFixedPoint(state?.markE8 ?? 0n, COIN_DIGITS));
  }
  for (const reason of refusals) counters.hedgeRefused(reason);
}

/** `null` where no look has read the chain yet: a row of guesses would be worse than none. */
function toRow(done: MandateLook, { hedge, before, snapshot }: OneLook): FundHedgeRow | null {
  const { state, fault, action, netDeltaCoins, lowerCoins, upperCoins } = done;
  const refused = new Map(Object.entries(before?.refused ?? {}));
  for (const reason of done.refusals) refused.set(reason, (refused.get(reason) ?? 0) + 1);
  const account = state === null ? before : accountOf(hedge, state);
  if (account === null) return null;
  return {
    ...account,
    ageSec: fault === null ? 0 : Math.max(0, snapshot.atSec - account.atSec),
    fault: fault === null ? null : nameOf(fault),
    netDeltaCoins,
    lowerCoins,
    upperCoins,
    action,
    refused: Object.fromEntries(refused),
  };
}

function accountOf({ asset, mandate, venue, decimals }: LocalHedge, state: NonNullable<MandateLook["state"]>) {
  return {
    asset,
    mandate,
    venue,
    atSec: state.atSec,
    isPaused: state.used.isPaused,
    untilSec: state.used.until,
    positionCoins: fromFixedPoint(state.positionE8, COIN_DIGITS),
    marginUsd: fromFixedPoint(state.used.netMargin, decimals),
    equityUsd: fromFixedPoint(state.equity, decimals),
    idleUsd: fromFixedPoint(state.idle, decimals),
  };
}

function nameOf(fault: Error): string {
  return fault instanceof PlimsollError ? fault.code : fault.name;
}
