/** Evaluation of liquidation cascades: the hazard on Aave's calls, the size of forced closures on a panel of perpetuals. */
import { join } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { type CascadePredictor, createCascadePredictor } from "../../oracle/models/cascade/cascade-predictor.ts";
import { atLeast, atMost, type Evaluation, isoTime } from "../../oracle/training/evaluate/evaluation.ts";
import { type HazardReport, hazardMetrics, hazardReports } from "./cascade/hazard-report.ts";
import { type IntensityReport, intensityMetrics, intensityReport } from "./cascade/intensity-report.ts";
import { type SurrogateReport, surrogateReport } from "./cascade/surrogate-report.ts";
import { fittedUntilSec } from "./fitted-until.ts";
import { refusedArtefact } from "./refused-artefact.ts";
import type { EvaluationRequest } from "./registry.ts";

const ARTEFACT = join(import.meta.dirname, "../../oracle/models/artifacts/cascade");
/** design/models.md §3, row `cascade`. */
const LIMITS = { auc: { 6: 0.74, 24: 0.82 }, ece: 0.03, explained: 0.12 } as const;

/**
 * Evaluates by expanding walks: every forecast is made by a model that was fitted on what was known by then; what ships is judged beside it,
 * the surrogate on drawn books, the hazard on hours after its fit. Parts whose data do not reach the window are left out.
 *
 * @throws PlimsollError `ARTEFACT_REFUSED`, `EVALUATE_NO_WINDOW` when no part has a forecast in the window, and those of the readers.
 */
export async function evaluateCascade(request: EvaluationRequest): Promise<Evaluation> {
  const predictor = await createCascadePredictor(ARTEFACT);
  try {
    if (predictor.reason !== null) throw refusedArtefact(ARTEFACT, predictor.reason);
    return await judge(request, predictor);
  } finally {
    await predictor.close();
  }
}

async function judge({ paths, fromSec }: EvaluationRequest, predictor: CascadePredictor): Promise<Evaluation> {
  const shipped = { hazardAt: predictor.hazardAt, untilSec: fittedUntilSec("cascade") ?? Number.POSITIVE_INFINITY };
  const { reports: hazards, leftOut } = hazardReports(paths, fromSec, shipped);
  const intensity = intensityReport(paths, fromSec);
  const spans = [...hazards, ...(intensity === null ? [] : [intensity])];
  if (spans.length === 0) throw noWindow(fromSec);
  const surrogate = await surrogateReport(predictor);
  if (surrogate === null) throw refusedArtefact(ARTEFACT, "output-invalid");
  return {
    model: "cascade",
    window: {
      from: isoTime(Math.min(...spans.map((span) => span.fromSec))),
      to: isoTime(Math.max(...spans.map((span) => span.toSec))),
    },
    metrics: {
      hazards: hazards.map(hazardMetrics),
      hazardsLeftOut: leftOut,
      intensity: intensity === null ? null : intensityMetrics(intensity),
      surrogate: { books: surrogate.books, ...surrogate.surrogate },
    },
    baselines: {
      ...Object.fromEntries(
        hazards.map(({ horizonHours, policies }) => [`plain-logit-${horizonHours}h`, { ...policies.plainLogit }]),
      ),
      ...(intensity === null
        ? {}
        : { ownRidge: { explained: intensity.ownRidge }, persistence: { explained: intensity.persistence } }),
      twoRounds: { ...surrogate.twoRounds },
    },
    targets: { ...hazardTargets(hazards), ...intensityTargets(intensity), ...surrogateTargets(surrogate) },
  };
}

function hazardTargets(hazards: readonly HazardReport[]): Evaluation["targets"] {
  return Object.fromEntries(
    hazards.flatMap(({ horizonHours, policies }) => {
      const limit = horizonHours === 6 ? LIMITS.auc[6] : LIMITS.auc[24];
      return [
        [`auc${horizonHours}h`, atLeast(policies.hazard?.auc ?? Number.NaN, limit)],
        [`ece${horizonHours}h`, atMost(policies.hazard?.ece ?? Number.NaN, LIMITS.ece)],
      ];
    }),
  );
}

function intensityTargets(intensity: IntensityReport | null): Evaluation["targets"] {
  if (intensity === null) return {};
  return {
    intensityExplained: atLeast(intensity.explained, LIMITS.explained),
    intensityNotBelowRidge: atLeast(intensity.explained, intensity.ownRidge),
  };
}

/** The shipped network must beat the two rounds of selling that are among its inputs. */
function surrogateTargets(report: SurrogateReport): Evaluation["targets"] {
  return { surrogateNotBelowTwoRounds: atLeast(report.surrogate.explained, report.twoRounds.explained) };
}

function noWindow(fromSec: number | null): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `From ${isoTime(fromSec) ?? "the start"} on there is no forecast of liquidations with its outcome.`,
    remedy:
      "Give an earlier --from, or more history: 100 days come before the first hazard, 120 before the first size.",
    context: { fromSec: fromSec ?? "none" },
  });
}
