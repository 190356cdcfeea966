/** One call through the reference model: the new state and what is returned, or the custom error that must come. */
import { flag, liquidate, takeOver, unflag } from "./auctions.ts";
import type { Action, ActionOf, Call, Kind } from "./calls.ts";
import { cancelExit, collect, deposit, exit, requestExit } from "./fund.ts";
import { transferLongs } from "./money.ts";
import {
  acceptPosition,
  addCollateral,
  close,
  markScored,
  mintMore,
  offerPosition,
  open,
  reclassify,
  removeCollateral,
  setOperator,
} from "./owners.ts";
import { report } from "./ratios.ts";
import {
  beginCaution,
  liftPauses,
  pauseLiquidations,
  pauseNewRisk,
  pushPrice,
  setCaps,
  setFund,
  setLiquidation,
  setValves,
  updateMarket,
} from "./settings.ts";
import { claim, holdFund, openEarly, redeem, redeemFor, settle, settlePrice } from "./settlement.ts";
import { type Context, cloneWorld, Refusal, type World } from "./world.ts";

/** What a call does. */
export type Outcome =
  | { readonly ok: true; readonly world: World; readonly returned: unknown }
  | { readonly ok: false; readonly code: string; readonly args: readonly unknown[] };

type Rules = { readonly [K in Kind]: (context: Context, action: ActionOf<K>) => unknown };

const RULES: Rules = {
  open,
  mintMore,
  addCollateral,
  removeCollateral,
  close,
  setOperator,
  offerPosition,
  acceptPosition,
  reclassify,
  markScored,
  transferLongs,
  flag,
  unflag,
  liquidate,
  takeOver,
  settlePrice,
  settle,
  openEarly,
  holdFund,
  redeem,
  redeemFor,
  claim,
  fundDeposit: deposit,
  fundRequestExit: requestExit,
  fundCancelExit: cancelExit,
  fundExit: exit,
  fundCollect: collect,
  pushPrice,
  report,
  pauseNewRisk,
  pauseLiquidations,
  beginCaution,
  liftPauses,
  updateMarket,
  setCaps,
  setValves,
  setFund,
  setLiquidation,
};

/** Runs a call; the given world stays as it is. */
export function step(world: World, { by, atSec, action }: Call): Outcome {
  const next = cloneWorld(world);
  try {
    return { ok: true, world: next, returned: apply({ world: next, by, nowSec: atSec }, action) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, code: error.message, args: error.args };
    throw error;
  }
}

function apply<K extends Kind>(context: Context, action: Action & { readonly kind: K }): unknown {
  // The table has a rule for each kind, which the compiler has checked; it cannot follow the kind through a union.
  const rule: (context: Context, action: ActionOf<K>) => unknown = RULES[action.kind];
  return rule(context, action as ActionOf<K>);
}
