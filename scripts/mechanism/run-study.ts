/** A mechanism study from the first evaluation to its findings: baselines, searches, front, held-out worlds, stresses, sweeps. */
import { paretoFront } from "../../oracle/math/pareto-front.ts";
import { DEFAULT_WEIGHTS, mechanismCost } from "../../oracle/simulation/mechanism/mechanism-objective.ts";
import {
  type MechanismParameters,
  PARAMETER_RANGES,
  type ParameterName,
} from "../../oracle/simulation/mechanism/mechanism-parameters.ts";
import { CRASH_FACTORS, type CrashFindings, judgeCrashes } from "./crash-worlds.ts";
import type { StudyFigures } from "./evaluation-log.ts";
import type { CandidateEvaluator, Question } from "./evaluator.ts";
import { type Judge, type Judged, judgeWith, type Named } from "./judged.ts";
import { searchMechanism, type Tried } from "./search.ts";
import { type HeldBars, heldOutWorlds, STRESSES, type StudySize, searchWorlds, USUAL_AGENTS } from "./study-plan.ts";

/** Best point of one search under the usual weights. */
export interface SeedResult {
  readonly seed: string;
  readonly cost: number;
  readonly parameters: MechanismParameters;
}

/** One value of one parameter around the recommendation. */
export interface SweepPoint {
  readonly value: number;
  readonly figures: StudyFigures;
  readonly cost: number;
}

/** What a study found. */
export interface StudyFindings {
  readonly configured: Judged;
  /** The cheapest point on the searched worlds, today's among them. */
  readonly recommended: Judged & { readonly parameters: MechanismParameters };
  /** Whether today's configuration costs no more than the recommendation on held-out worlds: then nothing is to be changed. */
  readonly isKept: boolean;
  /** Lenders' settings over a knob, 1 as published. */
  readonly lenders: readonly Judged[];
  readonly seeds: readonly SeedResult[];
  readonly tried: readonly Tried[];
  /** Not dominated in bad debt, locked capital and wrongful liquidations, on the searched worlds. */
  readonly front: readonly Tried[];
  /** The same candidates on held-out worlds: configured, recommended, lenders, then the front. */
  readonly heldOut: {
    readonly configured: Judged;
    readonly recommended: Judged;
    readonly lenders: readonly Judged[];
    readonly front: readonly Judged[];
  };
  readonly stresses: readonly {
    readonly name: string;
    readonly configured: Judged;
    readonly recommended: Judged;
    readonly lender: Judged;
  }[];
  /** Configured, recommended and the lenders around the greatest moves of the held-out hours; empty without real hours. */
  readonly crashes: readonly CrashFindings[];
  readonly sweeps: ReadonlyMap<ParameterName, readonly SweepPoint[]>;
  readonly worlds: { readonly searched: number; readonly heldOut: number; readonly replays: number };
}

/** What is studied. */
export interface StudyRequest {
  readonly size: StudySize;
  readonly bars: HeldBars;
  readonly seed: string;
  readonly configured: MechanismParameters;
}

const LENDER_SCALES = [0.4, 0.6, 0.8, 1, 1.25, 1.6] as const;
const PUBLISHED = 1;
/** Points of the front that are held against unseen worlds. */
const SHOWN_FRONT = 12;

/** Evaluations that a study asks for, at most. */
export function plannedEvaluations({ size }: Pick<StudyRequest, "size">): number {
  const population = 5 + Math.floor(3 * Math.log(PARAMETER_RANGES.length));
  const searches = size.seeds + size.debtFactors.length;
  const baselines = 1 + LENDER_SCALES.length;
  const heldOut = baselines + 1 + SHOWN_FRONT;
  const swept = PARAMETER_RANGES.length * size.sweep;
  return (
    baselines +
    searches * size.generations * population +
    heldOut +
    3 * size.stresses +
    CRASH_FACTORS.length * (baselines + 1) +
    swept
  );
}

/** Runs a study. @throws PlimsollError those of the threads. */
export async function runStudy(request: StudyRequest, evaluator: CandidateEvaluator): Promise<StudyFindings> {
  const { size, bars, seed, configured } = request;
  const searched: Question = { worlds: searchWorlds(size, bars, seed), agents: USUAL_AGENTS };
  const held: Question = { worlds: heldOutWorlds(size, bars, seed), agents: USUAL_AGENTS };
  const judge = judgeWith(evaluator);
  const base = await judge(baselines(configured), searched, null);
  const [own, ...lenders] = base;
  if (own === undefined) throw new RangeError("The reviewed configuration is evaluated first.");
  const { written } = own.figures;
  const { seeds, tried } = await searchAll(request, { evaluator, question: searched, written });
  const today = { parameters: configured, figures: own.figures };
  const best = bestOf([today, ...tried], written);
  const recommended = { ...judged("recommended", best, written), parameters: best.parameters };
  const front = frontOf([...tried, today]);
  const heldOut = await judge([...baselines(configured), recommended, ...shown(front)], held, null);
  const [heldConfigured, ...heldRest] = heldOut;
  const heldRecommended = heldRest[LENDER_SCALES.length];
  if (heldConfigured === undefined || heldRecommended === undefined) throw new RangeError("All were evaluated.");
  return {
    configured: own,
    recommended,
    isKept: heldConfigured.cost <= heldRecommended.cost,
    lenders,
    seeds,
    tried,
    front,
    heldOut: {
      configured: heldConfigured,
      recommended: heldRecommended,
      lenders: heldRest.slice(0, LENDER_SCALES.length),
      front: heldRest.slice(LENDER_SCALES.length + 1),
    },
    stresses: await stressAll(judge, { held, count: size.stresses }, [
      baselines(configured)[0],
      recommended,
      baselines(configured)[PUBLISHED_PLACE],
    ]),
    crashes: await judgeCrashes(judge, request, [...baselines(configured), recommended]),
    sweeps: await sweepAll(evaluator, searched, { parameters: best.parameters, written, count: size.sweep }),
    worlds: {
      searched: searched.worlds.length,
      heldOut: held.worlds.length,
      replays: held.worlds.filter(({ kind }) => kind === "replay").length,
    },
  };
}

const PUBLISHED_PLACE = 1 + LENDER_SCALES.indexOf(PUBLISHED);

function baselines(configured: MechanismParameters): readonly Named[] {
  return [
    { name: "configured", candidate: { kind: "parameters", parameters: { ...configured } } },
    ...LENDER_SCALES.map((scale) => ({ name: `lender × ${scale}`, candidate: { kind: "lender" as const, scale } })),
  ];
}

async function searchAll(
  { size, seed, configured }: StudyRequest,
  on: { readonly evaluator: CandidateEvaluator; readonly question: Question; readonly written: number },
): Promise<{ readonly seeds: readonly SeedResult[]; readonly tried: readonly Tried[] }> {
  const { evaluator, question, written } = on;
  const tried: Tried[] = [];
  const seeds: SeedResult[] = [];
  const common = { start: configured, written, generations: size.generations };
  for (let turn = 1; turn <= size.seeds; turn += 1) {
    const name = `${seed}-${turn}`;
    const found = await searchMechanism({ ...common, weights: DEFAULT_WEIGHTS, seed: name }, evaluator, question);
    const { parameters, figures } = bestOf(found, written);
    seeds.push({ seed: name, cost: mechanismCost(figures, DEFAULT_WEIGHTS, written), parameters });
    tried.push(...found);
  }
  for (const factor of size.debtFactors) {
    const weights = { ...DEFAULT_WEIGHTS, badDebt: DEFAULT_WEIGHTS.badDebt * factor };
    tried.push(...(await searchMechanism({ ...common, weights, seed: `${seed}-debt-${factor}` }, evaluator, question)));
  }
  return { seeds, tried };
}

function bestOf(tried: readonly Tried[], written: number): Tried {
  const [first, ...others] = tried;
  if (first === undefined) throw new RangeError("A search tries at least one generation.");
  const costOf = ({ figures }: Tried): number => mechanismCost(figures, DEFAULT_WEIGHTS, written);
  return others.reduce((best, next) => (costOf(next) < costOf(best) ? next : best), first);
}

function judged(name: string, { parameters, figures }: Tried, written: number): Judged {
  const candidate = { kind: "parameters" as const, parameters: { ...parameters } };
  return { name, candidate, figures, cost: mechanismCost(figures, DEFAULT_WEIGHTS, written) };
}

function frontOf(tried: readonly Tried[]): readonly Tried[] {
  const points = tried.map(({ figures }) => [figures.badDebtBps, figures.locked, figures.wrongfulPercent]);
  return paretoFront(points)
    .flatMap((place) => tried[place] ?? [])
    .toSorted((a, b) => a.figures.locked - b.figures.locked);
}

/** Some of the front, evenly from its cheapest to its safest end. */
function shown(front: readonly Tried[]): readonly Named[] {
  const count = Math.min(SHOWN_FRONT, front.length);
  return Array.from({ length: count }, (_, place) => {
    const at = count > 1 ? Math.round((place * (front.length - 1)) / (count - 1)) : 0;
    const parameters = front[at]?.parameters;
    return parameters === undefined
      ? []
      : [{ name: `front ${place + 1}`, candidate: { kind: "parameters" as const, parameters: { ...parameters } } }];
  }).flat();
}

async function stressAll(
  judge: Judge,
  { held, count }: { readonly held: Question; readonly count: number },
  named: readonly (Named | undefined)[],
): Promise<StudyFindings["stresses"]> {
  const found: StudyFindings["stresses"][number][] = [];
  for (const { name, modelError, agents } of STRESSES.slice(0, count)) {
    const worlds = held.worlds.map((world) => ({ ...world, modelError }));
    const given = named.flatMap((entry) => (entry === undefined ? [] : [entry]));
    const [configured, recommended, lender] = await judge(given, { worlds, agents }, null);
    if (configured === undefined || recommended === undefined || lender === undefined) continue;
    found.push({ name, configured, recommended, lender });
  }
  return found;
}

async function sweepAll(
  evaluator: CandidateEvaluator,
  question: Question,
  around: { readonly parameters: MechanismParameters; readonly written: number; readonly count: number },
): Promise<ReadonlyMap<ParameterName, readonly SweepPoint[]>> {
  const { parameters, written, count } = around;
  const plan = PARAMETER_RANGES.flatMap(({ name, low, high, step }) =>
    Array.from({ length: count }, (_, place) => {
      const value = Number((Math.round((low + (place * (high - low)) / (count - 1)) / step) * step).toFixed(6));
      return { name, value, candidate: { kind: "parameters" as const, parameters: { ...parameters, [name]: value } } };
    }),
  );
  const found = await evaluator.evaluate(
    plan.map(({ candidate }) => candidate),
    question,
  );
  const sweeps = new Map<ParameterName, SweepPoint[]>();
  plan.forEach(({ name, value }, place) => {
    const figures = found[place];
    if (figures === undefined) return;
    const cost = mechanismCost(figures, DEFAULT_WEIGHTS, written);
    sweeps.set(name, [...(sweeps.get(name) ?? []), { value, figures, cost }]);
  });
  return sweeps;
}
