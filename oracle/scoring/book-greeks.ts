/** Greeks of a whole book: every position, and sums by writer, source and fund. */
import type {
  AssetGreeks,
  CoinGreeks,
  GreeksGroup,
  GreeksReport,
  GreeksTotal,
  PositionGreeks,
  Sensitivities,
  UsdGreeks,
} from "../domain/greeks.ts";
import type { RiskGroup } from "../domain/joint-risk.ts";
import { explainGreeks } from "./explain-greeks.ts";
import { positionGreeks } from "./position-greeks.ts";
import { riskGroups } from "./risk-groups.ts";
import type { ScoringGround } from "./score-positions.ts";

/**
 * Greeks of the open positions of a round. Pure. Coins are summed inside one asset only; over assets only what is in USD.
 * A sum with an unknown part is `null`: leaving the part out would show a book as hedged that is not.
 *
 * @param ground of the round's scores, so that forward and volatility are theirs.
 * @param atSec observation time of the same round.
 */
export function bookGreeks({ positions, contexts }: ScoringGround, atSec: number): GreeksReport {
  const groups = new Map<string, { readonly group: RiskGroup; readonly members: PositionGreeks[] }>();
  const rows = positions.map((position): PositionGreeks => {
    const sensitivities = positionGreeks(position, contexts.get(position.asset) ?? null, atSec);
    const row = {
      source: position.source.toLowerCase(),
      id: position.id.toString(),
      owner: position.owner.toLowerCase(),
      asset: position.asset,
      sensitivities,
      explanation: explainGreeks(position, sensitivities),
    };
    for (const group of riskGroups(position)) {
      const key = JSON.stringify(group);
      const known = groups.get(key) ?? { group, members: [] };
      groups.set(key, known);
      known.members.push(row);
    }
    return row;
  });
  return { atSec, positions: rows, groups: [...groups.values()].map(sumGroup) };
}

function sumGroup({ group, members }: { readonly group: RiskGroup; readonly members: PositionGreeks[] }): GreeksGroup {
  const byAsset = Map.groupBy(members, ({ asset }) => asset);
  const assets = [...byAsset].map(([asset, rows]) => sumAsset(asset, rows));
  return { group, ...countsOf(members), assets, total: totalOf(assets) };
}

function sumAsset(asset: string, rows: readonly PositionGreeks[]): AssetGreeks {
  const known = knownOf(rows);
  const isWhole = known.length === rows.length;
  return {
    asset,
    ...countsOf(rows),
    usd: isWhole ? sumUsd(known.map(({ usd }) => usd)) : null,
    coin: isWhole ? sumCoin(known.map(({ coin }) => coin)) : null,
  };
}

function countsOf(rows: readonly PositionGreeks[]): Pick<GreeksGroup, "positions" | "unvalued"> {
  return { positions: rows.length, unvalued: rows.length - knownOf(rows).length };
}

function knownOf(rows: readonly PositionGreeks[]): readonly Sensitivities[] {
  return rows.flatMap(({ sensitivities }) => sensitivities ?? []);
}

function totalOf(assets: readonly AssetGreeks[]): GreeksTotal | null {
  const sums = assets.flatMap(({ usd, coin }) => (usd === null || coin === null ? [] : { usd, coin }));
  if (sums.length < assets.length) return null;
  const total = summed(sums);
  return {
    value: total(({ usd }) => usd.value),
    deltaUsd: total(({ usd }) => usd.deltaUsd),
    netDeltaUsd: total(({ coin }) => coin.netDeltaUsd),
    gammaUsd: total(({ usd }) => usd.gammaUsd),
    vega: total(({ usd }) => usd.vega),
    theta: total(({ usd }) => usd.theta),
  };
}

function sumUsd(parts: readonly UsdGreeks[]): UsdGreeks {
  const total = summed(parts);
  return {
    value: total(({ value }) => value),
    delta: total(({ delta }) => delta),
    deltaUsd: total(({ deltaUsd }) => deltaUsd),
    gamma: total(({ gamma }) => gamma),
    gammaUsd: total(({ gammaUsd }) => gammaUsd),
    vega: total(({ vega }) => vega),
    theta: total(({ theta }) => theta),
    vanna: total(({ vanna }) => vanna),
    volga: total(({ volga }) => volga),
  };
}

function sumCoin(parts: readonly CoinGreeks[]): CoinGreeks {
  const total = summed(parts);
  return {
    value: total(({ value }) => value),
    netDelta: total(({ netDelta }) => netDelta),
    netDeltaUsd: total(({ netDeltaUsd }) => netDeltaUsd),
    gamma: total(({ gamma }) => gamma),
    vega: total(({ vega }) => vega),
    theta: total(({ theta }) => theta),
    vanna: total(({ vanna }) => vanna),
    volga: total(({ volga }) => volga),
  };
}

function summed<Part>(parts: readonly Part[]): (of: (part: Part) => number) => number {
  return (of) => parts.reduce((sum, part) => sum + of(part), 0);
}
