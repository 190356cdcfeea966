/** The risk oracle as the vault sees it, in the reference model: words by position, reports, readings. */
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { ENTRY_OUTCOMES, isSkip } from "../../../oracle/rules/entry-outcome.ts";
import { copiedWord, mergedWord, reclassedWord } from "../../../oracle/rules/risk-life.ts";
import {
  effectiveParams,
  isStale,
  type Maintenance,
  maintenanceOf,
  openingParams,
  type RiskParams,
  retainedRho,
} from "../../../oracle/rules/risk-reading.ts";
import { applyEntry, initialWord } from "../../../oracle/rules/risk-rules.ts";
import { FIRST_EPOCH, packRiskWord, UNKNOWN_WORD, unpackRiskWord } from "../../../oracle/rules/risk-word.ts";
import type { ActionOf } from "./calls.ts";
import { type Context, refuse, type World } from "./world.ts";

const BPS = 10_000;
const MAX_EPOCH = 2 ** 16 - 1;
const MAX_EPOCH_JUMP = 2n ** 32n;
const MAX_SKEW_SEC = 30;
const MAX_UINT40 = 2n ** 40n - 1n;
/** The vault is the oracle's first source. */
const VAULT_SOURCE = 0;
/** How long the reports of the tests are good for, seconds. */
export const REPORT_LIFE_SEC = 600;

/** Class of an id; the vault asks for none that was not set. */
function classOf(world: World, classId: number): RiskClass {
  return world.setup.classes.get(classId) ?? refuse("RiskClassesUnknownClass", classId);
}

function wordOf(world: World, id: number): bigint {
  return world.words.get(id) ?? UNKNOWN_WORD;
}

/** ρ that a new position of a class must meet. */
export function openingRho({ world, nowSec }: Context, classId: number): number {
  const riskClass = classOf(world, classId);
  return openingParams(world.quantiles.get(classId) ?? UNKNOWN_WORD, { riskClass, nowSec }).rhoInitialBps;
}

/** Parameters of a position. */
export function paramsOf({ world, nowSec }: Context, id: number): RiskParams {
  const word = wordOf(world, id);
  const { classId } = unpackRiskWord(word);
  const quantileWord = world.quantiles.get(classId) ?? UNKNOWN_WORD;
  return effectiveParams(word, { riskClass: classOf(world, classId), nowSec, quantileWord });
}

/** What a withdrawal must leave where the score counts; `scoredAt` 0 where it does not. */
export function retainedOf(
  { world, nowSec }: Context,
  id: number,
): { readonly rhoBps: number; readonly classId: number; readonly scoredAt: number } {
  const state = unpackRiskWord(wordOf(world, id));
  const { classId, observedAt } = state;
  if (observedAt === 0 || isStale(state, nowSec)) return { rhoBps: BPS, classId, scoredAt: 0 };
  return { rhoBps: retainedRho(state, classOf(world, classId), nowSec), classId, scoredAt: observedAt };
}

/** What decides about a liquidation of a position. */
export function maintenanceAt({ world, nowSec }: Context, id: number): Maintenance {
  const word = wordOf(world, id);
  return maintenanceOf(word, { riskClass: classOf(world, unpackRiskWord(word).classId), nowSec });
}

/** A new position: unscored, at the defaults of its class. */
export function registerWord({ world }: Context, id: number, classId: number): void {
  world.words.set(id, initialWord(classId, classOf(world, classId)));
}

/** Its owner added risk: next epoch, the cap counts from the present target if that is higher. */
export function raiseWord({ world }: Context, id: number): void {
  const state = unpackRiskWord(wordOf(world, id));
  const epoch = state.epoch === MAX_EPOCH ? FIRST_EPOCH : state.epoch + 1;
  const cap = Math.min(BPS, state.rhoTarget + classOf(world, state.classId).maxAboveOpenBps);
  world.words.set(id, packRiskWord({ ...state, epoch, rhoCap: Math.max(state.rhoCap, cap) }));
}

/** A position split off another. */
export function copyWord({ world }: Context, from: number, to: number): void {
  world.words.set(to, copiedWord(wordOf(world, from)));
}

/** Shorts of one position moved into another. */
export function mergeWord({ world }: Context, from: number, into: number): void {
  const [source, target] = [unpackRiskWord(wordOf(world, from)), unpackRiskWord(wordOf(world, into))];
  const { classId } = source.rhoTarget > target.rhoTarget ? source : target;
  world.words.set(into, mergedWord(wordOf(world, from), wordOf(world, into), classOf(world, classId)));
}

/** A position in another class. */
export function moveWord({ world, nowSec }: Context, id: number, classId: number): void {
  const word = wordOf(world, id);
  const state = unpackRiskWord(word);
  if (isStale(state, nowSec)) refuse("RiskOracleStale", BigInt(VAULT_SOURCE), BigInt(id));
  const [oldClass, newClass] = [classOf(world, state.classId), classOf(world, classId)];
  world.words.set(id, reclassedWord(word, { oldClass, newClass, classId, nowSec }));
}

/** A quorum's report; outcomes are one byte an entry. */
export function report(context: Context, action: ActionOf<"report">): string {
  requireAcceptable(context, action);
  const { world, nowSec } = context;
  world.reportEpoch = action.epoch;
  world.reportObservedAt = action.observedAt;
  const times = { observedAtSec: action.observedAt, appliedAtSec: nowSec };
  const outcomes = action.entries.map((entry) => {
    const id = Number(entry.positionId);
    const word = entry.sourceIndex === VAULT_SOURCE ? wordOf(world, id) : UNKNOWN_WORD;
    const riskClass = classOf(world, word === UNKNOWN_WORD ? 1 : unpackRiskWord(word).classId);
    const applied = applyEntry(word, entry, { riskClass, ...times });
    if (!isSkip(applied.outcome)) world.words.set(id, applied.word);
    return ENTRY_OUTCOMES.indexOf(applied.outcome);
  });
  for (const quantile of action.quantiles) {
    const riskClass = classOf(world, quantile.classId);
    const word = world.quantiles.get(quantile.classId) ?? initialWord(quantile.classId, riskClass);
    const entry = { ...quantile, epoch: FIRST_EPOCH, score: 0 };
    const applied = applyEntry(word, entry, { riskClass, ...times });
    if (!isSkip(applied.outcome)) world.quantiles.set(quantile.classId, applied.word);
  }
  return `0x${Buffer.from(outcomes).toString("hex")}`;
}

function requireAcceptable({ world, nowSec }: Context, action: ActionOf<"report">): void {
  const { epoch, observedAt } = action;
  const latest = nowSec + MAX_SKEW_SEC;
  const earliest = nowSec - world.setup.maxArrivalAgeSec;
  if (observedAt < earliest || observedAt > latest) {
    refuse("RiskOracleObservedAt", observedAt, BigInt(earliest), BigInt(latest));
  }
  if (observedAt + REPORT_LIFE_SEC < nowSec) refuse("RiskOracleExpired", observedAt + REPORT_LIFE_SEC, BigInt(nowSec));
  const maxEpoch = world.reportEpoch + MAX_EPOCH_JUMP;
  if (epoch <= world.reportEpoch || epoch > maxEpoch) refuse("RiskOracleEpoch", epoch, world.reportEpoch, maxEpoch);
  if (observedAt < world.reportObservedAt) {
    refuse("RiskOracleObservedAt", observedAt, BigInt(world.reportObservedAt), MAX_UINT40);
  }
  const { threshold } = world.setup;
  if (action.signers < threshold) refuse("SignerRegistryNoQuorum", BigInt(action.signers), BigInt(threshold));
}
