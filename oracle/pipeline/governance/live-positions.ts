/** All positions of the vault at one block, with everything that the effect of a change depends on. */
import { isAddressEqual } from "viem";
import { optionVaultAbi } from "../../chain/abi/option-vault.ts";
import { priceGuardAbi } from "../../chain/abi/price-guard.ts";
import type { ChainClient } from "../../chain/client.ts";
import { createOracleReader, type OracleReader } from "../../chain/oracle-reader.ts";
import type { Anchor } from "../../domain/report.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { Address } from "../../domain/units.ts";
import { createPositionViews, type PositionViewMap } from "../../ingestion/sources/position-views.ts";
import type { LivePosition } from "../../rules/change-effect.ts";
import { unpackRiskWord } from "../../rules/risk-word.ts";
import { decodeSeriesId } from "../../rules/series-id.ts";

/** The state that a proposal is held against. */
export interface LiveState {
  readonly anchor: Anchor;
  readonly classes: ReadonlyMap<number, RiskClass>;
  readonly positions: readonly LivePosition[];
  /** Ids whose market has no valid price now: their effect is unknown. */
  readonly unpriced: readonly bigint[];
}

/** Address by the name that the deployment gave it. */
type At = (name: string) => Address;

/** Reads positions, words, classes and prices at the head. */
export async function readLiveState(chain: ChainClient, at: At): Promise<LiveState> {
  const oracle = createOracleReader(chain, {
    oracle: at("riskOracle"),
    signerRegistry: at("signerRegistry"),
  });
  const anchor = await oracle.anchor();
  const classes = await oracle.riskClasses(anchor);
  const views = await readViews(chain, at, anchor);
  const words = await readWords(oracle, { at, anchor, ids: [...views.keys()], classes });
  const markets = await readMarkets(chain, at, anchor);
  const positions: LivePosition[] = [];
  const unpriced: bigint[] = [];
  for (const [id, view] of views) {
    const series = decodeSeriesId(view.seriesId);
    const market = markets.get(series.marketId);
    if (market?.priceE8 === undefined) {
      unpriced.push(id);
      continue;
    }
    const word = words.positions.get(id) ?? 0n;
    const { quote, base, quoteDecimals, baseDecimals, priceE8 } = market;
    positions.push({
      id,
      owner: view.owner,
      word,
      quantileWord: words.quantiles.get(unpackRiskWord(word).classId) ?? 0n,
      series,
      sizeE8: view.sizeE8,
      collateral: view.collateral,
      token: series.isPut ? quote : base,
      decimals: series.isPut ? quoteDecimals : baseDecimals,
      priceE8,
    });
  }
  return { anchor, classes, positions, unpriced };
}

async function readViews(chain: ChainClient, at: At, anchor: Anchor): Promise<PositionViewMap> {
  const source = at("vault");
  const count = await chain.reader.readContract({
    address: source,
    abi: optionVaultAbi,
    functionName: "positionCount",
    blockNumber: anchor.blockNumber,
  });
  // Ids count from 1.
  const ids = Array.from({ length: Number(count) }, (_, index) => BigInt(index + 1));
  const views = await createPositionViews({ chain, source }).readAt(ids, anchor);
  return new Map([...views].filter(([, view]) => view.active));
}

interface WordsOf {
  readonly at: At;
  readonly anchor: Anchor;
  readonly ids: readonly bigint[];
  readonly classes: ReadonlyMap<number, RiskClass>;
}

async function readWords(oracle: OracleReader, { at, anchor, ids, classes }: WordsOf) {
  const sources = await oracle.sources(anchor);
  const sourceIndex = sources.findIndex((source) => isAddressEqual(source, at("vault")));
  // Before the vault is registered it has no positions, and nothing to read.
  const words = sourceIndex < 0 ? [] : await oracle.positionWords(sourceIndex, ids, anchor);
  const classIds = [...classes.keys()];
  const quantiles = await oracle.classWords(classIds, anchor);
  return {
    positions: new Map(ids.map((id, index) => [id, words[index] ?? 0n] as const)),
    quantiles: new Map(classIds.map((id, index) => [id, quantiles[index] ?? 0n] as const)),
  };
}

/** Markets with their price now; `undefined` where the price guard gives none. */
async function readMarkets({ reader }: ChainClient, at: At, { blockNumber }: Anchor) {
  const vault = { address: at("vault"), abi: optionVaultAbi, blockNumber } as const;
  const count = await reader.readContract({ ...vault, functionName: "marketCount" });
  const read = async (marketId: number) => {
    const args = [marketId] as const;
    const market = await reader.readContract({ ...vault, functionName: "market", args });
    const guard = { address: at("priceGuard"), abi: priceGuardAbi, blockNumber } as const;
    const priceE8 = await reader.readContract({ ...guard, functionName: "spotE8", args }).then(
      ([price]) => price,
      // A refused price is an answer: the positions of this market are reported as unpriced.
      () => undefined,
    );
    return [marketId, { ...market, priceE8 }] as const;
  };
  return new Map(await Promise.all(Array.from({ length: count }, (_, index) => read(index + 1))));
}
