/** Whole lives of vaults over historical paths: the product, a static ratio and the exchange formula at the same bad debt. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { PolicySpec } from "../../../oracle/simulation/vault/policy-spec.ts";
import type { EvaluationRequest } from "../../evaluate/registry.ts";
import type { BacktestResult } from "../run-backtest.ts";
import { type CurvePoint, calibrated, curveOf, knobsBetween } from "./calibrate.ts";
import { planSegments } from "./plan-segments.ts";
import { mergeDays, type Stretch } from "./policy-figures.ts";
import { vaultJson } from "./vault-json.ts";
import { vaultReport } from "./vault-report.ts";
import { startVaultThreads } from "./vault-threads.ts";

/** What the comparison rests on. */
export interface VaultStudy {
  readonly window: Stretch;
  /** Assets of any segment. */
  readonly assets: readonly string[];
  /** The product as it signs, under the classes of the configuration. */
  readonly product: CurvePoint;
  /** The product over its knob, itself the last. */
  readonly products: readonly CurvePoint[];
  /** The product with every short scored before it opens, over its knob. */
  readonly quoted: readonly CurvePoint[];
  readonly statics: readonly CurvePoint[];
  readonly exchanges: readonly CurvePoint[];
  /** Calibrated to the product's bad debt; `null` where no knob reaches it. */
  readonly atEqual: Rivals;
  /** Calibrated to {@link BAD_DEBT_LIMIT_BPS}. */
  readonly atLimit: Rivals & { readonly plimsoll: CurvePoint | null; readonly quoted: CurvePoint | null };
}

/** The baselines at one level of bad debt. */
export interface Rivals {
  readonly static: CurvePoint | null;
  readonly exchange: CurvePoint | null;
}

/** design/models.md §2c: at most 2 bp of notional a year. */
export const BAD_DEBT_LIMIT_BPS = 2;

const CONFIG = join(import.meta.dirname, "../../../deployments/local/config.json");
const SEED = "vault-lives-1";
const OPENINGS_PER_DAY = 3;
const STATIC_BPS = [300, 500, 700, 900, 1_100, 1_300, 1_500, 1_800, 2_200, 2_800, 3_600, 5_000, 7_000, 10_000];
const EXCHANGE_SCALES = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1, 1.4, 2, 3];
const PRODUCT_SCALES = [0.5, 1];
const QUOTED_SCALES = [1];
/** Knobs tried between the last with more and the first with no more bad debt. */
const REFINING = 7;

const FIRST: readonly PolicySpec[] = [
  ...PRODUCT_SCALES.map((knob) => ({ family: "plimsoll", knob }) as const),
  ...QUOTED_SCALES.map((knob) => ({ family: "quoted", knob }) as const),
  ...STATIC_BPS.map((knob) => ({ family: "static", knob }) as const),
  ...EXCHANGE_SCALES.map((knob) => ({ family: "exchange", knob }) as const),
];

/** Runs the backtest. @throws PlimsollError those of {@link planSegments} and of the threads. */
export async function backtestVault({ paths, fromSec }: EvaluationRequest): Promise<BacktestResult> {
  const { files, window, segments } = await planSegments(paths, fromSec);
  const tasks = segments.map((segment) => ({
    ...segment,
    kind: "live" as const,
    assets: [...segment.assets],
    paths: [...files],
    config: CONFIG,
    seed: SEED,
    perDay: OPENINGS_PER_DAY,
    specs: [...FIRST],
  }));
  const threads = startVaultThreads(Math.min(availableParallelism(), tasks.length));
  try {
    const first = mergeDays(await threads.live(tasks));
    const coarse = studyOf(first, window);
    const more = mergeDays([...first, ...(await threads.again(refiningKnobs(coarse)))]);
    const study = { ...studyOf(more, window), assets: [...new Set(segments.flatMap(({ assets }) => assets))] };
    return { json: vaultJson(study), report: vaultReport(study) };
  } finally {
    await threads.close();
  }
}

function refiningKnobs({ product, statics, exchanges }: Omit<VaultStudy, "assets">): readonly PolicySpec[] {
  const levels = [...new Set([product.figures.badDebtBps, BAD_DEBT_LIMIT_BPS])];
  const specs = [statics, exchanges].flatMap((curve) =>
    levels.flatMap((level) => knobsBetween(curve, level, REFINING)),
  );
  return [...new Map(specs.map((spec) => [`${spec.family}:${spec.knob}`, spec])).values()];
}

function studyOf(runs: ReturnType<typeof mergeDays>, window: Stretch): Omit<VaultStudy, "assets"> {
  const statics = curveOf(runs, "static", window);
  const exchanges = curveOf(runs, "exchange", window);
  const products = curveOf(runs, "plimsoll", window);
  const quoted = curveOf(runs, "quoted", window);
  const product = products.at(-1);
  if (product === undefined) throw new RangeError("The product runs in every segment.");
  const rivalsAt = (level: number): Rivals => ({
    static: calibrated(statics, level),
    exchange: calibrated(exchanges, level),
  });
  return {
    window,
    product,
    products,
    quoted,
    statics,
    exchanges,
    atEqual: rivalsAt(product.figures.badDebtBps),
    atLimit: {
      plimsoll: calibrated(products, BAD_DEBT_LIMIT_BPS),
      quoted: calibrated(quoted, BAD_DEBT_LIMIT_BPS),
      ...rivalsAt(BAD_DEBT_LIMIT_BPS),
    },
  };
}
