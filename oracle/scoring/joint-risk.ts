/** Joint value at risk, expected shortfall and stress of positions that are held together. */
import type { JointRisk, JointRiskReport, RiskGroup } from "../domain/joint-risk.ts";
import type { Position } from "../domain/positions.ts";
import { expectedShortfall, quantile } from "../math/statistics.ts";
import { assetScenarios, type SeriesValues, SHOCKS, seriesValues } from "./joint-scenarios.ts";
import { isUsableMarket } from "./prediction-check.ts";
import { riskGroups } from "./risk-groups.ts";
import { prepareScoring, type ScoringGround, type ScoringInput } from "./score-positions.ts";
import type { ScoringSettings } from "./scoring-settings.ts";

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
export function jointRisk(
  input: ScoringInput,
  settings: ScoringSettings,
  ground: ScoringGround = prepareScoring(input, settings),
): JointRiskReport {
  const { atSec } = input;
  const ledger = createLedger(input, settings, ground);
  const members = new Map<string, { readonly group: RiskGroup; readonly entries: LossEntry[] }>();
  for (const position of ground.positions) {
    const entry = ledger(position);
    for (const group of riskGroups(position)) {
      const key = JSON.stringify(group);
      const known = members.get(key) ?? { group, entries: [] };
      members.set(key, known);
      known.entries.push(entry);
    }
  }
  const groups = [...members.values()].map(({ group, entries }) => judge(group, entries, settings.paths));
  return { atSec, horizonSec: settings.horizonSec, paths: settings.paths, groups };
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

function createLedger(
  input: ScoringInput,
  settings: ScoringSettings,
  { contexts, book }: ScoringGround,
): (position: Position) => LossEntry {
  const scenarios = new Map(
    [...contexts].map(([asset, context]) => [asset, context === null ? null : assetScenarios(context, book, settings)]),
  );
  const cases = new Map<string, SeriesCase>();
  const caseOf = (position: Position): SeriesCase | null => {
    const { asset, kind, strike, expirySec } = position;
    const paths = scenarios.get(asset) ?? null;
    if (paths === null || !(strike > 0 && Number.isFinite(strike))) return null;
    const key = `${asset}|${kind}|${strike}|${expirySec}`;
    const made = cases.get(key) ?? seriesCase(seriesValues(position, paths, input.atSec));
    cases.set(key, made);
    return made;
  };
  return (position) => {
    const found = caseOf(position);
    if (found !== null && isFinitePosition(position, found)) return entryOf(position, found);
    const market = input.snapshot.assets.get(position.asset);
    return worstEntry(position, market !== undefined && isUsableMarket(market) ? market.spot : 0, settings.paths);
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

/** Greatest rise among the shocks: the coin of a call that cannot be valued is counted at this much above its spot. */
const GREATEST_RISE = Math.max(...SHOCKS.map(({ spotMove }) => spotMove));

/**
 * Doubt is not "no risk": what cannot be valued loses in every state what it owes at the worst, the strike of a put, the
 * whole coin of a call at the greatest rise of spot or at the strike, whichever is more.
 */
function worstEntry({ size, strike, kind, collateralPerContract }: Position, spot: number, paths: number): LossEntry {
  const finite = (value: number): number => (Number.isFinite(value) ? Math.max(0, value) : 0);
  const coin = Math.max(finite(strike), spot * (1 + GREATEST_RISE));
  const [most, unit] = kind === "call" ? [finite(size) * coin, coin] : [finite(size) * finite(strike), 1];
  const collateral = Math.min(most, finite(size) * finite(collateralPerContract) * unit);
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
