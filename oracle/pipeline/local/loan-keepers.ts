/** Keepers of the sample loan market: borrowers look after their loans, a liquidator ends the bad and the due ones. */
import type { Position } from "../../domain/positions.ts";
import type { JudgedPosition } from "../../simulation/agents/liquidation-keeper.ts";
import { tendLoans } from "../../simulation/agents/loan-borrowers.ts";
import { isEndable, judgeLoans, treatLoan } from "../../simulation/agents/loan-keeper.ts";
import type { KeepersOptions } from "./keepers.ts";

/** Keepers of one loan market; all of them idle where none is deployed. */
export interface LoanKeepers {
  /** Healths of all loans that have not ended. */
  judge(): Promise<readonly JudgedPosition[]>;
  /** Lets diligent borrowers act. @returns what happened, for people, and the loans that may be ended now. */
  tend(atSec: number): Promise<{ readonly events: readonly string[]; readonly endable: readonly JudgedPosition[] }>;
  /** Ends those of the loans that may be ended and pay. @returns what happened, for people. */
  treat(positions: readonly Position[], atSec: number): Promise<readonly string[]>;
}

/** Opens the keepers; they have no queue of their own, the liquidation keeper's serves them. */
export function openLoanKeepers(options: KeepersOptions): LoanKeepers {
  const { loans } = options.contracts;
  if (loans === null) return IDLE;
  const deps = { ...options, loans };
  const judge = async () => {
    const positions = await options.world.positions();
    return await judgeLoans(
      deps,
      positions.filter(({ source }) => source.toLowerCase() === loans.toLowerCase()),
    );
  };
  return {
    judge,
    tend: async (atSec) => {
      const done = await tendLoans({ ...deps, atSec }, await judge(), options.loanPlan);
      options.counters.add("loansRepaid", done.filter(({ action }) => action === "repaid").length);
      const endable = (await judge()).filter((judged) => isEndable(judged, atSec));
      return { events: done.map(({ id, action }) => `loan ${id} ${action}`), endable };
    },
    treat: async (positions, atSec) => {
      const events: string[] = [];
      for (const judged of await judgeLoans(deps, positions)) {
        const action = await treatLoan({ ...deps, markets: options.markets(), atSec }, judged);
        if (action.kind === "none") continue;
        events.push(`loan ${judged.position.id} ${action.kind}`);
        if (action.kind !== "liquidated") continue;
        options.counters.add("loansLiquidated");
        options.counters.loanShortfall(action.shortfall);
      }
      return events;
    },
  };
}

const IDLE: LoanKeepers = {
  judge: async () => [],
  tend: async () => ({ events: [], endable: [] }),
  treat: async () => [],
};
