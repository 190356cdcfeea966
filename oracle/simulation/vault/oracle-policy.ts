/** The product: words of the oracle, moved by hourly reports under every rule of the chain. */
import type { AssetSymbol } from "../../domain/market.ts";
import { type Position, payoffBounds, positionKey } from "../../domain/positions.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { PositionScore } from "../../domain/score.ts";
import { type Address, BPS, toBpsUp } from "../../domain/units.ts";
import { effectiveParams, maintenanceOf, openingParams } from "../../rules/risk-reading.ts";
import { initialWord } from "../../rules/risk-rules.ts";
import { FIRST_EPOCH, packRiskWord, UNKNOWN_WORD, unpackRiskWord } from "../../rules/risk-word.ts";
import { encodeSeriesId } from "../../rules/series-id.ts";
import type { BoundedPair } from "../../scoring/class-bounds.ts";
import type { WeighedScore } from "../../scoring/class-quantiles.ts";
import type { MarginPolicy } from "./margin-policy.ts";
import type { Moment } from "./market-moment.ts";
import type { PlannedShort } from "./opening-plan.ts";
import { clampAndApply, createReportDelivery, type WishedEntry } from "./report-delivery.ts";
import type { Short } from "./short.ts";
import type { VaultScorer } from "./vault-scorer.ts";
import { classIdAt, type VaultTerms } from "./vault-terms.ts";

/** What the policy is made from. */
export interface OraclePolicyOptions {
  readonly name: string;
  readonly asset: AssetSymbol;
  readonly terms: VaultTerms;
  readonly scorer: VaultScorer;
  /**
   * The knob, > 0: what ρ asks for beyond the option's value is multiplied by it before the rules see it. 1 is the product as
   * it signs.
   */
  readonly scale: number;
  /**
   * Whether a short is scored before it opens: it must then meet its own score times 1 + β instead of the class's. Not what the
   * vault does; the bound of what better requirements for new risk could save.
   */
  readonly isQuoted: boolean;
}

const ADDRESS_DIGITS = 40;
const MAX_EPOCH = 2 ** 16 - 1;

/** Creates the policy of one market. */
export function oraclePolicy(options: OraclePolicyOptions): MarginPolicy {
  const { terms } = options;
  const words = new Map<number, bigint>();
  const quantiles = new Map<number, bigint>();
  const delivery = createReportDelivery(terms, { words, quantiles });
  const wordOf = (index: number): bigint => words.get(index) ?? UNKNOWN_WORD;
  const source = options.scorer.nextSource();
  let live: ReadonlyMap<number, Short> = new Map();
  const positions = (): readonly Position[] =>
    [...live.values()].map((short) => toPosition(short, wordOf(short.plan.index), { asset: options.asset, source }));
  options.scorer.enlist({ source, positions, lastGood: (held) => lastAccepted(held, wordOf) });
  const quotedWord = (plan: PlannedShort, word: bigint, { hour, price }: Moment): bigint | null => {
    const short = { plan, sizeE8: plan.sizeE8, size: plan.size, collateral: 0n, perContract: 0, flaggedAtSec: null };
    const score = options.scorer.quote(toPosition(short, word, { asset: options.asset, source }), hour.startSec);
    if (score === null) return null;
    const { rhoBps, piBps, ...rest } = wishOf(score, short, { price, scale: options.scale }).score;
    const riskClass = classAt(terms, rest.classId);
    const entry = { epoch: FIRST_EPOCH, rhoBps, piBps, score: rest.score };
    return clampAndApply(word, entry, { riskClass, atSec: hour.startSec })?.word ?? null;
  };
  return {
    name: options.name,
    hour: ({ timeSec, price }, shorts) => {
      live = shorts;
      const scores = shorts.size === 0 ? [] : options.scorer.scoresOf(source, timeSec);
      const wishes = scores.flatMap((score) => {
        const short = shorts.get(Number(score.id));
        return short === undefined ? [] : [wishOf(score, short, { price, scale: options.scale })];
      });
      const classQuantiles = options.scorer.quantiles(wishes);
      delivery.deliver({ atSec: timeSec, entries: wishes.map(({ score }) => toEntry(score)), classQuantiles });
    },
    open: (plan, moment) => {
      const classId = classIdAt(terms, plan.series, moment);
      const riskClass = classAt(terms, classId);
      const word = initialWord(classId, riskClass);
      const quoted = options.isQuoted ? quotedWord(plan, word, moment) : null;
      words.set(plan.index, quoted ?? word);
      if (quoted !== null) return effectiveParams(quoted, { riskClass, nowSec: moment.timeSec }).rhoInitialBps;
      return openingRho(quantiles.get(classId) ?? UNKNOWN_WORD, riskClass, moment.timeSec);
    },
    maintenance: ({ plan }, { timeSec }) => {
      const word = wordOf(plan.index);
      return maintenanceOf(word, { riskClass: classAt(terms, unpackRiskWord(word).classId), nowSec: timeSec });
    },
    initial: ({ plan }, moment) => {
      const word = wordOf(plan.index);
      const { classId } = unpackRiskWord(word);
      const quantileWord = quantiles.get(classId) ?? UNKNOWN_WORD;
      const context = { riskClass: classAt(terms, classId), nowSec: moment.timeSec, quantileWord };
      const own = effectiveParams(word, context).rhoInitialBps;
      if (options.isQuoted) return own;
      // As a new position of its present class would, and never less than its own word asks for.
      const present = classIdAt(terms, plan.series, moment);
      const opening = openingRho(quantiles.get(present) ?? UNKNOWN_WORD, classAt(terms, present), moment.timeSec);
      return Math.max(opening, own);
    },
    grew: ({ plan }) => words.set(plan.index, raisedWord(wordOf(plan.index), terms)),
    retired: ({ plan }) => words.delete(plan.index),
  };
}

function openingRho(quantileWord: bigint, riskClass: RiskClass, nowSec: number): number {
  return openingParams(quantileWord, { riskClass, nowSec }).rhoInitialBps;
}

/** The class of an id; ids come from the grid of the same terms. */
function classAt({ classes }: VaultTerms, classId: number): RiskClass {
  const riskClass = classes.get(classId);
  if (riskClass === undefined)
    throw new RangeError(`The grid of the vault names class ${classId}, which has no bounds.`);
  return riskClass;
}

/** Next epoch; the cap counts from the present target where that is higher (`RiskOracle.raiseRisk`). */
function raisedWord(word: bigint, terms: VaultTerms): bigint {
  const state = unpackRiskWord(word);
  const epoch = state.epoch === MAX_EPOCH ? FIRST_EPOCH : state.epoch + 1;
  const cap = Math.min(BPS, state.rhoTarget + classAt(terms, state.classId).maxAboveOpenBps);
  return packRiskWord({ ...state, epoch, rhoCap: Math.max(state.rhoCap, cap) });
}

function lastAccepted(
  positions: readonly Position[],
  wordOf: (index: number) => bigint,
): ReadonlyMap<string, BoundedPair> {
  return new Map(
    positions.flatMap((position) => {
      const { observedAt, rhoTarget, pi } = unpackRiskWord(wordOf(Number(position.id)));
      return observedAt === 0 ? [] : [[positionKey(position), { rhoBps: rhoTarget, piBps: pi }] as const];
    }),
  );
}

/** The score with what it asks beyond the option's value scaled, and its weight in the class quantile. */
function wishOf(
  score: PositionScore,
  { plan, size }: Pick<Short, "plan" | "size">,
  { price, scale }: { readonly price: number; readonly scale: number },
): WeighedScore & { readonly score: PositionScore } {
  const weight = size * Math.min(plan.strike, price);
  if (scale === 1) return { score, weight };
  const { intrinsic, maxLoss } = payoffBounds(plan, price);
  const value = (score.optionValue - intrinsic) / (maxLoss - intrinsic);
  return { score: { ...score, rhoBps: toBpsUp(value + scale * (score.rhoBps / BPS - value)) }, weight };
}

function toEntry({ id, epoch, rhoBps, piBps, score }: PositionScore): WishedEntry {
  return { index: Number(id), epoch, rhoBps, piBps, score };
}

type OpenShort = Pick<Short, "plan" | "sizeE8" | "size" | "collateral" | "perContract" | "flaggedAtSec">;

/** The short as an operator reads it from the vault. Every writer is a stranger to the others. */
function toPosition(
  short: OpenShort,
  word: bigint,
  { asset, source }: { readonly asset: AssetSymbol; readonly source: Address },
): Position {
  const { plan } = short;
  const { classId, epoch } = unpackRiskWord(word);
  return {
    seriesId: encodeSeriesId(plan.series),
    asset,
    kind: plan.kind,
    strike: plan.strike,
    expirySec: plan.expirySec,
    source,
    sourceIndex: 0,
    id: BigInt(plan.index),
    epoch,
    owner: `0x${(plan.index + 1).toString(16).padStart(ADDRESS_DIGITS, "0")}`,
    classId,
    size: short.size,
    sizeE8: short.sizeE8,
    collateralPerContract: short.perContract,
    collateralUnits: short.collateral,
    flaggedAtSec: short.flaggedAtSec,
  };
}
