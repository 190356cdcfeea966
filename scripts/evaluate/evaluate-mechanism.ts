/** Evaluation of the mechanism: a quick study on the given data, its seeds, its front against a lender, and the closed-form score. */
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { atLeast, atMost, type Evaluation } from "../../oracle/training/evaluate/evaluation.ts";
import { memoryLog } from "../mechanism/evaluation-log.ts";
import { heldBars, type StudyOrder, study } from "../mechanism/study.ts";
import { publishedLender, seedSpread } from "../mechanism/study-json.ts";
import { heldOutWorlds, STUDY_SIZES } from "../mechanism/study-plan.ts";
import { compareProxy } from "./mechanism/compare-proxy.ts";
import type { EvaluationRequest } from "./registry.ts";

/** design/models.md §3, row `mechanism`. */
const LIMITS = { seedSpread: 0.05, dominating: 1, proxyCorrelation: 0.99 };
const MS_PER_SECOND = 1_000;

/**
 * Runs a quick study; the hours from `fromSec` on are held out.
 *
 * @throws PlimsollError `EVALUATE_NO_WINDOW` when no replay of real hours fits behind the split, and those of the study.
 */
export async function evaluateMechanism({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const order = { size: "quick" as const, data: paths, fromSec, seed: "mechanism-1" };
  if (!hasReplay(order)) throw noWindow();
  const nowSec = (): number => performance.now() / MS_PER_SECOND;
  const { findings, json } = await study(order, { log: memoryLog(), onProgress: () => {}, nowSec });
  const { heldOut } = json;
  const lender = publishedLender(findings.heldOut.lenders);
  const proxy = compareProxy();
  return {
    model: "mechanism",
    window: { from: null, to: null },
    metrics: {
      recommended: { ...heldOut.recommended },
      parameters: { ...json.recommended },
      front: heldOut.front.map((point) => ({ ...point })),
      proxy: proxy.map((entry) => ({ ...entry })),
      worlds: { ...json.worlds },
    },
    baselines: {
      configured: { ...heldOut.configured },
      ...Object.fromEntries(heldOut.lenders.map((entry) => [entry.name, { ...entry }])),
    },
    targets: {
      frontPointsThatDominate: atLeast(heldOut.dominatingLender.length, LIMITS.dominating),
      lockedAgainstLender: atMost(heldOut.recommended.locked, lender.figures.locked),
      badDebtAgainstLender: atMost(heldOut.recommended.badDebtBps, lender.figures.badDebtBps),
      seedSpread: atMost(seedSpread(findings), LIMITS.seedSpread),
      proxyCorrelation: atLeast(
        Math.min(...proxy.map(({ rhoCorrelation }) => rhoCorrelation)),
        LIMITS.proxyCorrelation,
      ),
    },
  };
}

function hasReplay({ size, seed, ...held }: StudyOrder): boolean {
  return heldOutWorlds(STUDY_SIZES[size], heldBars(held), seed).some(({ kind }) => kind === "replay");
}

function noWindow(): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: "No replay of real hours fits behind the start of what is held out.",
    remedy: "Give an earlier --from, or spot-hourly files that reach 70 days further.",
  });
}
