/** The card of the volatility artefact: what a risk manager must know before trusting it, from its manifest alone. */
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { VOL_HORIZONS_HOURS } from "../../models/vol-lstm/vol-inputs.ts";
import type { VolManifest, VolScore } from "../../models/vol-lstm/vol-manifest.ts";
import { isoTime } from "../evaluate/evaluation.ts";
import { LSTM_REACH } from "./vol-network-graph.ts";

/** An artefact is past its date this long after its newest label. */
const VALID_DAYS = 180;
const day = (timeSec: number): string => isoTime(timeSec)?.slice(0, 10) ?? "";
const COLUMNS = ["combined", "network", "linear", "logHar", "ownLogHar", "har", "range", "ewma", "garchT"] as const;

/** Markdown of the card. */
export function volCard(manifest: VolManifest, facts: { readonly trainedAtSec: number }): string {
  return `${headOf(manifest, facts)}
${resultsOf(manifest)}`;
}

function headOf(manifest: VolManifest, facts: { readonly trainedAtSec: number }): string {
  const { training, metrics, combination } = manifest;
  return `# vol-lstm

Mean variance over the next 1, 4, 24 hours, 7 and 30 days.

- **Model**: ${training.networks} networks averaged: a linear part (log-HAR of range variances with calendar and long-run
  level, least squares) and two LSTMs of 16 units (48 hours, 30 days) that correct it up to a day ahead, trained on QLIKE
- **Served**: geometric mean of ${combination.members.join(", ")}, weights by trailing QLIKE (prior ${combination.prior.join(", ")},
  half-life ${combination.halfLifeDays} d, ${combination.priorDays} d of prior loss, power ${combination.power})
- **Inputs**: hourly bars of the asset alone; all relative to its own month; nothing later than the forecast
- **Needs**: 90 days of hourly bars with at least 90 % of the hours; otherwise the exponentially weighted mean, flagged
- **Model file** ${manifest.sha256}
- **Trained** on ${day(facts.trainedAtSec)} from ${training.rows.train} rows since ${day(training.span.fromSec)}, stopped on
  ${training.rows.stop} rows since ${day(training.span.stopFromSec)}; newest label ${day(training.span.untilSec)}
- **Past its date** after ${day(training.span.untilSec + VALID_DAYS * SECONDS_PER_DAY)}
- **Series**: ${training.series.join(", ")}; seed ${training.seed}
- **Export** differs from a plain float64 pass by ${metrics.exportParity.toExponential(1)} at most
`;
}

function resultsOf({ metrics, training }: VolManifest): string {
  return `## Walk-forward

Trained until ${metrics.foldsSec.map(day).join(", ")}, tested until the next date, the last until ${day(training.span.untilSec)}.
Mean QLIKE; \`ownLogHar\`, \`har\`, \`range\` and \`garchT\` are refitted on the asset itself every 30 days; \`network\`, \`linear\`,
\`logHar\`, \`ewma\` and \`ownLogHar\` are the members. Ratio: combined over ownLogHar, with its 95 % block-bootstrap interval, and the p-value of
Diebold and Mariano.

Daily at midnight:

${scoreTable(metrics.scores.filter(({ everyHours }) => everyHours === 24))}

Every five hours:

${scoreTable(metrics.scores.filter(({ everyHours }) => everyHours !== 24))}

## Assets never seen

${unseenTable(metrics.unseenScores)}

## What the inputs are worth

Change of QLIKE of the linear part when a family is left out, fitted until the first date above, on all later rows, with its
95 % block-bootstrap interval; positive where the family helps.

${inputTable(metrics.inputAblation)}

## Signals beside prices

${signalTables(metrics.signals)}

## Known weaknesses

${weaknesses(metrics.scores)}
- Labels below a day are range variances: one squared hourly return says nothing of its hour's variance.
- Venues differ in the ratio of realised to range variance; it is measured over two years or the history there is.
- A node that keeps 120 days has no own log-HAR, a long-run level of 120 days, and a record of 30 days for the weights.
`;
}

function unseenTable(scores: readonly VolScore[]): string {
  if (scores.length === 0) return "Not tested: no series was left out.";
  return `A further fit that left these series out, judged on all of their time (so it may have seen other assets at the same time,
or later ones):

${scoreTable(scores)}`;
}

function inputTable(ablation: VolManifest["metrics"]["inputAblation"]): string {
  const families = Map.groupBy(ablation, ({ family }) => family);
  const horizons = [...new Set(ablation.map(({ horizonHours }) => horizonHours))];
  const cell = ({ change, interval }: (typeof ablation)[number]): string =>
    `${(100 * change).toFixed(1)} % (${interval.map((end) => (100 * end).toFixed(1)).join(" … ")})`;
  return [
    `| family | ${horizons.map((hours) => `${hours} h`).join(" | ")} |`,
    `|---|${"---|".repeat(horizons.length)}`,
    ...[...families].map(([family, entries]) => `| ${family} | ${entries.map(cell).join(" | ")} |`),
  ].join("\n");
}

function scoreTable(scores: readonly VolScore[]): string {
  const used = COLUMNS.filter((name) => scores.some(({ qlike }) => qlike[name] !== undefined));
  const head = `| series | h | n | ${used.join(" | ")} | ratio | 95 % | p |`;
  const rule = `|---|${"---:|".repeat(used.length + 5)}`;
  const lines = scores.map(({ series, horizonHours, count, qlike, ratioToLogHar, interval, dieboldMarianoP }) => {
    const cells = used.map((name) => qlike[name]?.toFixed(4) ?? "–");
    const range = interval.map((end) => end.toFixed(3)).join("–");
    return `| ${series} | ${horizonHours} | ${count} | ${cells.join(" | ")} | ${ratioToLogHar.toFixed(3)} | ${range} | ${dieboldMarianoP.toFixed(3)} |`;
  });
  return [head, rule, ...lines].join("\n");
}

function signalTables({ ablation, precedence }: VolManifest["metrics"]["signals"]): string {
  if (ablation.length === 0) return "Not tested: the data held no signals.";
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const lines = ablation.map(({ family, horizonDays, count, change, interval }) => {
    const range = interval === null ? "too little history" : interval.map(percent).join(" … ");
    return `| ${family} | ${horizonDays} | ${count} | ${change === null ? "–" : percent(change)} | ${range} |`;
  });
  const tests = precedence.map(({ signal, count, precedesVolatility, followsVolatility }) => {
    const cell = (value: number | null): string => (value === null ? "–" : value.toFixed(3));
    return `| ${signal} | ${count} | ${cell(precedesVolatility)} | ${cell(followsVolatility)} |`;
  });
  const helps = ablation.filter(({ interval }) => interval !== null && interval[1] < 0);
  const verdict = helps.map(({ family, horizonDays }) => `${family} at ${horizonDays} d`).join(", ");
  return `They are no inputs. Each family corrected the combination's out-of-sample forecasts of BTC (ridge on scores and weekly
changes, expanding, every value with its availability lag). Change of mean QLIKE, negative where the family helps, with its
95 % block-bootstrap interval. ${verdict === "" ? "No interval lies below zero." : `Intervals below zero: ${verdict}.`}

| family | days ahead | midnights | change | 95 % |
|---|---:|---:|---:|---|
${lines.join("\n")}

Precedence, not cause: p-values, Holm-adjusted over all lines and both directions, that three lags of the signal improve the
prediction of the next day's log variance beyond its own past and weekday, and the other way round.

| signal | days | precedes volatility | follows volatility |
|---|---:|---:|---:|
${tests.join("\n")}`;
}

function weaknesses(scores: readonly VolScore[]): string {
  const reached = scores.filter(
    ({ horizonHours }) => LSTM_REACH[VOL_HORIZONS_HOURS.findIndex((hours) => hours >= horizonHours)] === 1,
  );
  const gain = (score: VolScore): number =>
    (score.qlike.network ?? Number.NaN) / (score.qlike.linear ?? Number.NaN) - 1;
  const worse = reached.filter((score) => gain(score) >= 0).length;
  const mean = reached.reduce((sum, score) => sum + gain(score), 0) / reached.length;
  const lost = scores.filter(({ ratioToLogHar }) => ratioToLogHar > 1);
  const lines = [
    `- What the LSTMs add: QLIKE of the network is ${(100 * mean).toFixed(1)} % from that of its linear part on average over the
  ${reached.length} rows up to a day ahead (negative is better); in ${worse} of them it is not better.`,
    lost.length === 0
      ? "- In no row is the combination worse than the asset's own log-HAR."
      : `- The combination is worse than the asset's own log-HAR in ${lost.length} of ${scores.length} rows: ${lost
          .map(({ series, horizonHours }) => `${series} ${horizonHours} h`)
          .join(", ")}.`,
  ];
  return lines.join("\n");
}
