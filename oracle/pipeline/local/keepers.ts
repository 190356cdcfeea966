/** Keepers of a local run, on the queues: liquidation and settlement survive a restart as jobs. */
import type { Logger } from "pino";
import type { AssetMarket, AssetSymbol } from "../../domain/market.ts";
import type { Position } from "../../domain/positions.ts";
import { watchGuards } from "../../simulation/agents/guard-keeper.ts";
import {
  type JudgedPosition,
  judgePositions,
  type KeeperAction,
  treatPosition,
} from "../../simulation/agents/liquidation-keeper.ts";
import type { PlannedLoan } from "../../simulation/agents/loan-plan.ts";
import type { PlannedPosition } from "../../simulation/agents/position-plan.ts";
import { settleSeries } from "../../simulation/agents/settlement-keeper.ts";
import { topUp, type WriterDependencies } from "../../simulation/agents/writers.ts";
import type { RunCounters } from "../run-summary.ts";
import { type JobLaneOptions, openJobLane } from "./job-runner.ts";
import { type LoanKeepers, openLoanKeepers } from "./loan-keepers.ts";
import type { CautionPlan } from "./local-deployment.ts";
import type { RunMetrics } from "./run-metrics.ts";
import type { WorldView } from "./world-view.ts";

/** What the keepers work with. */
export interface KeepersOptions extends WriterDependencies {
  readonly lanes: JobLaneOptions;
  /** Chain time at the start, seconds: what is left over of a killed run is judged by it. */
  readonly startSec: number;
  readonly world: WorldView;
  readonly plan: readonly PlannedPosition[];
  readonly loanPlan: readonly PlannedLoan[];
  readonly counters: RunCounters;
  readonly metrics: Pick<RunMetrics, "guardCall">;
  /** `null` where operators only advise. */
  readonly caution: CautionPlan | null;
  readonly logger: Pick<Logger, "warn">;
  /** The replayed market, as the keepers see it now. */
  readonly markets: () => ReadonlyMap<AssetSymbol, AssetMarket>;
}

/** Keepers of a local run. */
export interface Keepers {
  /**
   * Trips the breaker where a cause holds, or a quorum calls for caution, and lets the vault follow it.
   *
   * @param callers assets for which a quorum of operators calls for caution.
   * @returns what happened, for people.
   */
  watchGuards(callers: readonly string[]): Promise<readonly string[]>;
  /** Settles every series of the vault that has expired. @returns what happened, for people. */
  settle(atSec: number): Promise<readonly string[]>;
  /** Lets writers and borrowers top up, then looks at every position. @returns what happened, for people, and the healths seen. */
  guard(atSec: number): Promise<{ readonly events: readonly string[]; readonly judged: readonly JudgedPosition[] }>;
}

/** What the keepers share while they work. */
interface Desk extends KeepersOptions {
  readonly loans: LoanKeepers;
  readonly vaultPositions: () => Promise<readonly Position[]>;
  /** Chain time, seconds. */
  nowSec: number;
  /** What happened since it was last asked for. */
  events: string[];
}

/** Opens the keepers' queues and does what a killed run has left in them. */
export async function openKeepers(options: KeepersOptions): Promise<Keepers> {
  const loans = openLoanKeepers(options);
  const vaultPositions = async () => (await options.world.positions()).filter((one) => isOfVault(options, one));
  const desk: Desk = { ...options, loans, vaultPositions, nowSec: options.startSec, events: [] };
  const settlement = await openSettlementLane(desk);
  const liquidation = await openLiquidationLane(desk);
  return {
    watchGuards: async (callers) => await tendGuards(options, callers),
    settle: async (atSec) => {
      desk.nowSec = atSec;
      const expired = (await vaultPositions()).filter((position) => position.expirySec <= atSec);
      const series = new Map(expired.map((position) => [position.seriesId, position.expirySec]));
      for (const [seriesId, expirySec] of series) await settlement.run({ seriesId: seriesId.toString(), expirySec });
      return takeEvents(desk);
    },
    guard: async (atSec) => {
      desk.nowSec = atSec;
      const judged = await judgePositions({ ...options, atSec }, await vaultPositions());
      const toppedUp = await topUp(options, judged.map(toCandidate), options.plan);
      const tended = await loans.tend(atSec);
      desk.events.push(...toppedUp.map((id) => `position ${id} topped up`), ...tended.events);
      for (const { position } of [...judged.filter(needsKeeper), ...tended.endable]) {
        await liquidation.run({ source: position.source, positionId: position.id.toString() });
      }
      const rest = await judgePositions({ ...options, atSec }, await vaultPositions());
      return { events: takeEvents(desk), judged: [...rest, ...(await loans.judge())] };
    },
  };
}

/** Needs no job: a look that a kill has cut off is repeated by the next one. */
async function tendGuards(options: KeepersOptions, callers: readonly string[]): Promise<readonly string[]> {
  const cautionBy = callers.length > 0 ? (options.caution?.guardian ?? null) : null;
  const { done, refused } = await watchGuards({ ...options, cautionBy });
  for (const call of done) options.metrics.guardCall(call);
  for (const refusal of refused) options.logger.warn({ ...refusal }, "the chain refuses a call of the guards' keeper");
  return done.map((call) => `keeper called ${call}`);
}

async function openSettlementLane(desk: Desk) {
  return await openJobLane(desk.lanes, "settlement-keeper", async ({ seriesId, expirySec }) => {
    if (expirySec > desk.nowSec) return;
    const positions = (await desk.vaultPositions()).filter((one) => one.seriesId.toString() === seriesId);
    const outcome = await settleSeries({ ...desk, seriesId: BigInt(seriesId), positions });
    desk.counters.add("settled", outcome.settled);
    desk.counters.add("redeemed", outcome.redeemed);
    desk.counters.shortfall(outcome.shortfall);
    if (outcome.settled > 0) desk.events.push(`settled ${outcome.settled}, redeemed ${outcome.redeemed}`);
  });
}

/** Looks at one position or loan; ids are unique inside a source only. */
async function openLiquidationLane(desk: Desk) {
  const unwanted = new Set<bigint>();
  return await openJobLane(desk.lanes, "liquidation-keeper", async ({ source, positionId }) => {
    const all = await desk.world.positions();
    const found = all.filter((one) => one.source === source && one.id.toString() === positionId);
    if (!found.every((one) => isOfVault(desk, one))) {
      desk.events.push(...(await desk.loans.treat(found, desk.nowSec)));
      return;
    }
    const input = { ...desk, markets: desk.markets(), atSec: desk.nowSec };
    for (const judged of await judgePositions(input, found)) {
      const action = await treatPosition(input, judged);
      count(desk.counters, unwanted, { action, id: judged.position.id });
      if (action !== "none") desk.events.push(`position ${judged.position.id} ${action}`);
    }
  });
}

function takeEvents(desk: Desk): readonly string[] {
  const taken = desk.events;
  desk.events = [];
  return taken;
}

const WAD = 10n ** 18n;

function needsKeeper({ position, healthWad }: JudgedPosition): boolean {
  return healthWad < WAD || position.flaggedAtSec !== null;
}

function isOfVault({ contracts }: KeepersOptions, { source }: Position): boolean {
  return source.toLowerCase() === contracts.vault.toLowerCase();
}

function toCandidate({ position, healthWad }: JudgedPosition) {
  return { positionId: position.id, healthWad, collateral: position.collateralUnits };
}

function count(
  counters: RunCounters,
  unwanted: Set<bigint>,
  done: { readonly action: KeeperAction; readonly id: bigint },
) {
  if (done.action === "flagged") counters.add("flagged");
  if (done.action === "liquidated") counters.add("liquidated");
  // A flag that nobody wants is counted once, however many rounds it stays.
  if ((done.action === "unwanted" || done.action === "insolvent") && !unwanted.has(done.id)) {
    unwanted.add(done.id);
    counters.add("unwanted");
  }
}
