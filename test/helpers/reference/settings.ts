/** What guardian, DAO and feed do, in the reference model: pauses, caps, valves, funds, prices. */
import type { ActionOf } from "./calls.ts";
import { roundIdOf } from "./markets.ts";
import { type Context, pair, refuse, type World } from "./world.ts";

const DAY_SEC = 86_400;
const WEEK_SEC = 7 * DAY_SEC;
const MAX_LIQUIDATION_PAUSE_SEC = 21_600;
const MINUTE_SEC = 60;
const MIN_VALVE_WINDOW_SEC = 600;
const MONTH_SEC = 30 * DAY_SEC;
const BPS = 10_000;

/** Only the holder of all roles may. */
function requireRole({ world, by }: Context): void {
  if (by !== world.setup.admin) refuse("AccessManagedUnauthorized", by);
}

/** No new risk for a while; never shorter than before. */
export function pauseNewRisk(context: Context, { durationSec }: ActionOf<"pauseNewRisk">): undefined {
  requireRole(context);
  const { world } = context;
  const until = untilOf(context, durationSec, WEEK_SEC);
  world.pauses = { ...world.pauses, riskUntil: Math.max(world.pauses.riskUntil, until) };
}

/** No flags and liquidations for a while; at most twice a week. */
export function pauseLiquidations(context: Context, { durationSec }: ActionOf<"pauseLiquidations">): undefined {
  requireRole(context);
  const { world, nowSec } = context;
  const { pauses } = world;
  const until = untilOf(context, durationSec, MAX_LIQUIDATION_PAUSE_SEC);
  const freeAt = pauses.previousAt + WEEK_SEC;
  if (pauses.previousAt !== 0 && nowSec < freeAt) refuse("VaultPausesUsedUp", BigInt(freeAt));
  const times = { lastAt: nowSec, previousAt: pauses.lastAt };
  world.pauses = { ...pauses, ...times, liquidationUntil: Math.max(pauses.liquidationUntil, until) };
}

/** Caution for a while. */
export function beginCaution(context: Context, { durationSec }: ActionOf<"beginCaution">): undefined {
  requireRole(context);
  const { world } = context;
  const until = untilOf(context, durationSec, WEEK_SEC);
  world.pauses = { ...world.pauses, cautionUntil: Math.max(world.pauses.cautionUntil, until) };
}

/** Ends all three. */
export function liftPauses(context: Context): undefined {
  requireRole(context);
  const { world, nowSec } = context;
  const { riskUntil, liquidationUntil, cautionUntil, ...times } = world.pauses;
  world.pauses = {
    ...times,
    riskUntil: Math.min(riskUntil, nowSec),
    liquidationUntil: Math.min(liquidationUntil, nowSec),
    cautionUntil: Math.min(cautionUntil, nowSec),
  };
}

/** Whether a market takes new risk, and its least collaterals (calls, puts). */
export function updateMarket(context: Context, { marketId, live, least }: ActionOf<"updateMarket">): undefined {
  requireRole(context);
  const { world } = context;
  for (const [index, isPut] of [false, true].entries()) {
    const key = pair(marketId, String(isPut));
    const side = world.sides.get(key) ?? refuse("VaultMarketUnknown", marketId);
    world.sides.set(key, { ...side, live, minCollateral: least[index] ?? 0n });
  }
}

/** Caps of a side. */
export function setCaps(context: Context, { marketId, isPut, caps }: ActionOf<"setCaps">): undefined {
  requireRole(context);
  const key = pair(marketId, String(isPut));
  const side = context.world.sides.get(key) ?? refuse("VaultMarketUnknown", marketId);
  context.world.sides.set(key, { ...side, caps });
}

/** Valves of a market; what has passed them stays counted. */
export function setValves(context: Context, { marketId, terms }: ActionOf<"setValves">): undefined {
  requireRole(context);
  const { world } = context;
  if (world.setup.markets[marketId - 1] === undefined) refuse("VaultMarketUnknown", marketId);
  const isInside =
    terms.windowSec >= MIN_VALVE_WINDOW_SEC && terms.windowSec <= WEEK_SEC && terms.cautionLimitE8 !== 0n;
  if (!isInside) refuse("VaultValvesInvalid", marketId, terms);
  const passed = world.valves.get(marketId) ?? { index: 0, flaggedE8: 0n, liquidatedE8: 0n };
  world.valves.set(marketId, { ...passed, terms });
}

/** Fund, fee and bounty of a token. */
export function setFund(context: Context, { token, terms }: ActionOf<"setFund">): undefined {
  requireRole(context);
  context.world.fundTerms.set(token, terms);
}

/** Times and target of liquidations. */
export function setLiquidation(context: Context, { settings }: ActionOf<"setLiquidation">): undefined {
  requireRole(context);
  const { orderlySec, lateSec, coolOffSec, flagLifeSec, targetHealthBps, flagBountyBps } = settings;
  const isInside =
    orderlySec >= MINUTE_SEC &&
    orderlySec <= DAY_SEC &&
    lateSec >= MINUTE_SEC &&
    lateSec <= WEEK_SEC &&
    coolOffSec <= orderlySec &&
    flagLifeSec >= orderlySec + lateSec &&
    flagLifeSec <= MONTH_SEC &&
    targetHealthBps > BPS &&
    targetHealthBps <= 2 * BPS &&
    flagBountyBps <= BPS / 100;
  if (!isInside) refuse("VaultSettingsInvalid", settings);
  context.world.settings = settings;
}

/** A new round of a feed, dated now. */
export function pushPrice({ world, nowSec, by }: Context, { marketId, answer }: ActionOf<"pushPrice">): bigint {
  if (by !== world.setup.admin) refuse("OwnableUnauthorizedAccount", by);
  const rounds = [...roundsOf(world, marketId), { answer, updatedAt: nowSec }];
  world.rounds.set(marketId, rounds);
  return roundIdOf(rounds.length);
}

/** Rounds of a market's feed so far. */
export function roundsOf(world: World, marketId: number) {
  return world.rounds.get(marketId) ?? [];
}

function untilOf({ nowSec }: Context, durationSec: number, limitSec: number): number {
  const isInside = durationSec !== 0 && durationSec <= limitSec;
  return isInside ? nowSec + durationSec : refuse("VaultPauseTooLong", BigInt(durationSec), BigInt(limitSec));
}
