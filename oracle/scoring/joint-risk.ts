/** Joint value at risk, expected shortfall and stress of positions that are held together. */
import type { JointRisk, JointRiskReport, RiskGroup } from "../domain/joint-risk.ts";
import type { Position } from "../domain/positions.ts";
import { expectedShortfall, quantile } from "../math/statistics.ts";
import { type AssetContext, assetContext } from "./asset-context.ts";
import { type AssetScenarios, assetScenarios, type SeriesValues, SHOCKS, seriesValues } from "./joint-scenarios.ts";
import type { ScoringInput } from "./score-positions.ts";
import { assertScoringSettings, type ScoringSettings } from "./scoring-settings.ts";

const QUANTILE = 0.99;
/** The pair of Basel's FRTB: expected shortfall beyond 97.5 % beside the 99 % quantile. */
const SHORTFALL = 0.975;

/**
 * Judges every writer, source and fund of a book. Pure: equal inputs and settings give equal results.
 *
 * The loss of a position on a path is the growth of its option's value, in USD at the path's own prices; legs of one writer
 * offset each other path by path. What is not covered is counted position by position, since the vault margins them apart.
 *
 * @throws PlimsollError `SCORING_SETTINGS_INVALID`.
 */
export function jointRisk(input: ScoringInput, settings: ScoringSettings): JointRiskReport {
  assertScoringSettings(settings);
  const { atSec } = input;
  const positions = input.positions.filter(({ expirySec, size }) => expirySec > atSec && !(size <= 0));
  const ledger = createLedger(input, settings);
  const members = new Map<string, { readonly group: RiskGroup; readonly entries: LossEntry[] }>();
  for (const position of positions) {
    const entry = ledger(position);
    for (const group of groupsOf(position)) {
      const key = JSON.stringify(group);
      const known = members.get(key) ?? { group, entries: [] };
      members.set(key, known);
      known.entries.push(entry);
    }
  }
  const groups = [...members.values()].map(({ group, entries }) => judge(group, entries, settings.paths));
  return { atSec, horizonSec: settings.horizonSec, paths: settings.paths, groups };
}

function groupsOf({ source: address, owner, kind, asset }: Position): readonly RiskGroup[] {
  const source = address.toLowerCase();
  return [
    { kind: "writer", source, owner: owner.toLowerCase() },
    { kind: "source", source },
    { kind: "fund", source, collateral: kind === "put" ? "USD" : asset },
  ];
}

/** One position on all states. */
interface LossEntry {
  readonly valued: boolean;
  readonly liability: number;
  readonly collateral: number;
  /** Its own expected shortfall. */
  readonly shortfall: number;
  /** Growth of the liability, and what the collateral does not cover, USD. `[paths]` and `[shocks]` */
  readonly loss: Float64Array;
  readonly uncovered: Float64Array;
  readonly shockLoss: Float64Array;
  readonly shockUncovered: Float64Array;
}

function createLedger(input: ScoringInput, settings: ScoringSettings): (position: Position) => LossEntry {
  const contexts = new Map<string, { readonly context: AssetContext; readonly scenarios: AssetScenarios } | null>();
  const values = new Map<string, SeriesCase>();
  const assetOf = (asset: string) => {
    const known = contexts.get(asset);
    if (known !== undefined) return known;
    const context = assetContext(asset, { ...input, settings });
    const made = context === null ? null : { context, scenarios: assetScenarios(context, settings) };
    contexts.set(asset, made);
    return made;
  };
  return (position) => {
    const { asset, kind, strike, expirySec } = position;
    const found = strike > 0 && Number.isFinite(strike) ? assetOf(asset) : null;
    if (found === null) return worstEntry(position, settings.paths);
    const key = `${asset}|${kind}|${strike}|${expirySec}`;
    const made = values.get(key) ?? seriesCase(seriesValues(position, { ...found, atSec: input.atSec }));
    values.set(key, made);
    return isFinitePosition(position, made) ? entryOf(position, made) : worstEntry(position, settings.paths);
  };
}

/** A series with what its positions share: sorting once a series, not once a position, is most of the time saved. */
interface SeriesCase {
  readonly values: SeriesValues;
  /** Expected shortfall of one contract, USD; not finite where any value is not. */
  readonly shortfall: number;
}

function seriesCase(values: SeriesValues): SeriesCase {
  const shortfall = expectedShortfall(
    values.scenarios.map((value) => value - values.now),
    SHORTFALL,
  );
  const others = [...values.shocks, ...values.unitShocks, values.unitNow];
  const isWhole = others.every(Number.isFinite) && values.unitScenarios.every(Number.isFinite);
  return { values, shortfall: isWhole ? shortfall : Number.NaN };
}

function isFinitePosition({ size, collateralPerContract }: Position, { shortfall }: SeriesCase): boolean {
  return Number.isFinite(size) && Number.isFinite(collateralPerContract) && Number.isFinite(shortfall);
}

function entryOf({ size, collateralPerContract: collateral }: Position, { values, shortfall }: SeriesCase): LossEntry {
  const uncoveredAt = (value: number, unit: number): number => Math.max(0, value - collateral * unit) * size;
  const lossAt = (value: number): number => (value - values.now) * size;
  return {
    valued: true,
    liability: values.now * size,
    collateral: collateral * values.unitNow * size,
    shortfall: shortfall * size,
    loss: values.scenarios.map(lossAt),
    uncovered: values.scenarios.map((value, path) => uncoveredAt(value, values.unitScenarios[path] ?? Number.NaN)),
    shockLoss: values.shocks.map(lossAt),
    shockUncovered: values.shocks.map((value, shock) => uncoveredAt(value, values.unitShocks[shock] ?? Number.NaN)),
  };
}

/** Doubt is not "no risk": what cannot be valued loses the most it can, one strike a contract, in every state. */
function worstEntry({ size, strike, kind, collateralPerContract }: Position, paths: number): LossEntry {
  const finite = (value: number): number => (Number.isFinite(value) ? Math.max(0, value) : 0);
  const most = finite(size) * finite(strike);
  const collateral = Math.min(
    most,
    finite(size) * finite(collateralPerContract) * (kind === "call" ? finite(strike) : 1),
  );
  const everywhere = (value: number, count: number): Float64Array => new Float64Array(count).fill(value);
  return {
    valued: false,
    liability: 0,
    collateral,
    shortfall: most,
    loss: everywhere(most, paths),
    uncovered: everywhere(most - collateral, paths),
    shockLoss: everywhere(most, SHOCKS.length),
    shockUncovered: everywhere(most - collateral, SHOCKS.length),
  };
}

function judge(group: RiskGroup, entries: readonly LossEntry[], paths: number): JointRisk {
  const total = (of: (entry: LossEntry) => number): number => entries.reduce((sum, entry) => sum + of(entry), 0);
  const joint = (of: (entry: LossEntry) => Float64Array, count: number): Float64Array => {
    const sums = new Float64Array(count);
    for (const entry of entries) {
      const values = of(entry);
      for (let place = 0; place < count; place += 1) sums[place] = (sums[place] ?? 0) + (values[place] ?? Number.NaN);
    }
    return sums;
  };
  const loss = joint((entry) => entry.loss, paths);
  const uncovered = joint((entry) => entry.uncovered, paths);
  const shockLoss = joint((entry) => entry.shockLoss, SHOCKS.length);
  const shockUncovered = joint((entry) => entry.shockUncovered, SHOCKS.length);
  return {
    group,
    positions: entries.length,
    unvalued: entries.filter(({ valued }) => !valued).length,
    liabilityUsd: total(({ liability }) => liability),
    collateralUsd: total(({ collateral }) => collateral),
    valueAtRiskUsd: quantile(loss, QUANTILE),
    expectedShortfallUsd: expectedShortfall(loss, SHORTFALL),
    standAloneShortfallUsd: total(({ shortfall }) => shortfall),
    uncoveredProbability: uncovered.filter((value) => value > 0).length / paths,
    uncoveredShortfallUsd: expectedShortfall(uncovered, SHORTFALL),
    stress: SHOCKS.map(({ name, spotMove, volRatio }, shock) => ({
      name,
      spotMove,
      volRatio,
      lossUsd: shockLoss[shock] ?? Number.NaN,
      shortfallUsd: shockUncovered[shock] ?? Number.NaN,
    })),
  };
}
