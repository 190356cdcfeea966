/** The two policies that need no oracle: one constant ratio, and the margin formula of option exchanges. */
import { type OptionKind, payoffBounds } from "../../domain/positions.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import { BPS, toBpsUp } from "../../domain/units.ts";
import type { MarginPolicy } from "./margin-policy.ts";
import type { Moment, ValuedSeries } from "./market-moment.ts";
import { classIdAt, type VaultTerms } from "./vault-terms.ts";

/** `max(15 % − out of the money, 10 %)` of spot above the mark: initial margin of short options on Deribit. */
const EXCHANGE_RATE = 0.15;
const EXCHANGE_LEAST_RATE = 0.1;
/** What a liquidation on the exchange may cost beyond the mark, share of spot. */
const EXCHANGE_FEE = 0.01;

/**
 * The same ρ for every short at all times; π is the default of the short's class, as the DAO publishes it.
 *
 * @param rhoBps the knob, 1…10 000.
 */
export function staticPolicy(rhoBps: number, terms: VaultTerms): MarginPolicy {
  const classes = new Map<number, RiskClass>();
  const initial = Math.min(BPS, Math.ceil((rhoBps * (BPS + betaBps(terms))) / BPS));
  return {
    name: "static",
    hour: () => {},
    open: (plan, moment) => {
      const riskClass = terms.classes.get(classIdAt(terms, plan.series, moment));
      if (riskClass !== undefined) classes.set(plan.index, riskClass);
      return initial;
    },
    maintenance: ({ plan }) => {
      const riskClass = classes.get(plan.index);
      const most = Math.max(0, rhoBps - (riskClass?.deltaBps ?? 0));
      return { rhoBps, rhoBeforeBps: rhoBps, piBps: Math.min(riskClass?.piDefaultBps ?? 0, most) };
    },
    initial: () => initial,
    reclassify: () => {},
    grew: () => {},
    retired: ({ plan }) => {
      classes.delete(plan.index);
    },
  };
}

/**
 * Mark plus `scale · max(15 % − otm, 10 %)` of spot, marked anew at every moment, without delay or ramp; π pays the mark and
 * 1 % of spot.
 *
 * @param scale the knob, > 0.
 */
export function exchangePolicy(scale: number, terms: VaultTerms): MarginPolicy {
  const surcharge = 1 + betaBps(terms) / BPS;
  return {
    name: "exchange",
    hour: () => {},
    open: (plan, moment) => exchangeRho(plan, moment, scale * surcharge),
    maintenance: ({ plan }, moment) => {
      const rhoBps = exchangeRho(plan, moment, scale);
      const piBps = Math.min(rhoBps, shareOf(plan, moment, EXCHANGE_FEE));
      return { rhoBps, rhoBeforeBps: rhoBps, piBps };
    },
    initial: ({ plan }, moment) => exchangeRho(plan, moment, scale * surcharge),
    reclassify: () => {},
    grew: () => {},
    retired: () => {},
  };
}

function exchangeRho(series: ValuedSeries, moment: Moment, scale: number): number {
  const otm = outOfTheMoney(series.kind, series.strike, moment.price);
  const rate = scale * Math.max(EXCHANGE_RATE - otm, EXCHANGE_LEAST_RATE);
  return Math.max(1, shareOf(series, moment, rate));
}

/** ρ that asks for the mark and a share of spot: basis points of L − I, rounded up, at most 10 000. */
function shareOf(series: ValuedSeries, moment: Moment, ofSpot: number): number {
  const { intrinsic, maxLoss } = payoffBounds(series, moment.price);
  const spot = series.kind === "put" ? moment.price : 1;
  return toBpsUp((moment.value(series) + ofSpot * spot - intrinsic) / (maxLoss - intrinsic));
}

function outOfTheMoney(kind: OptionKind, strike: number, price: number): number {
  return Math.max(0, kind === "put" ? price - strike : strike - price) / price;
}

/** β is common to all classes of a market. */
function betaBps({ classes }: VaultTerms): number {
  return [...classes.values()][0]?.betaBps ?? 0;
}
