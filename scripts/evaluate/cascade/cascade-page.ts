/** The page of `npm run evaluate -- --model cascade --out FILE`: calibration, replays of Aave's waves and of 2025-10-10. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { createCascadePredictor } from "../../../oracle/models/cascade/cascade-predictor.ts";
import type { Report, ReportSection, ReportTable } from "../../../oracle/report/report.ts";
import type { HazardForecast } from "../../../oracle/training/cascade/hazard-walk.ts";
import { isoTime } from "../../../oracle/training/evaluate/evaluation.ts";
import { readLiquidations } from "../../data/liquidations.ts";
import { readUsableBooks } from "../cvar-depth/depth-report.ts";
import type { EvaluationRequest } from "../registry.ts";
import { crashCurves, crashHazards } from "./crash-replay.ts";
import { type HazardReport, hazardReports } from "./hazard-report.ts";

const ARTEFACT = join(dirname(fileURLToPath(import.meta.url)), "../../../oracle/models/artifacts/cascade");
const DAYS_SHOWN = 12;
/** From the first forecast on: the whole walk is the replay. */
const WHOLE_WALK_SEC = 0;
const DAY_TEXT = "2021-05-19".length;
const MINUTE_TEXT = "2025-10-10T15:30".length;

/** Builds the page; parts whose data are not given are left out. @throws PlimsollError those of the readers. */
export async function cascadePage({ paths, fromSec }: EvaluationRequest): Promise<Report> {
  const { reports: judged } = hazardReports(paths, fromSec);
  const { reports: replayed } = hazardReports(paths, WHOLE_WALK_SEC);
  return {
    title: "Liquidation cascades",
    intro: [
      "How likely a wave of liquidations is within 6 and 24 h, held against Aave v2; what was stated before its worst days; 2025-10-10 as far as the data reach.",
      "Command: npm run evaluate -- --model cascade --data DIR --out FILE. Every forecast on Aave is made by a model fitted on what was known by then.",
    ],
    sections: [...judged.map(calibrationSection), ...aaveSections(paths, replayed), ...(await crashSections(paths))],
  };
}

function calibrationSection({
  horizonHours,
  fromSec,
  toSec,
  hours,
  frequency,
  policies,
  reliability,
}: HazardReport): ReportSection {
  const points = reliability.map((group): readonly [number, number] => [Number(group.stated), Number(group.realised)]);
  return {
    title: `Within ${horizonHours} h`,
    text: [
      `${hours} hours, ${dayOf(fromSec)} to ${dayOf(toSec)}; an event followed ${(100 * frequency).toFixed(1)} % of them.`,
    ],
    tables: calibrationTables(policies, points),
    charts: [
      {
        title: `Stated and realised, ${horizonHours} h`,
        description: "Each point is a tenth of the hours; on the line what is stated is what happens.",
        x: { label: "stated", scale: "linear", format: "percent" },
        y: { label: "realised", scale: "linear", format: "percent" },
        series: [
          { name: "hours", kind: "scatter", points },
          {
            name: "as stated",
            kind: "line",
            points: [
              [0, 0],
              [Math.max(...points.map(([stated]) => stated)), Math.max(...points.map(([stated]) => stated))],
            ],
          },
        ],
      },
    ],
  };
}

function calibrationTables(
  policies: HazardReport["policies"],
  points: readonly (readonly [number, number])[],
): readonly ReportTable[] {
  return [
    {
      caption: "Hazard, the same without arrivals, and the plain logit",
      columns: [
        { title: "" },
        ...["AUC", "average precision", "log-loss", "calibration error"].map((title) => ({ title })),
      ],
      rows: Object.entries(policies).map(([name, score]) => [
        name,
        score.auc,
        score.averagePrecision,
        score.logLoss,
        score.ece,
      ]),
    },
    {
      caption: "Groups of equal count, ascending",
      columns: [{ title: "group" }, { title: "stated", format: "percent" }, { title: "realised", format: "percent" }],
      rows: points.map(([stated, realised], group) => [String(group + 1), stated, realised]),
    },
  ];
}

/** The worst days of Aave's calls with what was stated at their beginning. */
function aaveSections(paths: readonly string[], reports: readonly HazardReport[]): readonly ReportSection[] {
  const flow = readLiquidations(paths, "aave-v2");
  const long = reports.find(({ horizonHours }) => horizonHours === 24);
  if (flow === null || long === undefined) return [];
  const byDay = new Map<number, number>();
  flow.timeSec.forEach((time, call) => {
    const day = Math.floor(time / SECONDS_PER_DAY);
    byDay.set(day, (byDay.get(day) ?? 0) + (flow.amount[call] ?? 0));
  });
  const worst = [...byDay].sort(([, left], [, right]) => right - left).slice(0, DAYS_SHOWN);
  return [
    {
      title: "The worst days of Aave v2",
      text: [
        "Hours of bars begin on 2021-04-04, and the first forecast stands 100 days later: what came before has no forecast. The base of the walk is the share of all its hours that an event followed.",
      ],
      tables: [
        {
          caption: `Stated for the day at its beginning, and at most during the day; base ${(100 * long.frequency).toFixed(1)} %`,
          columns: [
            { title: "day" },
            { title: "repaid, million USD", digits: 1 },
            { title: "at midnight", format: "percent" },
            { title: "highest of the day", format: "percent" },
          ],
          rows: worst.map(([day, amount]) => [
            dayOf(day * SECONDS_PER_DAY),
            amount / 1e6,
            ...statedOn(long.forecasts, day),
          ]),
        },
      ],
      charts: [
        {
          title: "Hazard within 24 h",
          description: "Hourly probability of more than 1 million USD of repaid debt within 24 h.",
          x: { label: "time", scale: "time" },
          y: { label: "probability", scale: "linear", format: "percent" },
          series: [
            {
              name: "hazard",
              kind: "line",
              points: long.forecasts.map(({ atSec, probability }) => [atSec, probability]),
            },
          ],
        },
      ],
    },
  ];
}

function statedOn(forecasts: readonly HazardForecast[], day: number): readonly [number | null, number | null] {
  const own = forecasts.filter(({ atSec }) => Math.floor(atSec / SECONDS_PER_DAY) === day);
  const midnight = own.find(({ atSec }) => atSec === day * SECONDS_PER_DAY)?.probability ?? null;
  return [midnight, own.length === 0 ? null : Math.max(...own.map(({ probability }) => probability))];
}

async function crashSections(paths: readonly string[]): Promise<readonly ReportSection[]> {
  const predictor = await createCascadePredictor(ARTEFACT);
  const hours = crashHazards(paths, predictor);
  await predictor.close();
  const book = readUsableBooks(paths).at(-1);
  if (hours.length === 0 && book === undefined) return [];
  const last = hours.at(-1);
  return [
    {
      title: "2025-10-10",
      text: [
        `The index reaches ${last === undefined ? "no hour" : isoTime(last.atSec)}. The depth feed is corrupt from 15:30 UTC on: bids and asks cannot both be true, so no book after that is used.`,
        "The hazard reads what falls of ETH meant for Aave v2 in 2021, here from falls of BTC: another asset, another year.",
      ],
      tables: [
        {
          caption: "Hazard by the hour, every third",
          columns: [
            { title: "time" },
            { title: "price, USD", digits: 0 },
            { title: "6 h", format: "percent" },
            { title: "24 h", format: "percent" },
          ],
          rows: hours
            .filter(({ atSec }) => (atSec / SECONDS_PER_HOUR) % 3 === 0)
            .map((hour) => [minuteOf(hour.atSec), hour.price, hour.probability6h, hour.probability24h]),
        },
        ...(book === undefined ? [] : curveTables(book)),
      ],
    },
  ];
}

function curveTables(book: Parameters<typeof crashCurves>[0]) {
  const { depthUsd, books } = crashCurves(book);
  return books.map(({ multiple, rows }) => ({
    caption: `Further fall on the last good book (${minuteOf(book.sourceTimeSec)}, ${(depthUsd / 1e6).toFixed(0)} million USD of bids within 1 %) if falls of up to 20 % liquidate ${multiple} times those bids, spread evenly`,
    columns: ["log fall", "further fall", "at twice the depth", "at half the depth"].map((title) => ({
      title,
      format: "percent" as const,
      digits: 1,
    })),
    rows: rows.map(({ shock, extra, low, high }) => [shock, extra, low, high]),
  }));
}

function dayOf(timeSec: number): string {
  return (isoTime(timeSec) ?? "").slice(0, DAY_TEXT);
}

function minuteOf(timeSec: number): string {
  return (isoTime(timeSec) ?? "").slice(0, MINUTE_TEXT);
}
