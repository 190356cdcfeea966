/** One search by CMA-ES over the parameters of the mechanism; every point that it tried is kept. */
import { createCmaEs } from "../../oracle/math/cma-es.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { mechanismCost, type ObjectiveWeights } from "../../oracle/simulation/mechanism/mechanism-objective.ts";
import {
  type MechanismParameters,
  parametersAt,
  pointOf,
} from "../../oracle/simulation/mechanism/mechanism-parameters.ts";
import type { StudyFigures } from "./evaluation-log.ts";
import type { CandidateEvaluator, Question } from "./evaluator.ts";

/** A point that was tried. */
export interface Tried {
  readonly parameters: MechanismParameters;
  readonly figures: StudyFigures;
}

/** What is searched. */
export interface SearchRequest {
  readonly start: MechanismParameters;
  readonly weights: ObjectiveWeights;
  /** Share of the offers that the reviewed configuration writes in the same worlds. */
  readonly written: number;
  readonly generations: number;
  readonly seed: string;
}

/** First step size, share of each range. */
const SIGMA = 0.2;

/** Searches; the same request over the same worlds tries the same points. */
export async function searchMechanism(
  request: SearchRequest,
  evaluator: Pick<CandidateEvaluator, "evaluate">,
  question: Question,
): Promise<readonly Tried[]> {
  const { start, weights, written, generations, seed } = request;
  const search = createCmaEs({ start: pointOf(start), sigma: SIGMA, rng: createRng(seed) });
  const tried: Tried[] = [];
  const evaluate = async (asked: readonly MechanismParameters[]): Promise<readonly StudyFigures[]> => {
    const candidates = asked.map((parameters) => ({ kind: "parameters" as const, parameters: { ...parameters } }));
    const found = await evaluator.evaluate(candidates, question);
    found.forEach((figures, place) => {
      const parameters = asked[place];
      if (parameters !== undefined) tried.push({ parameters, figures });
    });
    return found;
  };
  for (let turn = 0; turn < generations; turn += 1) {
    const found = await evaluate(search.ask().map(parametersAt));
    search.tell(found.map((figures) => mechanismCost(figures, weights, written)));
    // What the generations agree on lies nearer to the optimum than what one of them drew.
    await evaluate([parametersAt(search.mean())]);
  }
  return tried;
}
