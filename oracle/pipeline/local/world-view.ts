/** The orchestrator's own look at the chain: open positions with their effective parameters and health. */
import type { ChainClient } from "../../chain/client.ts";
import type { OracleReader } from "../../chain/oracle-reader.ts";
import type { Position } from "../../domain/positions.ts";
import { positionKey } from "../../domain/positions.ts";
import type { Anchor } from "../../domain/report.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { PositionScore } from "../../domain/score.ts";
import type { CursorState, CursorStore } from "../../ingestion/sources/position-cursor.ts";
import { createPositionSources, type PositionSources } from "../../ingestion/sources/position-sources.ts";
import { effectiveParams, haltedParams } from "../../rules/risk-reading.ts";
import { unpackRiskWord } from "../../rules/risk-word.ts";
import type { JudgedPosition } from "../../simulation/agents/liquidation-keeper.ts";
import type { LocalContracts } from "../../simulation/agents/local-world.ts";
import { readPositionWords, wordKey } from "../operator/position-words.ts";
import { readBreaker } from "../operator/read-breaker.ts";
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
  /** Open positions of all sources at a block, the newest by default. */
  positions(anchor?: Anchor): Promise<readonly Position[]>;
  /** Positions as people see them: with parameters now, health, and the reasons of the newest scores. */
  live(judged: readonly JudgedPosition[], scores: readonly PositionScore[]): Promise<readonly LivePosition[]>;
}

const WAD = 1e18;
/** Creates the view; its cursor lives in memory, since a restart reads a local chain quickly. */
export function createWorldView(options: WorldViewOptions): WorldView {
  const sources = createSources(options);
  let classes: ReadonlyMap<number, RiskClass> | null = null;
  return {
    positions: async (anchor) => (await sources.readAt(anchor ?? (await options.reader.anchor()))).positions,
    live: async (judged, scores) => {
      const anchor = await options.reader.anchor();
      classes ??= await options.reader.riskClasses(anchor);
      const known = classes;
      const haltedAtSec = await readHalt(options.reader, anchor);
      const words = await readPositionWords(
        options.reader,
        judged.map(({ position }) => position),
        anchor,
      );
      const scored = new Map(scores.map((score) => [positionKey(score), score]));
      return judged.flatMap(({ position, healthWad }) => {
        const word = words.get(wordKey(position)) ?? 0n;
        const riskClass = word === 0n ? undefined : known.get(unpackRiskWord(word).classId);
        if (riskClass === undefined) return [];
        const context = { riskClass, quantileWord: 0n, nowSec: anchor.timestampSec };
        const params = haltedAtSec === null ? effectiveParams(word, context) : haltedParams(word, context, haltedAtSec);
        const score = scored.get(positionKey(position)) ?? null;
        return [{ position, params, health: Number(healthWad) / WAD, score }];
      });
    },
  };
}

/** When the oracle was halted, if it is: values in force are those of that second. */
async function readHalt(reader: OracleReader, anchor: Anchor): Promise<number | null> {
  const breaker = await readBreaker(reader, anchor);
  return breaker.ok && breaker.value.mode === "HALTED" ? breaker.value.sinceSec : null;
}

function createSources({ chain, reader, contracts, fromBlock }: WorldViewOptions): PositionSources {
  return createPositionSources({
    chain,
    oracle: contracts.oracle,
    fromBlock,
    markets: new Map(contracts.markets.map(({ marketId, ...market }) => [marketId, market])),
    listSources: async (anchor) => await reader.sources(anchor),
    storeOf: memoryStore,
  });
}

function memoryStore(): CursorStore {
  let cursor: CursorState | null = null;
  return {
    load: async () => cursor,
    save: async (state) => {
      cursor = state;
    },
  };
}
