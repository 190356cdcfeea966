/** The product: words of the oracle, moved by hourly reports under every rule of the chain. */
import type { AssetSymbol } from "../../domain/market.ts";
import { type Position, payoffBounds, positionKey } from "../../domain/positions.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { PositionScore } from "../../domain/score.ts";
import { type Address, BPS, madeUpAddress, toBpsUp } from "../../domain/units.ts";
import { reclassedWord } from "../../rules/risk-life.ts";
import {
  effectiveParams,
  isStale,
  leastRetainedRho,
  maintenanceOf,
  openingParams,
  retainedRho,
} from "../../rules/risk-reading.ts";
import { initialWord } from "../../rules/risk-rules.ts";
import { FIRST_EPOCH, packRiskWord, type RiskState, UNKNOWN_WORD, unpackRiskWord } from "../../rules/risk-word.ts";
import { encodeSeriesId } from "../../rules/series-id.ts";
import type { BoundedPair } from "../../scoring/class-bounds.ts";
import type { WeighedScore } from "../../scoring/class-quantiles.ts";
import type { MarginPolicy } from "./margin-policy.ts";
import type { Moment } from "./market-moment.ts";
import type { PlannedShort } from "./opening-plan.ts";
import {
  clampAndApply,
  createReportDelivery,
  type OracleWords,
  type WishedEntry,
  type WishedReport,
} from "./report-delivery.ts";
import { createScoreMarks, type ScoreMarks } from "./score-marks.ts";
import type { Short } from "./short.ts";
import type { VaultScorer } from "./vault-scorer.ts";
import { classIdAt, clearClassIdAt, type VaultTerms } from "./vault-terms.ts";

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
  /** See `OracleWords.noteEntry`. */
  readonly noteEntry?: OracleWords["noteEntry"];
}

const MAX_EPOCH = 2 ** 16 - 1;

/** What the parts of the policy share. */
interface Book {
  readonly options: OraclePolicyOptions;
  /** Stands for this vault in the scorer. */
  readonly source: Address;
  readonly words: Map<number, bigint>;
  readonly quantiles: Map<number, bigint>;
  readonly marks: ScoreMarks;
}

/** Creates the policy of one market. */
export function oraclePolicy(options: OraclePolicyOptions): MarginPolicy {
  const { terms, scorer } = options;
  const book: Book = {
    options,
    source: scorer.nextSource(),
    words: new Map(),
    quantiles: new Map(),
    marks: createScoreMarks(terms),
  };
  const delivery = createReportDelivery(terms, { ...book, noteEntry: options.noteEntry });
  let live: ReadonlyMap<number, Short> = new Map();
  scorer.enlist({
    source: book.source,
    positions: () => [...live.values()].map((short) => toPosition(book, short, wordOf(book, short.plan))),
    lastGood: (positions) => lastAccepted(book, positions),
  });
  return {
    name: options.name,
    hour: (moment, shorts) => {
      live = shorts;
      if (shorts.size > 0) delivery.deliver(reportAt(book, moment, shorts));
    },
    open: (plan, moment) => openWord(book, plan, moment),
    maintenance: ({ plan }, { timeSec }) => {
      const word = wordOf(book, plan);
      return maintenanceOf(word, { riskClass: classAt(terms, unpackRiskWord(word).classId), nowSec: timeSec });
    },
    initial: (short, moment) => {
      const asked = initialOf(book, short, moment);
      return delivery.isHolding() ? asked : Math.min(asked, retainedOf(book, short, moment) ?? asked);
    },
    reclassify: (short, moment) => reclassify(book, short, moment),
    mark: (short, moment) => {
      if (!delivery.isHolding()) book.marks.mark(short, { state: stateOf(book, short), moment });
    },
    grew: ({ plan }) => book.words.set(plan.index, raisedWord(wordOf(book, plan), terms)),
    retired: (short) => {
      book.words.delete(short.plan.index);
      book.marks.forget(short);
    },
  };
}

function wordOf({ words }: Book, { index }: Pick<PlannedShort, "index">): bigint {
  return words.get(index) ?? UNKNOWN_WORD;
}

function stateOf(book: Book, { plan }: Short): RiskState {
  return unpackRiskWord(wordOf(book, plan));
}

function reportAt(
  { options, source }: Book,
  { timeSec, price }: Moment,
  shorts: ReadonlyMap<number, Short>,
): WishedReport {
  const { scorer, scale } = options;
  const wishes = scorer.scoresOf(source, timeSec).flatMap((score) => {
    const short = shorts.get(Number(score.id));
    return short === undefined ? [] : [wishOf(score, short, { price, scale })];
  });
  const classQuantiles = scorer.quantiles(wishes);
  return { atSec: timeSec, entries: wishes.map(({ score }) => toEntry(score)), classQuantiles };
}

/** Word of a new short. @returns ρ that it must meet. */
function openWord(book: Book, plan: PlannedShort, moment: Moment): number {
  const { options, words } = book;
  const classId = classIdAt(options.terms, plan.series, moment);
  const riskClass = classAt(options.terms, classId);
  const word = initialWord(classId, riskClass);
  const quoted = options.isQuoted ? quotedWord(book, word, { plan, moment }) : null;
  words.set(plan.index, quoted ?? word);
  if (quoted !== null) return effectiveParams(quoted, { riskClass, nowSec: moment.timeSec }).rhoInitialBps;
  return openingRho(quantileOf(book, classId), riskClass, moment.timeSec);
}

/** The word with a first score of before the opening; `null` where nothing is known to score from. */
function quotedWord(
  book: Book,
  word: bigint,
  { plan, moment }: { readonly plan: PlannedShort; readonly moment: Moment },
): bigint | null {
  const { scorer, scale, terms } = book.options;
  const short = { plan, sizeE8: plan.sizeE8, size: plan.size, collateral: 0n, perContract: 0, flaggedAtSec: null };
  const atSec = moment.hour.startSec;
  const score = scorer.quote(toPosition(book, short, word), atSec);
  if (score === null) return null;
  const wish = wishOf(score, short, { price: moment.price, scale }).score;
  const entry = { epoch: FIRST_EPOCH, rhoBps: wish.rhoBps, piBps: wish.piBps, score: wish.score };
  return clampAndApply(word, entry, { riskClass: classAt(terms, wish.classId), atSec })?.word ?? null;
}

/**
 * What its own score asks for, not less than half of what a new short of its class must bring
 * (`VaultOpening.initialRhoBps`), where the score counts; else `null`.
 */
function retainedOf(book: Book, short: Short, moment: Moment): number | null {
  const state = stateOf(book, short);
  if (!book.marks.counts(short, { state, moment })) return null;
  const riskClass = classAt(book.options.terms, state.classId);
  const own = retainedRho(state, riskClass, moment.timeSec);
  // What a quoted short had to bring is its own score times 1 + β, too.
  if (book.options.isQuoted) return own;
  const openingBps = openingRho(quantileOf(book, state.classId), riskClass, moment.timeSec);
  return Math.max(own, leastRetainedRho(openingBps));
}

/** As `OptionVault.reclassify`, which anybody may call. */
function reclassify(book: Book, short: Short, moment: Moment): void {
  const { terms } = book.options;
  const { plan } = short;
  const word = wordOf(book, plan);
  const state = unpackRiskWord(word);
  const classId = clearClassIdAt(terms, plan.series, moment);
  if (classId === null || classId === state.classId || isStale(state, moment.timeSec)) return;
  const classes = { oldClass: classAt(terms, state.classId), newClass: classAt(terms, classId) };
  book.words.set(plan.index, reclassedWord(word, { ...classes, classId, nowSec: moment.timeSec }));
  book.marks.reclassed(short, moment.timeSec);
}

/** What its own word asks for and, unless shorts are quoted, what a new short of its present class would have to meet. */
function initialOf(book: Book, { plan }: Short, moment: Moment): number {
  const { terms, isQuoted } = book.options;
  const word = wordOf(book, plan);
  const { classId } = unpackRiskWord(word);
  const quantileWord = quantileOf(book, classId);
  const context = { riskClass: classAt(terms, classId), nowSec: moment.timeSec, quantileWord };
  const own = effectiveParams(word, context).rhoInitialBps;
  if (isQuoted) return own;
  const present = classIdAt(terms, plan.series, moment);
  return Math.max(own, openingRho(quantileOf(book, present), classAt(terms, present), moment.timeSec));
}

function quantileOf({ quantiles }: Book, classId: number): bigint {
  return quantiles.get(classId) ?? UNKNOWN_WORD;
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

function lastAccepted(book: Book, positions: readonly Position[]): ReadonlyMap<string, BoundedPair> {
  return new Map(
    positions.flatMap((position) => {
      const { observedAt, rhoTarget, pi } = unpackRiskWord(wordOf(book, { index: Number(position.id) }));
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
function toPosition({ options, source }: Book, short: OpenShort, word: bigint): Position {
  const { plan } = short;
  const { classId, epoch } = unpackRiskWord(word);
  return {
    seriesId: encodeSeriesId(plan.series),
    asset: options.asset,
    kind: plan.kind,
    strike: plan.strike,
    expirySec: plan.expirySec,
    source,
    sourceIndex: 0,
    id: BigInt(plan.index),
    epoch,
    owner: madeUpAddress(plan.index + 1),
    classId,
    size: short.size,
    sizeE8: short.sizeE8,
    collateralPerContract: short.perContract,
    collateralUnits: short.collateral,
    flaggedAtSec: short.flaggedAtSec,
  };
}
