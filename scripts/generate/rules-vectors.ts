/**
 * Seeded random cases for the rule engine: walks of entries that aim at every bound at −1, 0 and +1, under classes that the
 * DAO narrows on the way. Run directly it rewrites the committed sample in `test/vectors/rules/`.
 */
import { writeFileSync } from "node:fs";
import type { RiskClass } from "../../oracle/domain/risk-class.ts";
import { createRng, type Rng } from "../../oracle/math/rng.ts";
import { isSkip } from "../../oracle/rules/entry-outcome.ts";
import {
  type AppliedEntry,
  applyEntry,
  type EntryValues,
  initialWord,
  MAX_SCORE,
  type Move,
  prepareMove,
  type RuleContext,
  requiredGap,
} from "../../oracle/rules/risk-rules.ts";
import { packRiskWord, RISK_WORD_LANES, UNKNOWN_WORD, unpackRiskWord } from "../../oracle/rules/risk-word.ts";
import { randomRiskClass } from "./random-risk-class.ts";

/** One case with the mirror's answer. */
export interface RuleCase {
  readonly classIndex: number;
  readonly word: bigint;
  readonly entry: EntryValues;
  readonly observedAtSec: number;
  readonly appliedAtSec: number;
  readonly expected: AppliedEntry;
  /** The bound that ρ, π or the time was aimed at, e.g. `rho-tighten-step+1`. */
  readonly aims: readonly string[];
}

/** Cases and the classes they refer to. */
export interface RuleCases {
  readonly classes: readonly RiskClass[];
  readonly cases: readonly RuleCase[];
}

type Aim = readonly [name: string, value: number];

const CLASS_COUNT = 60;
/** Entries of one walk before a new position begins. */
const WALK_LENGTH = 40;
/** Start of the walks: 2023-11-14. */
const START_SEC = 1_700_000_000;
const UINT16 = 65_535;
/** Observation times after it could leave their 32 bits. */
const MAX_TIME_SEC = 2 ** 32 - 2 ** 22;
/** 2^31 − 1: random words stay far from times whose sums leave 2^32. */
const RANDOM_TIME_BITS = 31n;

/** Makes `count` cases from `seed`; equal arguments give equal cases. */
export function generateRuleCases(count: number, seed: string): RuleCases {
  const rng = createRng(seed);
  const classes = Array.from({ length: CLASS_COUNT }, () => randomRiskClass(rng));
  const cases: RuleCase[] = [];
  let word = UNKNOWN_WORD;
  let nowSec = START_SEC;
  let classIndex = 0;
  while (cases.length < count) {
    if (cases.length % WALK_LENGTH === 0) {
      classIndex = rng.integer(CLASS_COUNT);
      word = firstWord(classIndex, { rng, riskClass: classOf(classes, classIndex) });
      nowSec = START_SEC + rng.integer(10_000_000);
    }
    // A class with other numbers around the same live value is what a narrowing by the DAO looks like.
    const boundsIndex = rng.integer(25) === 0 ? rng.integer(CLASS_COUNT) : classIndex;
    const next = makeCase({ word, nowSec, classIndex: boundsIndex, riskClass: classOf(classes, boundsIndex), rng });
    cases.push(next);
    word = next.expected.word;
    // A refused entry leaves the clock, so that the next one meets the same delays.
    if (!isSkip(next.expected.outcome)) nowSec = next.appliedAtSec;
  }
  return { classes, cases };
}

function firstWord(classIndex: number, made: { readonly rng: Rng; readonly riskClass: RiskClass }): bigint {
  const kind = made.rng.integer(20);
  if (kind === 0) return UNKNOWN_WORD;
  return kind < 2 ? randomWord(made.rng) : initialWord(classIndex, made.riskClass);
}

/** A word of random fields, reachable or not. */
function randomWord(rng: Rng): bigint {
  let word = 0n;
  for (const [, bits] of RISK_WORD_LANES) word = (word << BigInt(bits)) | BigInt(rng.integer(2 ** bits));
  const state = unpackRiskWord(word);
  const time = (value: number): number => Number(BigInt.asUintN(Number(RANDOM_TIME_BITS), BigInt(value)));
  const { observedAt, tightenedAt, loosenedAt } = state;
  return packRiskWord({
    ...state,
    observedAt: time(observedAt),
    tightenedAt: time(tightenedAt),
    loosenedAt: time(loosenedAt),
  });
}

interface CaseInput {
  readonly word: bigint;
  readonly nowSec: number;
  readonly classIndex: number;
  readonly riskClass: RiskClass;
  readonly rng: Rng;
}

function makeCase(input: CaseInput): RuleCase {
  const { word, riskClass, rng } = input;
  // Usually one thing is aimed at a bound and the others are ordinary, so that every bound is reached past the earlier checks.
  const aim = rng.integer(6);
  const [timeAim, appliedAtSec] = aim < 3 ? ordinaryTime(input) : pickTime(input);
  const state = unpackRiskWord(word);
  const observedAtSec = pickObservation(rng, appliedAtSec, state.observedAt);
  const context: RuleContext = { riskClass, observedAtSec, appliedAtSec };
  const move = prepareMove(unpackRiskWord(word), context);
  const [rhoAim, rhoBps] = pick(rng, aim === 1 || aim > 3 ? ordinaryRhos(move, rng) : rhoAims(move, rng));
  const [piAim, piBps] = pick(
    rng,
    aim === 0 || aim === 2 || aim > 3 ? ordinaryPis(move, rhoBps) : piAims(move, rhoBps),
  );
  const entry: EntryValues = {
    epoch: rng.integer(12) === 0 ? rng.integer(UINT16) : state.epoch,
    rhoBps: toUint16(rhoBps),
    piBps: toUint16(piBps),
    score: rng.integer(20) === 0 ? MAX_SCORE - 1 + rng.integer(4) : rng.integer(MAX_SCORE + 1),
  };
  return {
    classIndex: input.classIndex,
    word,
    entry,
    observedAtSec,
    appliedAtSec,
    expected: applyEntry(word, entry, context),
    aims: [timeAim, rhoAim, piAim],
  };
}

function rhoAims(move: Move, rng: Rng): readonly Aim[] {
  const { state, riskClass, standing, anchor, prior } = move;
  const { tighten, loosen } = riskClass;
  return [
    ...around("rho-floor", riskClass.rhoFloorBps),
    ...around("rho-ceiling", riskClass.rhoCeilingBps),
    ...around("rho-tighten-step", Math.max(state.rhoTarget, standing) + tighten.stepBps),
    ...around("rho-loosen-step", state.rhoTarget - loosen.stepBps),
    ...around("rho-tighten-drift", Math.max(Math.min(anchor, prior) + tighten.driftBps, standing)),
    ...around("rho-loosen-drift", Math.max(anchor, prior) - loosen.driftBps),
    ...around("rho-standing", standing),
    ...around("rho-target", state.rhoTarget),
    ["rho-any", rng.integer(UINT16)],
  ];
}

function ordinaryRhos(move: Move, rng: Rng): readonly Aim[] {
  const { state, riskClass } = move;
  const { rhoFloorBps, rhoCeilingBps, tighten, loosen } = riskClass;
  if (state.observedAt === 0) return [["rho-first", rhoFloorBps + rng.integer(rhoCeilingBps - rhoFloorBps + 1)]];
  return [
    ["rho-inside-tighten", Math.min(rhoCeilingBps, state.rhoTarget + 1 + rng.integer(tighten.stepBps))],
    ["rho-inside-loosen", Math.max(rhoFloorBps, state.rhoTarget - 1 - rng.integer(loosen.stepBps))],
    ["rho-same", state.rhoTarget],
  ];
}

function ordinaryPis(move: Move, rhoBps: number): readonly Aim[] {
  const { state, riskClass } = move;
  return [["pi-linked-cap", Math.max(riskClass.piFloorBps, Math.min(state.pi, rhoBps - requiredGap(move)))]];
}

function piAims(move: Move, rhoBps: number): readonly Aim[] {
  const { state, riskClass } = move;
  return [
    ...around("pi-floor", riskClass.piFloorBps),
    ...around("pi-cap", riskClass.piCapBps),
    ...around("pi-step-up", state.pi + riskClass.piStepBps),
    ...around("pi-step-down", state.pi - riskClass.piStepBps),
    ...around("pi-linked", rhoBps - requiredGap(move)),
    ["pi-same", state.pi],
  ];
}

/** Soon, and mostly after both delays. */
function ordinaryTime({ word, nowSec, riskClass, rng }: CaseInput): Aim {
  const { tightenedAt, loosenedAt } = unpackRiskWord(word);
  const open = Math.max(tightenedAt + riskClass.tighten.delaySec, loosenedAt + riskClass.loosen.delaySec);
  const fromSec = open < MAX_TIME_SEC && open < nowSec + 10_000 ? Math.max(nowSec, open) : nowSec;
  return ["time-open", fromSec + 1 + rng.integer(60)];
}

function pickTime(input: CaseInput): Aim {
  const { word, nowSec, riskClass, rng } = input;
  const state = unpackRiskWord(word);
  const edge = (Math.floor(nowSec / riskClass.windowSec) + 1) * riskClass.windowSec;
  const aims: readonly Aim[] = [
    ...around("time-tighten-delay", state.tightenedAt + riskClass.tighten.delaySec),
    ...around("time-loosen-delay", state.loosenedAt + riskClass.loosen.delaySec),
    ...around("time-valid-until", state.observedAt + state.validityMinutes * 60),
    ...around("time-window-edge", edge),
    ...around("time-next-window-edge", edge + riskClass.windowSec),
    ["time-soon", nowSec + 1 + rng.integer(900)],
    ["time-soon", nowSec + 1 + rng.integer(900)],
    ["time-later", nowSec + rng.integer(20_000)],
    ["time-much-later", nowSec + rng.integer(400_000)],
  ];
  return pick(
    rng,
    aims.filter(([, value]) => value >= nowSec && value < MAX_TIME_SEC),
  );
}

function pickObservation(rng: Rng, appliedAtSec: number, lastSec: number): number {
  const kind = rng.integer(15);
  if (kind === 0) return lastSec;
  if (kind === 1) return Math.max(0, lastSec - 1);
  if (kind === 2) return lastSec + 1;
  return Math.max(lastSec + 1, appliedAtSec - rng.integer(20));
}

function around(name: string, value: number): readonly Aim[] {
  return [
    [`${name}-1`, value - 1],
    [`${name}+0`, value],
    [`${name}+1`, value + 1],
  ];
}

function pick(rng: Rng, aims: readonly Aim[]): Aim {
  return aims[rng.integer(aims.length)] ?? ["none", 0];
}

function toUint16(value: number): number {
  return Math.min(UINT16, Math.max(0, value));
}

function classOf(classes: readonly RiskClass[], index: number): RiskClass {
  const riskClass = classes[index];
  if (riskClass === undefined) throw new RangeError(`No class ${index}.`);
  return riskClass;
}

const SAMPLE_SEED = "rules-sample-1";
const SAMPLE_FROM = 4_000;
const SAMPLE_PER_OUTCOME = 3;

/** Some cases of every outcome, with bigints as decimal text. */
export function sampleRuleCases(): string {
  const { classes, cases } = generateRuleCases(SAMPLE_FROM, SAMPLE_SEED);
  const taken = new Map<string, number>();
  const sample = cases.filter(({ expected }) => {
    const count = taken.get(expected.outcome) ?? 0;
    taken.set(expected.outcome, count + 1);
    return count < SAMPLE_PER_OUTCOME * (isSkip(expected.outcome) ? 1 : 4);
  });
  const text = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
  return `${JSON.stringify({ seed: SAMPLE_SEED, classes, cases: sample }, text, 1)}\n`;
}

if (import.meta.main)
  writeFileSync(new URL("../../test/vectors/rules/rule-cases.json", import.meta.url), sampleRuleCases());
