/** The JSON of the vault backtest: keys of design/models.md §2c, and what else the page draws. */

import type { VaultStudy } from "./backtest-vault.ts";
import type { CurvePoint } from "./calibrate.ts";
import { EPISODES, type Episode, yearsOf } from "./episodes.ts";
import { figuresOf, type PolicyFigures, type Stretch } from "./policy-figures.ts";

/** Three policies over one stretch, with what the product saves. */
export interface Comparison {
  readonly plimsoll: PolicyFigures;
  readonly static: PolicyFigures | null;
  readonly exchange: PolicyFigures | null;
  /** 1 − locked of the product / locked of the other. */
  readonly vsStatic: number | null;
  readonly vsExchange: number | null;
}

const MS_PER_SECOND = 1_000;

/** Turns a study into the object that is printed. */
export function vaultJson(study: VaultStudy): Readonly<Record<string, unknown>> {
  const whole = compare(study, null);
  const { vsStatic, vsExchange, ...policies } = whole;
  const point = ({ spec, figures }: CurvePoint) => ({ knob: spec.knob, ...figures });
  return {
    window: { from: isoOf(study.window.fromSec), to: isoOf(study.window.toSec), assets: study.assets },
    policies,
    vsStatic,
    vsExchange,
    episodes: Object.fromEntries(episodesOf(study).map(({ name, ...rest }) => [name, rest])),
    years: Object.fromEntries(stretchesOf(study, yearsOf(study.window)).map(({ name, ...rest }) => [name, rest])),
    knobs: { static: study.atEqual.static?.spec.knob ?? null, exchange: study.atEqual.exchange?.spec.knob ?? null },
    atTwoBps: Object.fromEntries(
      Object.entries(study.atLimit).map(([name, found]) => [name, found === null ? null : point(found)]),
    ),
    curves: {
      static: study.statics.map(point),
      exchange: study.exchanges.map(point),
      plimsoll: study.products.map(point),
      quoted: study.quoted.map(point),
    },
  };
}

/** The comparison over the whole window, or a part of it. */
export function compare(study: VaultStudy, stretch: Stretch | null): Comparison {
  const of = (point: CurvePoint | null): PolicyFigures | null => {
    if (point === null) return null;
    return stretch === null ? point.figures : figuresOf(point.days, stretch);
  };
  const plimsoll = of(study.product) ?? study.product.figures;
  const [fixed, exchange] = [of(study.atEqual.static), of(study.atEqual.exchange)];
  const saved = (other: PolicyFigures | null): number | null =>
    other === null ? null : 1 - plimsoll.locked / other.locked;
  return { plimsoll, static: fixed, exchange, vsStatic: saved(fixed), vsExchange: saved(exchange) };
}

/** The episodes that the window holds. */
export function episodesOf(study: VaultStudy): readonly (Comparison & { readonly name: string })[] {
  return stretchesOf(study, EPISODES);
}

/** Comparisons of stretches in which anything was outstanding. */
export function stretchesOf(
  study: VaultStudy,
  stretches: readonly Episode[],
): readonly (Comparison & { readonly name: string })[] {
  return stretches
    .map((stretch) => ({ name: stretch.name, ...compare(study, stretch) }))
    .filter(({ plimsoll }) => Number.isFinite(plimsoll.locked));
}

function isoOf(timeSec: number): string {
  return new Date(timeSec * MS_PER_SECOND).toISOString();
}
