/** A mechanism study as a whole: reads data, starts threads, runs, and puts the findings into JSON, a page and a configuration. */
import { availableParallelism } from "node:os";
import type { Report } from "../../oracle/report/report.ts";
import { configuredParameters } from "../../oracle/simulation/mechanism/mechanism-parameters.ts";
import { readSpotBars } from "../data/spot-bars.ts";
import { configuredTerms } from "../deploy/configured-terms.ts";
import { type DeploymentConfig, readDeploymentConfig } from "../deploy/deployment-config.ts";
import { crashBars } from "./crash-worlds.ts";
import type { EvaluationLog } from "./evaluation-log.ts";
import { createEvaluator } from "./evaluator.ts";
import { configWith, votedCalls } from "./proposal-calls.ts";
import { plannedEvaluations, runStudy, type StudyFindings } from "./run-study.ts";
import { STUDY_CONFIG } from "./run-task.ts";
import { studyContent } from "./study-content.ts";
import { studyJson } from "./study-json.ts";
import { type HeldBars, STUDY_SIZES } from "./study-plan.ts";
import { studyReport } from "./study-report.ts";
import { startStudyThreads } from "./study-threads.ts";

/** What is asked. */
export interface StudyOrder {
  readonly size: keyof typeof STUDY_SIZES;
  /** Roots of the data; empty for generated worlds only. */
  readonly data: readonly string[];
  /** Start of what is held out, seconds; `null` for the last fifth. */
  readonly fromSec: number | null;
  readonly seed: string;
}

/** What the surroundings give. */
export interface StudyHooks {
  readonly log: EvaluationLog;
  /** Share of the planned evaluations that is done, 0…1. */
  readonly onProgress: (share: number) => void;
  /** Seconds, for the run's own account. */
  readonly nowSec: () => number;
}

/** What comes out. */
export interface StudyResult {
  readonly findings: StudyFindings;
  readonly json: ReturnType<typeof studyJson>;
  readonly report: Report;
  /** The reviewed configuration with the recommendation in it; as it was where the study says to keep it. */
  readonly config: DeploymentConfig;
}

const HELD_OUT_SHARE = 0.2;

/** Runs a study. @throws PlimsollError those of the readers and of the threads. */
export async function study(order: StudyOrder, { log, onProgress, nowSec }: StudyHooks): Promise<StudyResult> {
  const startSec = nowSec();
  const config = await readDeploymentConfig(STUDY_CONFIG);
  const bars = heldBars(order);
  const request = {
    size: STUDY_SIZES[order.size],
    bars,
    seed: order.seed,
    configured: configuredParameters(configuredTerms(config, "BTC")),
  };
  const planned = plannedEvaluations(request);
  const content = studyContent(STUDY_CONFIG, order.data);
  const threads = startStudyThreads(availableParallelism());
  try {
    const onAsked = (asked: number): void => onProgress(Math.min(1, asked / planned));
    const evaluator = createEvaluator({ config: STUDY_CONFIG, data: order.data, content, threads, log, onAsked });
    const findings = await runStudy(request, evaluator);
    const { asked, made } = evaluator.counts();
    const { size, seed, data } = order;
    const run = { size, seed, data: data.length > 0, asked, made, took: nowSec() - startSec };
    const { isKept, recommended } = findings;
    const calls = isKept ? [] : votedCalls(config, recommended.parameters);
    return {
      findings,
      json: studyJson(findings, run, calls),
      report: studyReport(findings, run, calls),
      config: isKept ? config : configWith(config, recommended.parameters),
    };
  } finally {
    await threads.close();
  }
}

/** How many hours each asset has, and where what is held out begins. @throws PlimsollError those of the reader. */
export function heldBars({ data, fromSec }: Pick<StudyOrder, "data" | "fromSec">): HeldBars {
  if (data.length === 0) return new Map();
  return new Map(
    [...readSpotBars(data)].map(([asset, bars]) => {
      const count = bars.open.length;
      const at = fromSec === null ? -1 : bars.endSec.findIndex((endSec) => endSec > fromSec);
      const split = fromSec === null ? Math.floor((1 - HELD_OUT_SHARE) * count) : at >= 0 ? at : count;
      return [asset, { count, split, crashes: crashBars(bars, split) }];
    }),
  );
}
