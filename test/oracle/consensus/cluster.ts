/** A cluster of operators in one process with virtual time: messages are delayed and lost by seed. */
import { keccak256, stringToHex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import type { ChainRules } from "../../../oracle/consensus/aggregate.ts";
import type { Evidence } from "../../../oracle/consensus/evidence.ts";
import { digestOf } from "../../../oracle/consensus/observe.ts";
import { createRound } from "../../../oracle/consensus/round.ts";
import type { Round, RoundTerms } from "../../../oracle/consensus/round-types.ts";
import type { SigningGuard } from "../../../oracle/consensus/signing-guard.ts";
import { decodeMessage, encodeMessage, type RoundMessage } from "../../../oracle/consensus/wire.ts";
import type { Observation, RiskEntry, SignedObservation } from "../../../oracle/domain/report.ts";
import type { Address, Hex } from "../../../oracle/domain/units.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import type { Timers } from "../../../oracle/platform/timers.ts";

/** Accounts with keys derived from their index. */
export const ACCOUNTS = Array.from({ length: 7 }, (_, index) =>
  privateKeyToAccount(keccak256(stringToHex(`test operator ${index}`))),
);
export const CONFIG: Hex = keccak256(stringToHex("configuration"));
export const BUNDLE: Hex = keccak256(stringToHex("bundle"));
export const ANCHOR = {
  blockNumber: 1_000n,
  blockHash: keccak256(stringToHex("block 1000")),
  timestampSec: 1_700_000_000,
};
export const SLOT = { configDigest: CONFIG, epoch: 1_000n };
export const DOMAIN = { chainId: 31_337, oracle: "0x00000000000000000000000000000000000000aa" } as const;
/** Epoch of every position in these tests. */
export const POSITION_EPOCH = 3;

/** Rules that accept everything. */
export const FREE_RULES: ChainRules = {
  positionEpoch: () => POSITION_EPOCH,
  clampEntry: (entry) => ({ ok: true, value: entry }),
  clampQuantile: (quantile) => ({ ok: true, value: quantile }),
};

/** An observation of `positions` positions whose ρ is `rhoBps` plus the position's number. */
export function observationOf(operator: Address, rhoBps: number, positions = 5): Observation {
  const entries = Array.from(
    { length: positions },
    (_, index): RiskEntry => ({
      sourceIndex: 0,
      positionId: BigInt(index + 1),
      epoch: POSITION_EPOCH,
      rhoBps: rhoBps + index,
      piBps: Math.floor(rhoBps / 4),
      score: 200,
    }),
  );
  return {
    slot: SLOT,
    operator,
    anchor: ANCHOR,
    bundleHash: BUNDLE,
    featureSchemaHash: zeroHash,
    inputsRoot: zeroHash,
    fallbackBits: 0,
    oldestInputAgeSec: 30,
    entries,
    classQuantiles: [{ classId: 1, rhoBps, piBps: Math.floor(rhoBps / 4) }],
  };
}

/** A guard in memory with the contract of the real one. */
export function memoryGuard(): SigningGuard {
  const promised = new Map<string, Hex>();
  return {
    authorise: (slot, kind, digest) => {
      const key = `${slot.configDigest}:${slot.epoch}:${kind}`;
      const before = promised.get(key);
      if (before !== undefined && before !== digest) return { ok: false, reason: "conflict" };
      promised.set(key, digest);
      return { ok: true, value: before === undefined ? "new" : "same" };
    },
    close: async () => {},
  };
}

/** Signs without asking any guard, as a liar does. */
export async function signWithoutGuard(index: number, observation: Observation): Promise<SignedObservation> {
  const account = ACCOUNTS[index % ACCOUNTS.length] ?? ACCOUNTS[0];
  if (account === undefined) throw new RangeError("no account");
  return { observation, signature: await signCompact(account, digestOf(observation)) };
}

/** Virtual time: a queue of calls ordered by time, then by arrival. */
export interface VirtualTime extends Timers {
  /** Runs everything that is due within `untilMs`. */
  run(untilMs: number): Promise<void>;
}

/** Creates virtual time at 0. Calls may be asynchronous: each is awaited before the next one runs. */
export function createVirtualTime(): VirtualTime {
  let nowMs = 0;
  let serial = 0;
  const queue: { atMs: number; serial: number; call: () => unknown }[] = [];
  return {
    after: (delayMs, call) => {
      const item = { atMs: nowMs + delayMs, serial: serial++, call };
      queue.push(item);
      return () => {
        const index = queue.indexOf(item);
        if (index >= 0) queue.splice(index, 1);
      };
    },
    run: async (untilMs) => {
      for (;;) {
        queue.sort((left, right) => left.atMs - right.atMs || left.serial - right.serial);
        const next = queue[0];
        if (next === undefined || next.atMs > untilMs) return;
        queue.shift();
        nowMs = next.atMs;
        await next.call();
        await settled();
      }
    },
  };
}

/** Lets every promise that is under way end: signing and recovering take a few turns of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** One operator of the cluster. */
export interface Member {
  readonly address: Address;
  readonly round: Round;
  readonly evidence: Evidence[];
  readonly guard: SigningGuard;
}

/** How the network treats a message: delay in ms, or `null` to lose it. */
export type Network = (from: number, to: number, message: RoundMessage, rng: Rng) => number | null;

/** A cluster under test. */
export interface Cluster {
  readonly members: readonly Member[];
  readonly time: VirtualTime;
  /** Delivers a message as if `from` had sent it to every other member. */
  inject(from: number, message: RoundMessage, to?: readonly number[]): void;
}

/** What differs from the default cluster of four. */
export interface ClusterOptions {
  readonly n?: number;
  readonly f?: number;
  readonly threshold?: number;
  readonly seed?: number;
  readonly network?: Network;
  readonly terms?: Partial<RoundTerms>;
}

const DEFAULT_NETWORK: Network = (_from, _to, _message, rng) => 1 + rng.integer(20);

/** Creates rounds that talk through the real wire format. */
export function createCluster(options: ClusterOptions = {}): Cluster {
  const { n = 4, f = 1, threshold = 3, network = DEFAULT_NETWORK } = options;
  const accounts = ACCOUNTS.slice(0, n);
  const operators = accounts.map(({ address }) => address);
  const time = createVirtualTime();
  const rng = createRng(options.seed ?? 1);
  const members: Member[] = [];

  const deliver = (from: number, message: RoundMessage, to: number): void => {
    const delayMs = network(from, to, message, rng);
    const sender = operators[from];
    if (delayMs === null || sender === undefined) return;
    const decoded = decodeMessage(encodeMessage(message));
    if (!decoded.ok) throw new Error(`the cluster made a malformed message: ${decoded.detail}`);
    time.after(delayMs, () => members[to]?.round.receive(decoded.value, sender));
  };
  const inject = (from: number, message: RoundMessage, to = operators.map((_, index) => index)): void => {
    for (const index of to) if (index !== from) deliver(from, message, index);
  };

  for (const [index, account] of accounts.entries()) {
    const evidence: Evidence[] = [];
    const guard = memoryGuard();
    const round = createRound(termsOf(account.address, { operators, f, threshold, ...options.terms }), {
      signer: account,
      guard,
      evidence: { save: async (item) => void evidence.push(item) },
      timers: time,
      broadcast: (message) => inject(index, message),
    });
    members.push({ address: account.address, round, evidence, guard });
  }
  return { members, time, inject };
}

function termsOf(
  self: Address,
  given: Pick<RoundTerms, "operators" | "f" | "threshold"> & Partial<RoundTerms>,
): RoundTerms {
  const view = { slot: SLOT, anchor: ANCHOR, bundleHash: BUNDLE, signerSetVersion: 1, reportLifeSec: 600 };
  return {
    self,
    domain: DOMAIN,
    view: { ...view, rules: FREE_RULES },
    timing: { graceMs: 50, progressMs: 300, deadlineMs: 3_000 },
    toleranceBps: 500,
    ...given,
  };
}
