/** Published and reference estimates of the GARCH family, and the fits that must reproduce them. */
import { basename } from "node:path";
import { cellText, numberCell, readCsvTable } from "../../oracle/ingestion/sources/csv-table.ts";
import { fitGarch } from "../../oracle/models/garch/fit-garch.ts";
import type { GarchFit, GarchSpec, ParameterName, StartRule } from "../../oracle/models/garch/garch-types.ts";
import { standardErrors } from "../../oracle/models/garch/standard-errors.ts";
import type { Metrics } from "../../oracle/training/evaluate/evaluation.ts";

type Values = Readonly<Partial<Record<ParameterName, number>>>;

interface Reference {
  readonly id: string;
  readonly file: string;
  /** Returns from the second or named column. */
  readonly returns: "as-is" | "simple-percent" | "log-percent";
  readonly column: string;
  readonly spec: GarchSpec;
  readonly startRule: StartRule;
  /** Series without finite variance need room above one. */
  readonly maxPersistence?: number;
  readonly logLikelihood: number;
  readonly coefficients?: Values;
  readonly hessianErrors?: Values;
  readonly robustErrors?: Values;
}

const NORMAL = { variance: "garch", distribution: "normal" } as const;
const EGARCH = { variance: "egarch", distribution: "normal" } as const;
const DMGBP = { file: "dmgbp_bollerslev_ghysels.csv", returns: "as-is", column: "ret_pct" } as const;
const SP500 = { file: "sp500_daily.csv", returns: "simple-percent", column: "adj_close" } as const;
const BTC = { file: "btc_daily_macro.csv", returns: "log-percent", column: "price" } as const;

/**
 * Fiorentini, Calzolari and Panattoni 1996 and McCullough and Renfro 1998 for DM/GBP, the Python package arch for the
 * S&P 500, the R package fGarch for BTC, an independent implementation for EGARCH.
 */
const REFERENCES: readonly Reference[] = [
  {
    id: "dmgbp-garch-normal",
    ...DMGBP,
    spec: NORMAL,
    startRule: "mean-square",
    logLikelihood: -1106.6079,
    coefficients: { mu: -0.00619041, omega: 0.0107613, alpha: 0.153134, beta: 0.805974 },
    hessianErrors: { mu: 0.00846212, omega: 0.00285271, alpha: 0.0265228, beta: 0.0335527 },
    robustErrors: { mu: 0.00918935, omega: 0.00649319, alpha: 0.0535317, beta: 0.0724614 },
  },
  { id: "dmgbp-egarch-normal", ...DMGBP, spec: EGARCH, startRule: "mean-square", logLikelihood: -1102.2704 },
  {
    id: "sp500-garch-normal",
    ...SP500,
    spec: NORMAL,
    startRule: "backcast",
    logLikelihood: -6936.7207,
    coefficients: { mu: 0.0564, omega: 0.0175, alpha: 0.1022, beta: 0.8852 },
  },
  {
    id: "sp500-gjr-normal",
    ...SP500,
    spec: { variance: "gjr", distribution: "normal" },
    startRule: "backcast",
    logLikelihood: -6822.8823,
    coefficients: { mu: 0.0175, omega: 0.0196, alpha: 0, gamma: 0.1831, beta: 0.8922 },
  },
  {
    id: "sp500-egarch-normal",
    ...SP500,
    spec: EGARCH,
    startRule: "backcast",
    logLikelihood: -6813.9526,
    coefficients: { omega: 0.00053, alpha: 0.13553, gamma: -0.15201, beta: 0.97483 },
  },
  { id: "btc-garch-normal", ...BTC, spec: NORMAL, startRule: "mean-square", logLikelihood: -8610.7146 },
  {
    id: "btc-garch-t",
    ...BTC,
    spec: { variance: "garch", distribution: "t" },
    startRule: "mean-square",
    maxPersistence: 1.3,
    logLikelihood: -8128.7768,
    coefficients: { shape: 2.535 },
  },
  { id: "btc-egarch-normal", ...BTC, spec: EGARCH, startRule: "mean-square", logLikelihood: -8592.7669 },
  {
    id: "btc-egarch-t",
    ...BTC,
    spec: { variance: "egarch", distribution: "t" },
    startRule: "mean-square",
    logLikelihood: -8109.8171,
  },
];

/** Published series end here: later rows of a continued file are not part of them. */
const BTC_VALUES = 3_249;
/** Published tables print four digits: errors below this are rounding. */
const PRINTED_DIGITS = 5e-5;

/** One reproduced reference. */
export interface ReferenceResult {
  readonly id: string;
  readonly logLikelihoodError: number;
  /** Largest of |estimate − published| / (|published| + 0.1), 0 without published coefficients. */
  readonly coefficientError: number;
  /** Largest relative error of the standard errors. */
  readonly standardErrorError: number;
  readonly returns: number;
  readonly fitMs: number;
  readonly detail: Metrics;
}

/** Fits every reference whose file is among the given ones. */
export function reproduceReferences(files: readonly string[]): readonly ReferenceResult[] {
  return REFERENCES.flatMap((reference) => {
    const path = files.find((entry) => basename(entry) === reference.file);
    return path === undefined ? [] : [reproduce(reference, path)];
  });
}

function reproduce(reference: Reference, path: string): ReferenceResult {
  const returns = readReturns(reference, path);
  const { spec, startRule, maxPersistence } = reference;
  const startedMs = performance.now();
  const outcome = fitGarch(returns, {
    spec,
    startRule,
    bounds: maxPersistence === undefined ? {} : { maxPersistence },
  });
  const fitMs = performance.now() - startedMs;
  const common = { id: reference.id, returns: returns.length, fitMs };
  if (!outcome.ok) {
    const worst = { logLikelihoodError: Number.NaN, coefficientError: Number.NaN, standardErrorError: Number.NaN };
    return { ...common, ...worst, detail: { failure: outcome.reason } };
  }
  return { ...common, ...errorsOf(reference, outcome.value, returns) };
}

function errorsOf(
  reference: Reference,
  fit: GarchFit,
  returns: Float64Array,
): Omit<ReferenceResult, "id" | "returns" | "fitMs"> {
  const errors = standardErrors(returns, fit);
  const { hessianErrors = {}, robustErrors = {}, coefficients = {} } = reference;
  return {
    logLikelihoodError: Math.abs(fit.logLikelihood - reference.logLikelihood),
    coefficientError: largest(coefficients, (name, value) => {
      return Math.max(0, Math.abs(fit.parameters[name] - value) - PRINTED_DIGITS) / (Math.abs(value) + 0.1);
    }),
    standardErrorError: Math.max(
      largest(hessianErrors, (name, value) => relative(errors.ok ? errors.value.hessian[name] : undefined, value)),
      largest(robustErrors, (name, value) => relative(errors.ok ? errors.value.robust[name] : undefined, value)),
    ),
    detail: {
      logLikelihood: fit.logLikelihood,
      published: reference.logLikelihood,
      parameters: Object.fromEntries(fit.names.map((name) => [name, fit.parameters[name]])),
      hessianErrors: errors.ok ? { ...errors.value.hessian } : null,
      robustErrors: errors.ok ? { ...errors.value.robust } : null,
      atBounds: fit.boundReports.map(({ name, side, bound }) => `${name} ${side} ${bound}`),
    },
  };
}

function relative(actual: number | undefined, expected: number): number {
  return Math.abs((actual ?? Number.NaN) / expected - 1);
}

function largest(values: Values, error: (name: ParameterName, value: number) => number): number {
  const names: readonly ParameterName[] = ["mu", "omega", "alpha", "gamma", "beta", "shape", "skew"];
  return Math.max(0, ...names.flatMap((name) => (values[name] === undefined ? [] : [error(name, values[name])])));
}

function readReturns({ returns, column, file }: Reference, path: string): Float64Array {
  const table = readCsvTable(path);
  const place = table.header.indexOf(column);
  const rows = [...table.rows.keys()].filter((row) => cellText({ table, row, column: place }) !== "");
  const values = rows.map((row) => numberCell({ table, row, column: place }));
  if (returns === "as-is") return Float64Array.from(values);
  const used = file === BTC.file ? values.slice(0, BTC_VALUES) : values;
  return Float64Array.from(used.slice(1), (value, index) => {
    const ratio = value / (used[index] ?? Number.NaN);
    return 100 * (returns === "simple-percent" ? ratio - 1 : Math.log(ratio));
  });
}
