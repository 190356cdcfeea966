/** What `npm run mechanism -- --json` prints as its last line. */
import type { StudyFigures } from "./evaluation-log.ts";
import type { Judged } from "./judged.ts";
import type { VotedCall } from "./proposal-calls.ts";
import type { StudyFindings } from "./run-study.ts";

/** Facts of the run beside its findings. */
export interface StudyRun {
  readonly size: string;
  readonly data: boolean;
  readonly seed: string;
  readonly asked: number;
  readonly made: number;
  /** Seconds. */
  readonly took: number;
}

/** Spread of the best costs of all seeds: half the range over the mean; 0 for one seed. */
export function seedSpread({ seeds }: Pick<StudyFindings, "seeds">): number {
  const costs = seeds.map(({ cost }) => cost);
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  return (Math.max(...costs) - Math.min(...costs)) / 2 / mean;
}

/** Points of the held-out front that beat the lender as published in bad debt and locked capital at once. */
export function dominating({ heldOut }: Pick<StudyFindings, "heldOut">): readonly Judged[] {
  const lender = publishedLender(heldOut.lenders);
  return [heldOut.recommended, ...heldOut.front].filter(({ figures }) => beats(figures, lender.figures));
}

/** The lender whose knob is 1. */
export function publishedLender(lenders: readonly Judged[]): Judged {
  const found = lenders.find(({ candidate }) => candidate.kind === "lender" && candidate.scale === 1);
  if (found === undefined) throw new RangeError("A study holds the lender as published.");
  return found;
}

/** Less capital and no more bad debt: where the lender has none, none is needed. */
function beats(ours: StudyFigures, theirs: StudyFigures): boolean {
  return ours.locked < theirs.locked && (ours.badDebtBps < theirs.badDebtBps || ours.badDebtBps === 0);
}

/** Builds the object. */
export function studyJson(findings: StudyFindings, run: StudyRun, calls: readonly VotedCall[]) {
  const { configured, recommended, lenders, heldOut, stresses, crashes, sweeps, front, seeds, worlds } = findings;
  const brief = ({ name, figures, cost }: Judged) => ({ name, cost, ...figures });
  return {
    model: "mechanism",
    run,
    worlds,
    searched: { configured: brief(configured), recommended: brief(recommended), lenders: lenders.map(brief) },
    recommended: recommended.parameters,
    verdict: findings.isKept ? ("keep" as const) : ("change" as const),
    seeds,
    seedSpread: seedSpread(findings),
    front: front.map(({ parameters, figures }) => ({ parameters, ...figures })),
    heldOut: {
      configured: brief(heldOut.configured),
      recommended: brief(heldOut.recommended),
      lenders: heldOut.lenders.map(brief),
      front: heldOut.front.map(brief),
      dominatingLender: dominating(findings).map(({ name }) => name),
    },
    stresses: stresses.map((stress) => ({
      name: stress.name,
      configured: brief(stress.configured),
      recommended: brief(stress.recommended),
      lender: brief(stress.lender),
    })),
    crashes: crashes.map(({ magnified, judged }) => ({ magnified, judged: judged.map(brief) })),
    sweeps: Object.fromEntries(
      [...sweeps].map(([name, points]) => [
        name,
        points.map(({ value, cost, figures }) => ({ value, cost, ...figures })),
      ]),
    ),
    calls,
  };
}
