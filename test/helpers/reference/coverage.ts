/** What a run has been through: kinds of calls, reasons of refusals, situations that the rules distinguish. */
import { marginUp } from "../../../oracle/rules/margin.ts";
import type { Call, Kind } from "./calls.ts";
import { bookOf, payoffOf, seriesOf, shortsOf, spotOf } from "./markets.ts";
import { claimOf } from "./money.ts";
import { activeOf, initialRho } from "./positions.ts";
import type { Outcome } from "./step.ts";
import { gainsOf, type Passage } from "./wealth.ts";
import type { World } from "./world.ts";

/** How often a kind of call was made, and how often it went through. */
export interface Tally {
  tried: number;
  passed: number;
  /** Of those that the generator means to succeed. */
  meant: number;
  meantPassed: number;
}

/** Counts of a run. */
export interface Coverage {
  readonly kinds: Map<Kind, Tally>;
  readonly refusals: Map<string, number>;
  readonly situations: Map<string, number>;
  /** What {@link gainsOf} has found. */
  readonly gains: string[];
}

type Situation = (event: Passage) => boolean;

/** Every situation must come up in a run. */
export const SITUATIONS: Readonly<Record<string, Situation>> = {
  "flag made by parameters": ({ call, after }) => ofKind(call, "flag") && positionOf(after, call)?.isCharged === true,
  "flag anew after its life": ({ call, before }) =>
    ofKind(call, "flag") && positionOf(before, call)?.isFlagged === true,
  "top-up ends a flag": (event) => ofKind(event.call, "addCollateral") && endsFlag(event),
  "owner's step ends a flag": (event) => ofKind(event.call, "mintMore", "removeCollateral", "close") && endsFlag(event),
  "burn in the orderly stage": (event) => ofKind(event.call, "liquidate") && !isLate(event),
  "burn in the late stage": (event) => ofKind(event.call, "liquidate") && isLate(event),
  "burn of a part": (event) => ofKind(event.call, "liquidate") && !isGone(event),
  "burn of the whole": (event) => ofKind(event.call, "liquidate") && isGone(event),
  "take-over in the orderly stage": (event) => ofKind(event.call, "takeOver") && !isLate(event),
  "take-over in the late stage": (event) => ofKind(event.call, "takeOver") && isLate(event),
  "take-over into a new position": ({ call }) => call.action.kind === "takeOver" && call.action.intoId === 0,
  "take-over into an own position": ({ call }) => call.action.kind === "takeOver" && call.action.intoId !== 0,
  "take-over of the whole": (event) => ofKind(event.call, "takeOver") && isGone(event),
  "liquidation restores health": (event) =>
    ofKind(event.call, "liquidate", "takeOver") && !isGone(event) && endsFlag(event),
  "liquidation under caution": ({ call, before }) =>
    ofKind(call, "liquidate", "takeOver") && call.atSec < before.pauses.cautionUntil,
  "parameters begin caution": ({ call, before, after }) =>
    ofKind(call, "flag", "liquidate", "takeOver") && after.pauses.cautionUntil > before.pauses.cautionUntil,
  "opening under caution": ({ call, before }) => ofKind(call, "open") && call.atSec < before.pauses.cautionUntil,
  "withdrawal on the own score": (event) => ofKind(event.call, "removeCollateral") && countsOnScore(event),
  "operator acts": ({ call, before }) =>
    ofKind(call, "mintMore", "removeCollateral", "close") && positionOf(before, call)?.owner !== call.by,
  "series completed without a shortfall": (event) =>
    completed(event).some(({ pot, owed }) => owed !== 0n && pot === owed),
  "series completed with a payout ratio below one": (event) => completed(event).some(({ pot, owed }) => pot < owed),
  "fund covers without a loan": (event) => covered(event).some(({ lent, loss }) => lent === 0n && loss !== 0n),
  "fund's loan comes back in part": (event) => covered(event).some(({ lent, loss }) => lent !== 0n && loss < lent),
  "fund's loan covers a shortfall": (event) => covered(event).some(({ lent, loss }) => lent !== 0n && loss !== 0n),
  "early redemption": ({ call, before }) =>
    (call.action.kind === "redeem" || call.action.kind === "redeemFor") &&
    shortsOf(before, call.action.seriesId).length !== 0,
  "dust goes to the fund": ({ call, before, after }) =>
    ofKind(call, "redeem", "redeemFor") &&
    after.setup.funds.some(({ fund, token }) => claimOf(after, token, fund) > claimOf(before, token, fund)),
};

/** Nothing counted yet. */
export function openCoverage(): Coverage {
  return { kinds: new Map(), refusals: new Map(), situations: new Map(), gains: [] };
}

/** Counts a call. */
export function cover(
  coverage: Coverage,
  call: Call,
  step: { readonly before: World; readonly outcome: Outcome },
): void {
  const { outcome, before } = step;
  const tally = coverage.kinds.get(call.action.kind) ?? { tried: 0, passed: 0, meant: 0, meantPassed: 0 };
  coverage.kinds.set(call.action.kind, tally);
  tally.tried += 1;
  tally.passed += outcome.ok ? 1 : 0;
  tally.meant += call.meant ? 1 : 0;
  tally.meantPassed += call.meant && outcome.ok ? 1 : 0;
  if (!outcome.ok) {
    add(coverage.refusals, outcome.code);
    return;
  }
  coverage.gains.push(...gainsOf({ call, before, after: outcome.world }));
  for (const [name, holds] of Object.entries(SITUATIONS)) {
    if (holds({ call, before, after: outcome.world })) add(coverage.situations, name);
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function ofKind({ action }: Call, ...kinds: readonly Kind[]): boolean {
  return kinds.includes(action.kind);
}

function positionOf(world: World, { action }: Call) {
  return "id" in action ? world.positions.get(action.id) : undefined;
}

function endsFlag({ call, before, after }: Passage): boolean {
  return positionOf(before, call)?.isFlagged === true && positionOf(after, call)?.isFlagged === false;
}

/** Whether the owner took out more than new size would let him. */
function countsOnScore({ call, before, after }: Passage): boolean {
  if (!("id" in call.action)) return false;
  const { id, series, position } = activeOf(after, call.action.id);
  const spotE8 = spotOf(before, series.marketId, call.atSec);
  const context = { world: before, by: call.by, nowSec: call.atSec };
  const rhoBps = initialRho(context, id, { series, spotE8, changedAt: null });
  return position.collateral < marginUp(payoffOf(before, series, spotE8), position.sizeE8, rhoBps);
}

function isGone({ call, after }: Passage): boolean {
  return positionOf(after, call)?.sizeE8 === 0n;
}

function isLate({ call, before }: Passage): boolean {
  return call.atSec - (positionOf(before, call)?.flaggedAt ?? 0) >= before.settings.orderlySec;
}

/** Books of series whose last position this call settled. */
function completed({ call, before, after }: Passage) {
  if (!ofKind(call, "settle")) return [];
  const ids = [...new Set([...before.positions.values()].map(({ seriesId }) => seriesId))];
  const done = ids.filter((id) => shortsOf(before, id).length !== 0 && shortsOf(after, id).length === 0);
  return done.filter((id) => seriesOf(id).expirySec <= call.atSec).map((id) => bookOf(after, id));
}

/** Covers that this call ended, with what had been lent. */
function covered({ call, before, after }: Passage) {
  if (!ofKind(call, "settle")) return [];
  const ended = [...after.covers].filter(
    ([key, { status }]) => status === "DONE" && before.covers.get(key)?.status !== "DONE",
  );
  return ended.map(([key, { loss }]) => ({ loss, lent: before.covers.get(key)?.reserved ?? 0n }));
}
