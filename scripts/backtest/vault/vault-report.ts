/** The page of the vault backtest: tables of figures, curves of locked collateral against bad debt, episodes. */
import type {
  Chart,
  Report,
  ReportSection,
  ReportTable,
  TableCell,
  TableColumn,
} from "../../../oracle/report/report.ts";
import { BAD_DEBT_LIMIT_BPS, type VaultStudy } from "./backtest-vault.ts";
import type { CurvePoint } from "./calibrate.ts";
import { yearsOf } from "./episodes.ts";
import type { PolicyFigures } from "./policy-figures.ts";
import { type Comparison, compare, episodesOf, stretchesOf } from "./vault-json.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "policy" },
  { title: "knob", format: "short" },
  { title: "locked", format: "percent", digits: 2 },
  { title: "required", format: "percent", digits: 2 },
  { title: "bad debt, bp a year", digits: 2 },
  { title: "opened", digits: 0 },
  { title: "liquidated", digits: 0 },
  { title: "wrongful", digits: 0 },
  { title: "charge above fair value", format: "percent", digits: 2 },
];
const DAYS_IN_PLOT = 7;
/** Points without bad debt stand here, so that a logarithmic axis can show them. */
const LEAST_SHOWN_BPS = 0.01;

/** Describes the page. */
export function vaultReport(study: VaultStudy): Report {
  const { fromSec, toSec } = study.window;
  const date = (timeSec: number): string => new Date(timeSec * 1_000).toISOString().slice(0, "2000-01-01".length);
  return {
    title: "Vault backtest",
    intro: [
      `Whole lives of vaults on ${study.assets.join(", ")}, ${date(fromSec)} to ${date(toSec)}: the same openings, paths, writers and keepers under every policy. Shares are of outstanding notional.`,
      "Command: npm run backtest:vault -- --data DIR --out FILE",
    ],
    sections: [equalSection(study), limitSection(study), stretchSection(study)],
  };
}

function equalSection(study: VaultStudy): ReportSection {
  const { vsStatic, vsExchange } = compare(study, null);
  const { product, atEqual } = study;
  const named = [
    ["plimsoll", product],
    ["static", atEqual.static],
    ["exchange", atEqual.exchange],
  ] as const;
  return {
    title: "At the product's bad debt",
    text: [
      `Locked collateral below static ρ: ${shareText(vsStatic)} (target at least 50 %); below the exchange formula: ${shareText(vsExchange)} (target at least 15 %).`,
      "Baselines stand at the smallest knob from which on no larger one has more bad debt than the product.",
    ],
    tables: [figuresTable("Figures over the whole window", named)],
    charts: [curveChart(study), timeChart(study)],
  };
}

function limitSection({ atLimit }: VaultStudy): ReportSection {
  const named = [
    ["plimsoll", atLimit.plimsoll],
    ["plimsoll, quoted", atLimit.quoted],
    ["static", atLimit.static],
    ["exchange", atLimit.exchange],
  ] as const;
  return {
    title: `Each at ${BAD_DEBT_LIMIT_BPS} bp of bad debt a year`,
    text: [
      "Here the product too has a knob: what ρ asks beyond the option's value is scaled, and the classes' ρ for new and unscored shorts with it. Quoted: every short is scored before it opens and must meet that score times 1 + β instead of its class's ρ, which the vault cannot do; the bound of what better requirements for new risk could save.",
    ],
    tables: [figuresTable("Smallest tried knob with no more bad debt", named)],
  };
}

function stretchSection(study: VaultStudy): ReportSection {
  return {
    title: "Episodes and years",
    tables: [
      ...episodesOf(study).map((found) => comparisonTable(`Episode ${found.name}`, found)),
      ...stretchesOf(study, yearsOf(study.window)).map((found) => comparisonTable(found.name, found)),
    ],
  };
}

function figuresTable(caption: string, points: readonly (readonly [string, CurvePoint | null])[]): ReportTable {
  const rows = points.map(([name, point]) => rowOf(name, point?.spec.knob ?? null, point?.figures ?? null));
  return { caption, columns: COLUMNS, rows, strongRows: [0] };
}

function comparisonTable(name: string, found: Comparison): ReportTable {
  const { plimsoll, static: fixed, exchange } = found;
  const rows = [rowOf("plimsoll", null, plimsoll), rowOf("static", null, fixed), rowOf("exchange", null, exchange)];
  const caption = `${name}: ${shareText(found.vsStatic)} below static, ${shareText(found.vsExchange)} below the exchange formula`;
  return { caption, columns: COLUMNS, rows, strongRows: [0] };
}

function rowOf(name: string, knob: number | null, figures: PolicyFigures | null): readonly TableCell[] {
  if (figures === null) return [name, knob];
  const { locked, required, badDebtBps, opened, liquidations, wrongful, overCharge } = figures;
  return [name, knob, locked, required, badDebtBps, opened, liquidations, wrongful, overCharge];
}

function curveChart({ statics, exchanges, products, quoted, product }: VaultStudy): Chart {
  const points = (curve: readonly CurvePoint[]) =>
    curve.map(({ figures }) => [figures.locked, Math.max(LEAST_SHOWN_BPS, figures.badDebtBps)] as const);
  return {
    title: "Locked collateral against bad debt",
    description: "One line a family of policies over its knob; further left and further down is better.",
    x: { label: "locked, share of notional", scale: "linear", format: "percent" },
    y: {
      label: "bad debt, bp of notional a year",
      scale: "log",
      marks: [{ at: BAD_DEBT_LIMIT_BPS, label: `${BAD_DEBT_LIMIT_BPS} bp` }],
    },
    series: [
      { name: "static ρ", kind: "line", points: points(statics) },
      { name: "exchange formula", kind: "line", points: points(exchanges) },
      { name: "plimsoll, scaled", kind: "line", points: points(products) },
      { name: "plimsoll, quoted, scaled", kind: "line", points: points(quoted) },
      { name: "plimsoll as configured", kind: "scatter", points: points([product]) },
    ],
  };
}

function timeChart({ product, atEqual }: VaultStudy): Chart {
  const series = [
    { name: "plimsoll", point: product },
    { name: "static", point: atEqual.static },
    { name: "exchange", point: atEqual.exchange },
  ];
  return {
    title: "Locked collateral through time",
    description: "Weekly means of collateral held as a share of notional, at the product's bad debt.",
    x: { label: "time", scale: "time" },
    y: { label: "locked, share of notional", scale: "linear", format: "percent" },
    series: series.flatMap(({ name, point }) =>
      point === null ? [] : [{ name, kind: "line" as const, points: weekly(point) }],
    ),
  };
}

function weekly({ days }: CurvePoint): readonly (readonly [number, number])[] {
  const sorted = [...days].toSorted(([a], [b]) => a - b);
  const weeks: (readonly [number, number])[] = [];
  for (let place = 0; place < sorted.length; place += DAYS_IN_PLOT) {
    const week = sorted.slice(place, place + DAYS_IN_PLOT);
    const sum = (name: "collateralHours" | "notionalHours") => week.reduce((total, [, day]) => total + day[name], 0);
    weeks.push([week[0]?.[0] ?? Number.NaN, sum("collateralHours") / sum("notionalHours")]);
  }
  return weeks;
}

function shareText(share: number | null): string {
  return share === null ? "no knob reaches this bad debt" : `${(100 * share).toFixed(1)} %`.replace("-", "−");
}
