/** Which accounts of a lending market may have debt: a persisted block cursor over its events that survives reorganisations. */
import type { ChainClient } from "../../../chain/client.ts";
import type { Address } from "../../../domain/units.ts";
import { type Checkpoint, canonicalCheckpoints, isCanonical, notCanonical, withCheckpoint } from "../checkpoints.ts";
import { readLogRanges } from "../log-ranges.ts";
import type { LendingAction, LendingProtocol } from "./lending-protocol.ts";

/** An account that has borrowed. Both ends carry their block, so that any rollback is a filter. */
export interface FollowedAccount {
  readonly account: Address;
  /** Block of the first event that may have given it debt. */
  readonly since: bigint;
  /** Block at which it was seen without debt; `null` while it is read. */
  readonly clearedAt: bigint | null;
}

/** Everything that must survive a restart. */
export interface LendingCursorState {
  /** Ascending; the last one is where the cursor stands. */
  readonly checkpoints: readonly Checkpoint[];
  /** In the order in which they were first seen. */
  readonly accounts: readonly FollowedAccount[];
}

/** Keeps the cursor of one market. */
export interface LendingCursorStore {
  load(): Promise<LendingCursorState | null>;
  /** Replaces the state as a whole or not at all. */
  save(state: LendingCursorState): Promise<void>;
}

/** What a cursor reads. */
export interface LendingCursorOptions {
  readonly chain: ChainClient;
  readonly protocol: LendingProtocol;
  readonly fromBlock: bigint;
  readonly store: LendingCursorStore;
}

/** What one look gave. */
export interface LendingLook {
  /** Accounts to be read, in the order in which they were first seen. */
  readonly open: readonly Address[];
  readonly actions: readonly LendingAction[];
  readonly undecodable: number;
  /** Last block that is still of the chain, where the cursor had to go back; `null` otherwise. */
  readonly rolledBackTo: bigint | null;
  /** Where the cursor stands; before the block asked for while it catches up. */
  readonly stoodAt: bigint;
}

/** Moves with the chain. */
export interface LendingCursor {
  /**
   * Reads up to `target`, or as far as a bounded number of requests reaches. Until {@link LendingCursor.commit} the cursor has not
   * moved: the next look gives the same again.
   *
   * @throws PlimsollError `ANCHOR_NOT_CANONICAL`, `LOG_RANGE_REFUSED`.
   */
  advance(target: Checkpoint): Promise<LendingLook>;
  /** Moves the cursor to where the last look stood, once everything in it was used. */
  commit(): Promise<void>;
  /** Stops reading accounts that have no debt at a block; an event that may give them some brings them back. */
  clear(accounts: readonly Address[], blockNumber: bigint): Promise<void>;
}

/** Log requests of one look: a market's history is read over many rounds, none of which waits for it. */
const REQUESTS_PER_LOOK = 25;
const EMPTY: LendingCursorState = { checkpoints: [], accounts: [] };

/** Creates a cursor that loads its state at the first call. */
export function createLendingCursor(options: LendingCursorOptions): LendingCursor {
  let state: LendingCursorState | null = null;
  let seen: LendingCursorState | null = null;
  return {
    advance: async (target) => {
      const loaded: LendingCursorState = state ?? (await options.store.load()) ?? EMPTY;
      const rolledBack = await rollBack(options, loaded);
      const { next, ...look } = await readForward(options, rolledBack, target);
      [state, seen] = [loaded, next];
      const open = next.accounts.filter(({ clearedAt }) => clearedAt === null).map(({ account }) => account);
      return { ...look, open, rolledBackTo: rolledBack === loaded ? null : standsAt(options, rolledBack) };
    },
    commit: async () => {
      if (seen === null) return;
      if (seen !== state) await options.store.save(seen);
      [state, seen] = [seen, null];
    },
    clear: async (accounts, blockNumber) => {
      if (state === null || accounts.length === 0) return;
      const without = new Set(accounts);
      const next = {
        ...state,
        accounts: state.accounts.map((one) =>
          without.has(one.account) && one.clearedAt === null ? { ...one, clearedAt: blockNumber } : one,
        ),
      };
      await options.store.save(next);
      state = next;
    },
  };
}

function standsAt({ fromBlock }: LendingCursorOptions, { checkpoints }: LendingCursorState): bigint {
  return checkpoints.at(-1)?.blockNumber ?? fromBlock - 1n;
}

/** Forgets what was seen after the last checkpoint that is still canonical. */
async function rollBack(options: LendingCursorOptions, state: LendingCursorState): Promise<LendingCursorState> {
  const checkpoints = await canonicalCheckpoints(options.chain, state.checkpoints);
  if (checkpoints === state.checkpoints) return state;
  const ancestor = standsAt(options, { checkpoints, accounts: [] });
  const accounts = state.accounts
    .filter(({ since }) => since <= ancestor)
    .map((one) => (one.clearedAt !== null && one.clearedAt > ancestor ? { ...one, clearedAt: null } : one));
  return { checkpoints, accounts };
}

type ForwardLook = Pick<LendingLook, "actions" | "undecodable" | "stoodAt"> & { readonly next: LendingCursorState };

async function readForward(
  options: LendingCursorOptions,
  state: LendingCursorState,
  target: Checkpoint,
): Promise<ForwardLook> {
  const { chain, protocol } = options;
  const from = standsAt(options, state) + 1n;
  const range = { from, to: target.blockNumber };
  const read = async (part: typeof range) => [await protocol.readActions(part)];
  const reading = await readLogRanges({ chain, range, mostRequests: REQUESTS_PER_LOOK, read });
  // Logs are asked for by height: only a block that still stands afterwards proves that they were of its branch.
  if (!(await isCanonical(chain, target))) throw notCanonical(target);
  const actions = reading.events.flatMap((part) => part.actions);
  const undecodable = reading.events.reduce((sum, part) => sum + part.undecodable, 0);
  const stoodAt = reading.readTo;
  if (stoodAt < from) return { next: state, actions, undecodable, stoodAt };
  const newest = stoodAt === target.blockNumber ? target : await checkpointAt(chain, stoodAt);
  const checkpoints = withCheckpoint(state.checkpoints, newest);
  const [oldest] = checkpoints;
  const accounts = follow(state.accounts, actions).filter(
    // No rollback reaches that far.
    ({ clearedAt }) => clearedAt === null || oldest === undefined || clearedAt > oldest.blockNumber,
  );
  return { next: { checkpoints, accounts }, actions, undecodable, stoodAt };
}

async function checkpointAt({ reader }: ChainClient, blockNumber: bigint): Promise<Checkpoint> {
  const { hash } = await reader.getBlock({ blockNumber });
  return { blockNumber, blockHash: hash };
}

function follow(known: readonly FollowedAccount[], actions: readonly LendingAction[]): readonly FollowedAccount[] {
  const accounts = new Map(known.map((one) => [one.account, one]));
  for (const { account, blockNumber, mayBorrow } of actions) {
    if (!mayBorrow) continue;
    const since = accounts.get(account)?.since ?? blockNumber;
    accounts.set(account, { account, since, clearedAt: null });
  }
  return [...accounts.values()];
}
