/** A world that all candidates of a search share: a path, what is offered to writers on it, and what the models say of every series. */
import type { AssetSymbol, BarSeries } from "../../domain/market.ts";
import { BPS, SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { createRng } from "../../math/rng.ts";
import { type PlannedShort, planOpenings } from "../vault/opening-plan.ts";
import { generatePath, type WorldHour, type WorldKind } from "./generated-path.ts";
import { proxyScore } from "./risk-proxy.ts";

/** What makes a world. */
export interface WorldRequest {
  readonly kind: WorldKind;
  readonly asset: AssetSymbol;
  /** Days of openings; as many more follow as the longest life needs. */
  readonly days: number;
  readonly perDay: number;
  readonly marketId: number;
  readonly seed: string;
  readonly bars: BarSeries | null;
  readonly replayFrom?: number;
  /** Factor on every log move of a replay; 1 by default. */
  readonly magnified?: number;
  /** Factor on the volatility that the models see: below 1 they understate risk. 1 by default. */
  readonly modelError?: number;
}

/** Scores of one short at the start of every hour of its life, basis points. */
export interface ShortScores {
  readonly rhoBps: Uint16Array;
  readonly piBps: Uint16Array;
}

/** See the file's head. */
export interface MechanismWorld {
  readonly kind: WorldKind;
  readonly asset: AssetSymbol;
  readonly hours: readonly WorldHour[];
  readonly plan: readonly PlannedShort[];
  /** By the place in the plan. */
  readonly scores: readonly ShortScores[];
  /** Each writer's own chance, uniform: the same under every candidate. */
  readonly luck: Float64Array;
  readonly days: number;
}

/** Midnight, 2024-01-01: paths have no date of their own. */
const START_SEC = 1_704_067_200;
/** Lives last up to 28 days and to the next 08:00. */
const TAIL_DAYS = 29;

/** Makes a world; the same request gives the same world. @throws PlimsollError those of {@link generatePath}. */
export function makeWorld(request: WorldRequest): MechanismWorld {
  const { kind, asset, days, perDay, marketId, bars, replayFrom, magnified = 1, modelError = 1 } = request;
  const rng = createRng(request.seed).fork(`${kind}-${asset}`);
  const count = (days + TAIL_DAYS) * (SECONDS_PER_DAY / SECONDS_PER_HOUR);
  const from = replayFrom === undefined ? {} : { replayFrom };
  const path = { kind, asset, hours: count, startSec: START_SEC, bars, magnified, ...from };
  const hours = generatePath({ ...path, rng: rng.fork("path") });
  const toSec = START_SEC + days * SECONDS_PER_DAY;
  const plan = planOpenings({ hours, marketId, perDay, fromSec: START_SEC, toSec, rng: rng.fork("plan") });
  const scores = plan.map((short) => scoresOf(short, { asset, hours, modelError }));
  const luck = Float64Array.from(plan, (short) => short.rng.fork("choice").uniform());
  return { kind, asset, hours, plan, scores, luck, days: count / (SECONDS_PER_DAY / SECONDS_PER_HOUR) };
}

function scoresOf(
  short: PlannedShort,
  { asset, hours, modelError }: Pick<MechanismWorld, "asset" | "hours"> & { readonly modelError: number },
): ShortScores {
  const first = (short.openSec - START_SEC) / SECONDS_PER_HOUR;
  const length = Math.ceil((short.expirySec - short.openSec) / SECONDS_PER_HOUR);
  const rhoBps = new Uint16Array(length);
  const piBps = new Uint16Array(length);
  for (let age = 0; age < length; age += 1) {
    const hour = hours[first + age];
    if (hour === undefined) break;
    const { open: spot, startSec: atSec, impliedVol } = hour;
    const modelVol = hour.modelVol * modelError;
    const score = proxyScore({ asset, series: short, atSec, spot, modelVol, impliedVol });
    rhoBps[age] = Math.min(BPS, Math.ceil(score.rho * BPS));
    piBps[age] = Math.min(BPS, Math.ceil(score.pi * BPS));
  }
  return { rhoBps, piBps };
}
