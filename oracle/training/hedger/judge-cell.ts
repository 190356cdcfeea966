/** One cell of the comparison: a learned policy against every rule on the same paths at one cost. */
import type { HedgePaths } from "../../models/hedger/hedge-paths.ts";
import { type HedgePolicy, hedgeOutcome, type TradeTerms, tailLoss } from "../../models/hedger/hedge-results.ts";
import { AVERSIONS, BAND_WIDTHS, blackScholes, fixedBand, whalleyWilmottBand } from "./hedge-policies.ts";

/** Mean losses of the worst twentieth, spot at the start as unit. */
export interface CellScores {
  readonly cost: number;
  readonly network: number;
  /** The three rules as usually set: volatility of the start, ±0.05, λ = 10. */
  readonly blackScholes: number;
  readonly band: number;
  readonly whalleyWilmott: number;
  /** The best of all widths and aversions, with the volatility of the start or of the day, chosen in hindsight. */
  readonly tuned: number;
  readonly tunedRule: string;
  /** 1 − network over the best of the three rules, and over the tuned one. */
  readonly gain: number;
  readonly gainOnTuned: number;
}

/** Settings of the three rules (research/ml-models.md §4.6). */
const USUAL_BAND = 0.05;
const USUAL_AVERSION = 10;

/** Judges one cell. */
export async function judgeCell(policy: HedgePolicy, paths: HedgePaths, terms: TradeTerms): Promise<CellScores> {
  const loss = async (judged: HedgePolicy): Promise<number> =>
    tailLoss((await hedgeOutcome(paths, judged, terms)).wealth);
  const rules = new Map<string, number>();
  for (const [name, rule] of tunedRules()) rules.set(name, await loss(rule));
  const [blackScholesLoss, band, whalleyWilmott] = [
    await loss(blackScholes(false)),
    await loss(fixedBand(USUAL_BAND, false)),
    await loss(whalleyWilmottBand(USUAL_AVERSION, false)),
  ];
  const network = await loss(policy);
  const [tunedRule, tuned] = [...rules].reduce((best, rule) => (rule[1] < best[1] ? rule : best));
  return {
    cost: terms.cost,
    network,
    blackScholes: blackScholesLoss,
    band,
    whalleyWilmott,
    tuned,
    tunedRule,
    gain: 1 - network / Math.min(blackScholesLoss, band, whalleyWilmott),
    gainOnTuned: 1 - network / tuned,
  };
}

function tunedRules(): readonly (readonly [string, HedgePolicy])[] {
  return [false, true].flatMap((surface) => {
    const of = surface ? "of the day" : "of the start";
    return [
      [`delta, volatility ${of}`, blackScholes(surface)] as const,
      ...BAND_WIDTHS.map((width) => [`±${width}, volatility ${of}`, fixedBand(width, surface)] as const),
      ...AVERSIONS.map(
        (aversion) => [`λ ${aversion}, volatility ${of}`, whalleyWilmottBand(aversion, surface)] as const,
      ),
    ];
  });
}
