/** The orchestrator's own look at the chain: open positions with their effective parameters and health. */
import type { ChainClient } from "../../chain/client.ts";
import type { OracleReader } from "../../chain/oracle-reader.ts";
import type { Position } from "../../domain/positions.ts";
import { positionKey } from "../../domain/positions.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { PositionScore } from "../../domain/score.ts";
import type { CursorState } from "../../ingestion/sources/position-cursor.ts";
import { createVaultPositions, type VaultPositions } from "../../ingestion/sources/vault-positions.ts";
import { effectiveParams } from "../../rules/risk-reading.ts";
import { unpackRiskWord } from "../../rules/risk-word.ts";
import type { JudgedPosition } from "../../simulation/agents/liquidation-keeper.ts";
import type { LocalContracts } from "../../simulation/agents/local-world.ts";
import type { LivePosition } from "./live-state.ts";

/** What the look needs. */
export interface WorldViewOptions {
  readonly chain: ChainClient;
  readonly reader: OracleReader;
  readonly contracts: LocalContracts;
  readonly fromBlock: bigint;
}

/** Reads the chain for people and keepers. */
export interface WorldView {
  /** Open positions at the newest block. */
  positions(): Promise<readonly Position[]>;
  /** Positions as people see them: with parameters now, health, and the reasons of the newest scores. */
  live(judged: readonly JudgedPosition[], scores: readonly PositionScore[]): Promise<readonly LivePosition[]>;
}

const WAD = 1e18;
/** The vault is the first source that the DAO registers. */
const VAULT_SOURCE_INDEX = 0;

/** Creates the view; its cursor lives in memory, since a restart reads a local chain quickly. */
export function createWorldView(options: WorldViewOptions): WorldView {
  const source = createSource(options);
  let classes: ReadonlyMap<number, RiskClass> | null = null;
  return {
    positions: async () => await source.readAt(await options.reader.anchor()),
    live: async (judged, scores) => {
      const anchor = await options.reader.anchor();
      classes ??= await options.reader.riskClasses(anchor);
      const known = classes;
      const ids = judged.map(({ position }) => position.id);
      const words = await options.reader.positionWords(VAULT_SOURCE_INDEX, ids, anchor);
      const scored = new Map(scores.map((score) => [positionKey(score), score]));
      return judged.flatMap(({ position, healthWad }, index) => {
        const word = words[index] ?? 0n;
        const riskClass = word === 0n ? undefined : known.get(unpackRiskWord(word).classId);
        if (riskClass === undefined) return [];
        const params = effectiveParams(word, { riskClass, quantileWord: 0n, nowSec: anchor.timestampSec });
        const score = scored.get(positionKey(position)) ?? null;
        return [{ position, params, health: Number(healthWad) / WAD, score }];
      });
    },
  };
}

function createSource({ chain, contracts, fromBlock }: WorldViewOptions): VaultPositions {
  let cursor: CursorState | null = null;
  return createVaultPositions({
    chain,
    oracle: contracts.oracle,
    source: contracts.vault,
    sourceIndex: VAULT_SOURCE_INDEX,
    fromBlock,
    markets: new Map(contracts.markets.map(({ marketId, ...market }) => [marketId, market])),
    store: {
      load: async () => cursor,
      save: async (state) => {
        cursor = state;
      },
    },
  });
}
