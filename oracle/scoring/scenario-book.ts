/** Scenarios of a round, made once: paths by asset and direction, values by series and horizon, sizes by owner. */
import type { AssetSymbol } from "../domain/market.ts";
import type { OptionKind, OptionSeries, Position } from "../domain/positions.ts";
import { type AdversePaths, adversePaths } from "./adverse-paths.ts";
import { type AssetContext, horizonSteps, horizonStepsOf } from "./asset-context.ts";
import { drawScenarios, type ScenarioDraws } from "./scenario-draws.ts";
import { simulateSpot } from "./scenarios.ts";
import type { ScoringSettings } from "./scoring-settings.ts";
import { type SeriesCase, seriesCase } from "./series-case.ts";

/** Lookups that positions share. */
export interface ScenarioBook {
  /** Scenario values of the position's series over the position's horizon. */
  seriesCase(position: Position, context: AssetContext): SeriesCase;
  /** Adverse paths of an asset in the direction of a kind; they reach the horizon H at least. */
  paths(context: AssetContext, kind: OptionKind): AdversePaths;
  /** Contracts of the position's owner in its series, and of the whole series, both inside the position's source. */
  sizes(position: Position): { readonly ownerSize: number; readonly seriesSize: number };
}

/** Inputs of {@link createScenarioBook}. */
export interface ScenarioBookInput {
  readonly positions: readonly Position[];
  readonly contexts: ReadonlyMap<AssetSymbol, AssetContext | null>;
  readonly atSec: number;
  readonly settings: ScoringSettings;
}

/** Draws the common random numbers and prepares the lookups; paths and values are made when first asked for. */
export function createScenarioBook(input: ScenarioBookInput): ScenarioBook {
  const { settings, atSec } = input;
  const totals = sizeTotals(input.positions);
  const steps = stepsByPosition(input);
  const reach = [...input.contexts.values()].map((context) =>
    context === null ? 1 : horizonStepsOf(context, settings),
  );
  const draws = drawScenarios({
    paths: settings.paths,
    seed: settings.seed,
    steps: Math.max(1, ...steps.values(), ...reach),
  });
  const paths = memoise((context: AssetContext, kind: OptionKind) => buildPaths(context, kind, { draws, settings }));
  const cases = new Map<string, SeriesCase>();
  return {
    paths,
    seriesCase: (position, context) => {
      const horizon = steps.get(position) ?? 1;
      const key = `${seriesKey(position)}|${horizon}`;
      const known = cases.get(key);
      if (known !== undefined) return known;
      const adverse = paths(context, position.kind);
      const made = seriesCase({ series: position, context, paths: adverse, steps: horizon, atSec, settings });
      cases.set(key, made);
      return made;
    },
    sizes: (position) => ({
      ownerSize: totals.get(ownerKey(position)) ?? position.size,
      seriesSize: totals.get(sourceKey(position)) ?? position.size,
    }),
  };
}

function stepsByPosition({ positions, contexts, atSec, settings }: ScenarioBookInput): ReadonlyMap<Position, number> {
  const steps = new Map<Position, number>();
  for (const position of positions) {
    const context = contexts.get(position.asset) ?? null;
    if (context !== null && Number.isFinite(position.size) && position.strike > 0) {
      steps.set(position, horizonSteps(position, context, { settings, atSec }));
    }
  }
  return steps;
}

function buildPaths(
  context: AssetContext,
  kind: OptionKind,
  common: { draws: ScenarioDraws; settings: ScoringSettings },
): AdversePaths {
  const { volatility, quantiles } = context.prediction;
  const scenarios = simulateSpot(common.draws, volatility);
  const { volShock } = common.draws;
  return adversePaths({ kind, spot: context.market.spot, scenarios, quantiles, volShock, settings: common.settings });
}

function memoise<A extends object, B, R>(make: (first: A, second: B) => R): (first: A, second: B) => R {
  const made = new Map<A, Map<B, R>>();
  return (first, second) => {
    const inner = made.get(first) ?? new Map<B, R>();
    made.set(first, inner);
    const known = inner.get(second);
    if (known !== undefined) return known;
    const result = make(first, second);
    inner.set(second, result);
    return result;
  };
}

function sizeTotals(positions: readonly Position[]): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const position of positions) {
    if (!Number.isFinite(position.size)) continue;
    for (const key of [sourceKey(position), ownerKey(position)]) {
      totals.set(key, (totals.get(key) ?? 0) + position.size);
    }
  }
  return totals;
}

function seriesKey(series: Pick<OptionSeries, "asset" | "kind" | "strike" | "expirySec">): string {
  return `${series.asset}|${series.kind}|${series.strike}|${series.expirySec}`;
}

/** A source speaks for its own positions only: what another one claims of a series changes no add-on. */
function sourceKey(position: Position): string {
  return `${seriesKey(position)}|${position.source.toLowerCase()}`;
}

function ownerKey(position: Position): string {
  return `${sourceKey(position)}|${position.owner.toLowerCase()}`;
}
