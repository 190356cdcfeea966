/** Scenarios of a round, made once: paths by asset and direction, values by series and horizon, sizes by owner. */
import { excessHazard } from "../domain/cascade.ts";
import type { AssetSymbol } from "../domain/market.ts";
import type { OptionKind, OptionSeries, Position } from "../domain/positions.ts";
import { type AdversePaths, type AdversePathsInput, adversePaths, cascadePaths } from "./adverse-paths.ts";
import { type AssetContext, cascadeSteps, horizonSteps, horizonStepsOf } from "./asset-context.ts";
import { drawScenarios, type ScenarioDraws } from "./scenario-draws.ts";
import { simulateSpot } from "./scenarios.ts";
import type { ScoringSettings } from "./scoring-settings.ts";
import { type SeriesCase, type SeriesCaseInput, seriesCase } from "./series-case.ts";

/** Lookups that positions share. */
export interface ScenarioBook {
  /** Scenario values of the position's series over the position's horizon. */
  seriesCase(position: Position, context: AssetContext): SeriesCase;
  /** The same under an unusual hazard of a cascade; `null` where settings, state or kind leave nothing to add. */
  cascadeCase(position: Position, context: AssetContext): SeriesCase | null;
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
  const steps = stepsByPosition(input, horizonSteps);
  const longer = stepsByPosition(input, cascadeSteps);
  const reach = [...input.contexts.values()].map((context) =>
    context === null ? 1 : horizonStepsOf(context, settings),
  );
  const draws = drawScenarios({
    paths: settings.paths,
    seed: settings.seed,
    steps: Math.max(1, ...steps.values(), ...longer.values(), ...reach),
  });
  const paths = memoise((context: AssetContext, kind: OptionKind) => buildPaths(context, kind, { draws, settings }));
  const deeper = memoise((context: AssetContext, kind: OptionKind) =>
    deepenedPaths(context, kind, { draws, settings }),
  );
  const caseOf = caseCache((series, horizon) => seriesCase({ ...series, steps: horizon, atSec, settings }));
  return {
    paths,
    seriesCase: (position, context) =>
      caseOf({ series: position, context, paths: paths(context, position.kind) }, steps.get(position) ?? 1),
    cascadeCase: (position, context) => {
      const [plain, horizon] = [steps.get(position) ?? 1, longer.get(position) ?? 1];
      const adverse = deeper(context, position.kind);
      if (adverse === null && horizon === plain) return null;
      return caseOf({ series: position, context, paths: adverse ?? paths(context, position.kind) }, horizon);
    },
    sizes: (position) => ({
      ownerSize: totals.get(ownerKey(position)) ?? position.size,
      seriesSize: totals.get(sourceKey(position)) ?? position.size,
    }),
  };
}

type PathCase = Pick<SeriesCaseInput, "series" | "context" | "paths">;

/** Keeps every case that was made, by series, paths and horizon. */
function caseCache(
  make: (series: PathCase, horizon: number) => SeriesCase,
): (series: PathCase, horizon: number) => SeriesCase {
  const made = new Map<AdversePaths, Map<string, SeriesCase>>();
  return (series, horizon) => {
    const own = made.get(series.paths) ?? new Map<string, SeriesCase>();
    made.set(series.paths, own);
    const key = `${seriesKey(series.series)}|${horizon}`;
    const found = own.get(key) ?? make(series, horizon);
    own.set(key, found);
    return found;
  };
}

function stepsByPosition(
  { positions, contexts, atSec, settings }: ScenarioBookInput,
  stepsOf: typeof horizonSteps,
): ReadonlyMap<Position, number> {
  const steps = new Map<Position, number>();
  for (const position of positions) {
    const context = contexts.get(position.asset) ?? null;
    if (context !== null && Number.isFinite(position.size) && position.strike > 0) {
      steps.set(position, stepsOf(position, context, { settings, atSec }));
    }
  }
  return steps;
}

interface PathGround {
  readonly draws: ScenarioDraws;
  readonly settings: ScoringSettings;
}

function buildPaths(context: AssetContext, kind: OptionKind, common: PathGround): AdversePaths {
  return adversePaths(pathsInput(context, kind, common));
}

/** Falls deepened by forced selling; `null` where the settings, the state or the direction leave nothing to add. */
function deepenedPaths(context: AssetContext, kind: OptionKind, common: PathGround): AdversePaths | null {
  const cascade = context.prediction.cascade ?? null;
  if (cascade === null || kind === "call") return null;
  const share = common.settings.cascadeWeight * excessHazard(cascade);
  const mostExtra = cascade.curve.extra.at(-1) ?? 0;
  if (!(share > 0 && mostExtra > 0)) return null;
  return cascadePaths(pathsInput(context, kind, common), cascade.curve, share);
}

function pathsInput(context: AssetContext, kind: OptionKind, { draws, settings }: PathGround): AdversePathsInput {
  const { volatility, quantiles } = context.prediction;
  const scenarios = simulateSpot(draws, volatility, settings);
  return { kind, spot: context.market.spot, scenarios, quantiles, volShock: draws.volShock, settings };
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
