/** The card of the close-out student: what people must know before they rely on it. */
import type { CloseOutManifest } from "../../models/cvar-depth/close-out-manifest.ts";

const MS_PER_SECOND = 1_000;
const PERCENT = 100;

/** Markdown text of the card; every number comes from the manifest. */
export function studentCard(manifest: CloseOutManifest, { trainedAtSec }: { readonly trainedAtSec: number }): string {
  return [
    "# cvar-depth: expected shortfall of the close-out cost",
    "",
    ...purpose(manifest),
    ...howTrained(manifest, trainedAtSec),
    ...results(manifest),
    ...inputs(manifest),
    ...limits(manifest),
    "",
  ].join("\n");
}

function purpose({ levels, sha256 }: CloseOutManifest): readonly string[] {
  return [
    `Expected shortfall at ${levels.map((level) => `${PERCENT * level} %`).join(", ")} of what it costs to take a short option`,
    "over within the horizon: `min(max_t V_t + C, L)`, as share of L − I.",
    "",
    "- **For**: pricing very many hypothetical positions at once (what a book, a grid or a what-if would need) at the speed of",
    "  a network. **Not for**: scores. ρ comes from full revaluation, which is exact and fast enough for a round; this",
    "  artefact is no part of the model bundle, and nothing that is signed reads it.",
    "- **Teacher**: full revaluation on every path of the scenario engine (`oracle/scoring/close-out-shortfall.ts`).",
    "- **Fallback**: the teacher, for every row outside of the ranges below, each flagged `inputs-out-of-range`.",
    `- **Model file** ${sha256}`,
    "",
  ];
}

function howTrained({ training, metrics }: CloseOutManifest, trainedAtSec: number): readonly string[] {
  const { layout, rows } = training;
  const day = new Date(trainedAtSec * MS_PER_SECOND).toISOString().slice(0, "2026-01-01".length);
  return [
    "## Training",
    "",
    `- ${day}, seed ${training.seed}, no data: residual pools are Student-t with ${training.degrees.join(", ")} degrees of freedom,`,
    `  ${training.paths} paths, markets and positions are drawn (\`oracle/training/cvar-depth/draw-cases.ts\`)`,
    `- ${rows.train} rows fitted, ${rows.stop} stopped the training, ${rows.report} judge it: other laws (${training.reportDegrees.join(" and ")} degrees),`,
    `  ${training.reportPaths} paths`,
    `- ${training.networks} network of ${layout.hiddenLayers} × (${layout.risingUnits} rising + ${layout.freeUnits} free) clipped units and a skip, weights bound by sign;`,
    "  loss √(e² + 0.01²), e error of the log share; levels ordered by a running maximum",
    `- Export differs from a plain float64 pass by ${metrics.exportParity.toExponential(1)} at most, log share`,
    "- It knows no market and so does not expire; it must be trained again when the scenario engine changes",
    "",
  ];
}

function results({ metrics }: CloseOutManifest): readonly string[] {
  const percent = (value: number): string => (PERCENT * value).toFixed(2);
  const lines = (["student", "quadrature"] as const).flatMap((who) =>
    metrics[who].map(({ level, shortfall, aboveIntrinsic }) => {
      const cells = [shortfall, aboveIntrinsic].flatMap(({ median, p95, p99, max }) =>
        [median, p95, p99, max].map(percent),
      );
      return `| ${who} | ${PERCENT * level} % | ${cells.join(" | ")} |`;
    }),
  );
  return [
    "## Error against the teacher, %",
    "",
    "Of the shortfall ES, and of its part above intrinsic value. `quadrature` is the baseline: loss at the mean move of each",
    "stratum of the tail, no network.",
    "",
    "| | level | median | 95 % | 99 % | worst | above I: median | 95 % | 99 % | worst |",
    "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...lines,
    "",
  ];
}

function inputs({ features, guard, strata }: CloseOutManifest): readonly string[] {
  return [
    "## Inputs",
    "",
    `Natural logarithms, except isCall and gap; losses and costs as share of L − I. Strata end at ${strata.slice(1).join(", ")} of the`,
    "paths by their worst move. Rising inputs may only raise every output.",
    "",
    "| input | may | range |",
    "|---|---|---|",
    ...features.map(({ name, direction }, index) => {
      const { min, max } = guard.ranges[index] ?? { min: Number.NaN, max: Number.NaN };
      return `| ${name} | ${direction === "rising" ? "raise" : "anything"} | ${min.toPrecision(3)} … ${max.toPrecision(3)} |`;
    }),
    "",
  ];
}

function limits({ guard }: CloseOutManifest): readonly string[] {
  return [
    "## Known limits",
    "",
    `- Tenors below ${guard.leastTenorInHorizons} horizons are refused: time value then changes along the path, which the inputs do not tell.`,
    "- Far out of the money, where one path in a thousand decides, errors are largest.",
    "- The teacher's own assumptions bind: depth left after a fall, answer of implied volatility (docs/models.md).",
    "- Monotone inside the ranges above; at their border the teacher takes over, and the two differ by the error there.",
    "- A relative error of a shortfall is no bound of ρ's error: never sign what this network says.",
  ];
}
