/** Which models `npm run evaluate` knows: one small file each, loaded when it is asked for. */

import type { Report } from "../../oracle/report/report.ts";
import type { Evaluation } from "../../oracle/training/evaluate/evaluation.ts";

/** What an evaluation is given. */
export interface EvaluationRequest {
  /** Roots of the data; files with one relative name are joined in time order. */
  readonly paths: readonly string[];
  /** Start of the evaluated window, seconds; `null` for the model's own choice. Earlier rows serve as history. */
  readonly fromSec: number | null;
}

/** Evaluates one model. */
export type Evaluator = (request: EvaluationRequest) => Promise<Evaluation>;

/** Builds a page of one evaluation for `--out`. */
export type PageBuilder = (request: EvaluationRequest) => Promise<Report>;

/** Pages by model id. */
export const PAGES: Readonly<Record<string, () => Promise<PageBuilder>>> = {
  cascade: async () => (await import("./cascade/cascade-page.ts")).cascadePage,
};

/** Evaluators by model id. */
export const EVALUATORS: Readonly<Record<string, () => Promise<Evaluator>>> = {
  adversarial: async () => (await import("./evaluate-adversarial.ts")).evaluateAdversarial,
  cascade: async () => (await import("./evaluate-cascade.ts")).evaluateCascade,
  "contagion-gnn": async () => (await import("./evaluate-contagion.ts")).evaluateContagion,
  "cvar-depth": async () => (await import("./evaluate-cvar-depth.ts")).evaluateCvarDepth,
  "deep-pricer": async () => (await import("./evaluate-deep-pricer.ts")).evaluateDeepPricer,
  drift: async () => (await import("./evaluate-drift.ts")).evaluateDrift,
  explanations: async () => (await import("./evaluate-explanations.ts")).evaluateExplanations,
  "feed-guard": async () => (await import("./evaluate-feed-guard.ts")).evaluateFeedGuard,
  garch: async () => (await import("./evaluate-garch.ts")).evaluateGarch,
  greeks: async () => (await import("./evaluate-greeks.ts")).evaluateGreeks,
  mechanism: async () => (await import("./evaluate-mechanism.ts")).evaluateMechanism,
  "hedger-ablation": async () => (await import("./evaluate-hedger-ablation.ts")).evaluateHedgerAblation,
  hedger: async () => (await import("./evaluate-hedger.ts")).evaluateHedger,
  score: async () => (await import("./evaluate-score.ts")).evaluateScore,
  "quantile-net": async () => (await import("./evaluate-quantile.ts")).evaluateQuantileNet,
  surface: async () => (await import("./evaluate-surface.ts")).evaluateSurface,
  "var-quantile": async () => (await import("./evaluate-var-quantile.ts")).evaluateVarQuantile,
  "vol-lstm": async () => (await import("./evaluate-vol.ts")).evaluateVolatility,
};
