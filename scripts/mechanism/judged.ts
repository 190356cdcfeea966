/** Candidates with what they cost, and what judges them. */
import { DEFAULT_WEIGHTS, mechanismCost } from "../../oracle/simulation/mechanism/mechanism-objective.ts";
import type { StudyFigures } from "./evaluation-log.ts";
import type { CandidateEvaluator, Question } from "./evaluator.ts";
import type { Candidate } from "./study-messages.ts";

/** A candidate with its figures and its cost under the usual weights. */
export interface Judged {
  readonly name: string;
  readonly candidate: Candidate;
  readonly figures: StudyFigures;
  readonly cost: number;
}

/** A candidate that is yet to be judged. */
export type Named = Pick<Judged, "name" | "candidate">;

/** Judges candidates in the same worlds. */
export type Judge = (named: readonly Named[], question: Question, written: number | null) => Promise<readonly Judged[]>;

/** Costs count missing volume against what the first candidate writes, or against what is given. */
export function judgeWith(evaluator: CandidateEvaluator): Judge {
  return async (named, question, written) => {
    const found = await evaluator.evaluate(
      named.map(({ candidate }) => candidate),
      question,
    );
    const level = written ?? found[0]?.written ?? 0;
    return named.flatMap(({ name, candidate }, place) => {
      const figures = found[place];
      if (figures === undefined) return [];
      return [{ name, candidate, figures, cost: mechanismCost(figures, DEFAULT_WEIGHTS, level) }];
    });
  };
}
