/** Answers what candidates come to over a set of worlds, from the log where it knows, otherwise from the threads. */
import { createHash } from "node:crypto";
import { figuresOfWorlds } from "../../oracle/simulation/mechanism/evaluate-candidate.ts";
import type { EvaluationLog, StudyFigures } from "./evaluation-log.ts";
import type { AgentSpec, Candidate, WorldSpec } from "./study-messages.ts";
import type { StudyThreads } from "./study-threads.ts";

/** A question: the same for every candidate that is to be compared. */
export interface Question {
  readonly worlds: readonly WorldSpec[];
  readonly agents: AgentSpec;
}

/** Evaluates candidates. */
export interface CandidateEvaluator {
  /** Figures in the order of the candidates. */
  evaluate(candidates: readonly Candidate[], question: Question): Promise<readonly StudyFigures[]>;
  /** Evaluations asked for so far, and those of them that threads had to make. */
  counts(): { readonly asked: number; readonly made: number };
}

/** What an evaluator works with. */
export interface EvaluatorOptions {
  readonly config: string;
  readonly data: readonly string[];
  /** Hash of what the configuration and the data files hold: another content is another question. */
  readonly content: string;
  readonly threads: StudyThreads;
  readonly log: EvaluationLog;
  /** Told after every batch. */
  readonly onAsked: (asked: number) => void;
}

/** Creates an evaluator. */
export function createEvaluator({
  config,
  data,
  content,
  threads,
  log,
  onAsked,
}: EvaluatorOptions): CandidateEvaluator {
  const counts = { asked: 0, made: 0 };
  return {
    evaluate: async (candidates, { worlds, agents }) => {
      const place = hashOf({ worlds, agents, content });
      const keys = candidates.map((candidate) => `${place}:${hashOf(candidate)}`);
      const unknown = new Map<string, Candidate>();
      candidates.forEach((candidate, index) => {
        const key = keys[index] ?? "";
        if (log.get(key) === undefined) unknown.set(key, candidate);
      });
      if (unknown.size > 0) {
        const task = { config, data: [...data], worlds: [...worlds], candidates: [...unknown.values()], agents };
        const outcomes = await threads.run(task);
        [...unknown.keys()].forEach((key, index) => {
          log.put(key, figuresOfWorlds(outcomes.flatMap((world) => world[index] ?? [])));
        });
        counts.made += unknown.size;
      }
      counts.asked += candidates.length;
      onAsked(counts.asked);
      return keys.flatMap((key) => log.get(key) ?? []);
    },
    counts: () => ({ ...counts }),
  };
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 24);
}
