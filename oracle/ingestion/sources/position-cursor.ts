/** Which positions a source registered and retired, and when: a persisted block cursor that survives reorganisations. */
import { getAbiItem } from "viem";
import { riskOracleAbi } from "../../chain/abi/risk-oracle.ts";
import type { ChainClient } from "../../chain/client.ts";
import type { Anchor } from "../../domain/report.ts";
import type { Address } from "../../domain/units.ts";
import { type Checkpoint, canonicalCheckpoints, isCanonical, notCanonical, withCheckpoint } from "./checkpoints.ts";
import { type BlockRange, readLogRanges } from "./log-ranges.ts";

/** Life of one position, by block. Because both ends carry their block, any rollback is a filter. */
export interface PositionLife {
  readonly id: bigint;
  readonly registeredAt: bigint;
  /** Block by which it had ended: the oracle was told to forget it, or its source said that it is not active. */
  readonly retiredAt: bigint | null;
}

/** Everything that must survive a restart. */
export interface CursorState {
  /** Ascending; the last one is where the cursor stands. */
  readonly checkpoints: readonly Checkpoint[];
  /** Ascending by id. */
  readonly lives: readonly PositionLife[];
}

/** Keeps the cursor of one source. */
export interface CursorStore {
  load(): Promise<CursorState | null>;
  /** Replaces the state as a whole or not at all. */
  save(state: CursorState): Promise<void>;
}

/** What a cursor reads. */
export interface PositionCursorOptions {
  readonly chain: ChainClient;
  readonly oracle: Address;
  readonly sourceIndex: number;
  readonly fromBlock: bigint;
  readonly store: CursorStore;
  readonly maxBlockRange?: bigint;
}

/** Moves with the chain. */
export interface PositionCursor {
  /**
   * Reads up to `anchor` and returns the lives of all positions registered so far, ascending by id.
   *
   * @throws PlimsollError `ANCHOR_NOT_CANONICAL`, `LOG_RANGE_REFUSED`.
   */
  advance(anchor: Anchor): Promise<readonly PositionLife[]>;
  /**
   * Ends lives at `anchor`, up to which the cursor has read: their source says that they are not active, and ids are never
   * used twice. Where the block, or the branch that the cursor stands on, has left the chain meanwhile, nothing is changed.
   */
  end(ids: readonly bigint[], anchor: Anchor): Promise<void>;
}

const LIFE_EVENTS = [
  getAbiItem({ abi: riskOracleAbi, name: "PositionRegistered" }),
  getAbiItem({ abi: riskOracleAbi, name: "PositionRetired" }),
] as const;
const EMPTY: CursorState = { checkpoints: [], lives: [] };

/** Creates a cursor that loads its state at the first call. */
export function createPositionCursor(options: PositionCursorOptions): PositionCursor {
  let state: CursorState | null = null;
  return {
    advance: async (anchor) => {
      const loaded: CursorState = state ?? (await options.store.load()) ?? EMPTY;
      const rolledBack = await rollBack(options, loaded);
      const advanced = await readForward(options, rolledBack, anchor);
      if (advanced !== loaded) await options.store.save(advanced);
      state = advanced;
      return advanced.lives;
    },
    end: async (ids, anchor) => {
      const known = state;
      if (ids.length === 0 || known === null || !(await isOneBranch(options.chain, known, anchor))) return;
      const ended = endLives(known, new Set(ids), anchor.blockNumber);
      await options.store.save(ended);
      state = ended;
    },
  };
}

/** Whether an anchor and the block where the cursor stands are both canonical: only then may one date what the other saw. */
async function isOneBranch(chain: ChainClient, { checkpoints }: CursorState, anchor: Anchor): Promise<boolean> {
  const last = checkpoints.at(-1);
  if (last === undefined || last.blockNumber < anchor.blockNumber) return false;
  return (await isCanonical(chain, anchor)) && (await isCanonical(chain, last));
}

function endLives(state: CursorState, ended: ReadonlySet<bigint>, blockNumber: bigint): CursorState {
  const lives = state.lives.map((life) =>
    ended.has(life.id) && life.registeredAt <= blockNumber && life.retiredAt === null
      ? { ...life, retiredAt: blockNumber }
      : life,
  );
  return { ...state, lives };
}

/** Drops everything after the last checkpoint that is still canonical. */
async function rollBack(options: PositionCursorOptions, state: CursorState): Promise<CursorState> {
  const checkpoints = await canonicalCheckpoints(options.chain, state.checkpoints);
  if (checkpoints === state.checkpoints) return state;
  const ancestor = checkpoints.at(-1)?.blockNumber ?? options.fromBlock - 1n;
  const lives = state.lives
    .filter(({ registeredAt }) => registeredAt <= ancestor)
    .map((life) => (life.retiredAt !== null && life.retiredAt > ancestor ? { ...life, retiredAt: null } : life));
  return { checkpoints, lives };
}

async function readForward(options: PositionCursorOptions, state: CursorState, anchor: Anchor): Promise<CursorState> {
  const target = { blockNumber: anchor.blockNumber, blockHash: anchor.blockHash };
  const from = (state.checkpoints.at(-1)?.blockNumber ?? options.fromBlock - 1n) + 1n;
  if (anchor.blockNumber < from) {
    if (await isCanonical(options.chain, target)) return state;
    throw notCanonical(anchor);
  }
  const lives = await readLives(options, state.lives, { from, to: anchor.blockNumber });
  // Logs are asked for by height: only an anchor that still stands afterwards proves that they were of its branch.
  if (!(await isCanonical(options.chain, target))) throw notCanonical(anchor);
  return { checkpoints: withCheckpoint(state.checkpoints, target), lives };
}

async function readLives(
  options: PositionCursorOptions,
  known: readonly PositionLife[],
  range: BlockRange,
): Promise<readonly PositionLife[]> {
  const lives = new Map(known.map((life) => [life.id, life]));
  const { events } = await readLogRanges({
    chain: options.chain,
    range,
    span: options.maxBlockRange,
    read: async (part) => await readEvents(options, part),
  });
  for (const event of events) applyEvent(lives, event);
  return [...lives.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
}

interface LifeEvent {
  readonly kind: "registered" | "retired";
  readonly id: bigint;
  readonly blockNumber: bigint;
}

function applyEvent(lives: Map<bigint, PositionLife>, event: LifeEvent): void {
  if (event.kind === "registered") {
    lives.set(event.id, { id: event.id, registeredAt: event.blockNumber, retiredAt: null });
    return;
  }
  const life = lives.get(event.id);
  // One that its source has ended before stays ended from there on.
  if (life?.retiredAt === null) lives.set(event.id, { ...life, retiredAt: event.blockNumber });
}

/** Registrations and retirements in order. */
async function readEvents(options: PositionCursorOptions, range: BlockRange): Promise<readonly LifeEvent[]> {
  const logs = await options.chain.reader.getLogs({
    address: options.oracle,
    events: LIFE_EVENTS,
    strict: true,
    fromBlock: range.from,
    toBlock: range.to,
  });
  return logs.flatMap((log): readonly LifeEvent[] => {
    const { sourceIndex, positionId: id } = log.args;
    if (sourceIndex !== options.sourceIndex) return [];
    const kind = log.eventName === "PositionRegistered" ? "registered" : "retired";
    return [{ kind, id, blockNumber: log.blockNumber }];
  });
}
