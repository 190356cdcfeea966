/** Keepers of a local run, on the queues: liquidation and settlement survive a restart as jobs. */
import type { AssetMarket, AssetSymbol } from "../../domain/market.ts";
import type { Position } from "../../domain/positions.ts";
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
import { openLoanKeepers } from "./loan-keepers.ts";
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
  /** The replayed market, as the keepers see it now. */
  readonly markets: () => ReadonlyMap<AssetSymbol, AssetMarket>;
}

/** Keepers of a local run. */
export interface Keepers {
  /** Settles every series of the vault that has expired. @returns what happened, for people. */
  settle(atSec: number): Promise<readonly string[]>;
  /** Lets writers and borrowers top up, then looks at every position. @returns what happened, for people, and the healths seen. */
  guard(atSec: number): Promise<{ readonly events: readonly string[]; readonly judged: readonly JudgedPosition[] }>;
}

/** Opens the keepers' queues and does what a killed run has left in them. */
export async function openKeepers(options: KeepersOptions): Promise<Keepers> {
  let nowSec = options.startSec;
  let events: string[] = [];
  const unwanted = new Set<bigint>();
  const loans = openLoanKeepers(options);
  const vaultPositions = async () => (await options.world.positions()).filter((one) => isOfVault(options, one));
  const settlement = await openJobLane(options.lanes, "settlement-keeper", async ({ seriesId, expirySec }) => {
    if (expirySec > nowSec) return;
    const positions = (await vaultPositions()).filter((one) => one.seriesId.toString() === seriesId);
    const outcome = await settleSeries({ ...options, seriesId: BigInt(seriesId), positions });
    options.counters.add("settled", outcome.settled);
    options.counters.add("redeemed", outcome.redeemed);
    options.counters.shortfall(outcome.shortfall);
    if (outcome.settled > 0) events.push(`settled ${outcome.settled}, redeemed ${outcome.redeemed}`);
  });
  const liquidation = await openJobLane(options.lanes, "liquidation-keeper", async ({ source, positionId }) => {
    const all = await options.world.positions();
    const found = all.filter((one) => one.source === source && one.id.toString() === positionId);
    if (!found.every((one) => isOfVault(options, one))) {
      events.push(...(await loans.treat(found, nowSec)));
      return;
    }
    const input = { ...options, markets: options.markets(), atSec: nowSec };
    for (const judged of await judgePositions(input, found)) {
      const action = await treatPosition(input, judged);
      count(options.counters, unwanted, { action, id: judged.position.id });
      if (action !== "none") events.push(`position ${judged.position.id} ${action}`);
    }
  });
  const takeEvents = () => {
    const taken = events;
    events = [];
    return taken;
  };
  return {
    settle: async (atSec) => {
      nowSec = atSec;
      const expired = (await vaultPositions()).filter((position) => position.expirySec <= atSec);
      const series = new Map(expired.map((position) => [position.seriesId, position.expirySec]));
      for (const [seriesId, expirySec] of series) await settlement.run({ seriesId: seriesId.toString(), expirySec });
      return takeEvents();
    },
    guard: async (atSec) => {
      nowSec = atSec;
      const judged = await judgePositions({ ...options, atSec }, await vaultPositions());
      const toppedUp = await topUp(options, judged.map(toCandidate), options.plan);
      events.push(...toppedUp.map((id) => `position ${id} topped up`));
      const tended = await loans.tend(atSec);
      events.push(...tended.events);
      const endangered = [...judged.filter(needsKeeper), ...tended.endable];
      for (const { position } of endangered) {
        await liquidation.run({ source: position.source, positionId: position.id.toString() });
      }
      const rest = await judgePositions({ ...options, atSec }, await vaultPositions());
      return { events: takeEvents(), judged: [...rest, ...(await loans.judge())] };
    },
  };
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
