/**
 * A keeper of the guards: trips the breaker through the sentinel where one of its automatic causes holds, and makes the
 * vault follow a breaker that is not NORMAL. Both may be called by anyone. On behalf of operators who call for caution the guardian
 * trips it too. Nothing is sent before a view and a simulation
 * say that it would change something.
 */
import { type Abi, BaseError, ContractFunctionRevertedError, type Hash, zeroAddress } from "viem";
import { optionVaultAbi } from "../../chain/abi/option-vault.ts";
import { oracleSentinelAbi } from "../../chain/abi/oracle-sentinel.ts";
import { riskOracleAbi } from "../../chain/abi/risk-oracle.ts";
import { revertOf } from "../../chain/decode-revert.ts";
import { BREAKER_MODES, BREAKER_REASONS } from "../../domain/breaker.ts";
import type { Address } from "../../domain/units.ts";
import type { LocalActors, LocalClient, LocalContracts } from "./local-world.ts";

/** What the keeper sees and acts on. */
export interface GuardKeeperInput {
  readonly client: LocalClient;
  readonly actors: Pick<LocalActors, "keeper">;
  readonly contracts: Pick<LocalContracts, "oracle" | "vault" | "markets">;
  /** Guardian of the oracle who trips the breaker now because operators call for caution; `null` while they do not. */
  readonly cautionBy: Address | null;
}

/** Calls of the keeper. */
export const GUARD_CALLS = ["pokePrice", "pokeSequencer", "pokeHeartbeat", "tripBreaker", "followBreaker"] as const;
/** One of {@link GUARD_CALLS}. */
export type GuardCall = (typeof GUARD_CALLS)[number];

/** What a look led to. */
export interface GuardLook {
  /** Calls that changed something, in their order. */
  readonly done: readonly GuardCall[];
  /** Calls that the chain refuses for another reason than that there is nothing to do, with the error's name. */
  readonly refused: readonly { readonly call: GuardCall; readonly reason: string }[];
}

interface Attempt {
  readonly call: GuardCall;
  readonly address: Address;
  readonly abi: Abi;
  readonly args: readonly unknown[];
  /** Who sends it; the keeper by default. */
  readonly account?: Address;
}

/** There is no cause, or somebody else was faster. */
const NOTHING_TO_DO: ReadonlySet<string> = new Set(["SentinelNoCause", "RiskOracleBreakerMove", "VaultBreakerNormal"]);
const NORMAL = BREAKER_MODES.indexOf("NORMAL");
const TIGHTEN_ONLY = BREAKER_MODES.indexOf("TIGHTEN_ONLY");
const GUARDIAN = BREAKER_REASONS.indexOf("GUARDIAN");

/** Looks once: pokes until the breaker has moved, then lets the vault follow it unless it is cautious already. */
export async function watchGuards(input: GuardKeeperInput): Promise<GuardLook> {
  const done: GuardCall[] = [];
  const refused: { readonly call: GuardCall; readonly reason: string }[] = [];
  const attempt = async (wanted: Attempt): Promise<boolean> => {
    const outcome = await tryCall(input, wanted);
    if (outcome === "done") done.push(wanted.call);
    else if (outcome !== null) refused.push({ call: wanted.call, reason: outcome });
    return outcome === "done";
  };
  if (await isNormal(input)) {
    // Every poke leads to the same mode: the first that succeeds is the last.
    for (const poke of [...(await pokesOf(input)), ...cautionOf(input)]) if (await attempt(poke)) break;
  }
  if (await mustFollow(input)) {
    await attempt({ call: "followBreaker", address: input.contracts.vault, abi: optionVaultAbi, args: [] });
  }
  return { done, refused };
}

async function isNormal({ client, contracts }: GuardKeeperInput): Promise<boolean> {
  const contract = { address: contracts.oracle, abi: riskOracleAbi } as const;
  const { mode } = await client.readContract({ ...contract, functionName: "status" });
  return mode === NORMAL;
}

/** The sentinel is the one that the oracle names now; an oracle without one has no automatic causes. */
async function pokesOf({ client, contracts }: GuardKeeperInput): Promise<readonly Attempt[]> {
  const contract = { address: contracts.oracle, abi: riskOracleAbi } as const;
  const address = await client.readContract({ ...contract, functionName: "sentinel" });
  if (address === zeroAddress) return [];
  const poke = (call: GuardCall, args: readonly unknown[]): Attempt => ({
    call,
    address,
    abi: oracleSentinelAbi,
    args,
  });
  const prices = contracts.markets.map(({ marketId }) => poke("pokePrice", [marketId]));
  return [...prices, poke("pokeSequencer", []), poke("pokeHeartbeat", [])];
}

function cautionOf({ contracts, cautionBy }: GuardKeeperInput): readonly Attempt[] {
  if (cautionBy === null) return [];
  const contract = { address: contracts.oracle, abi: riskOracleAbi } as const;
  return [{ ...contract, call: "tripBreaker", args: [TIGHTEN_ONLY, GUARDIAN], account: cautionBy }];
}

async function mustFollow(input: GuardKeeperInput): Promise<boolean> {
  if (await isNormal(input)) return false;
  const { client, contracts } = input;
  const contract = { address: contracts.vault, abi: optionVaultAbi } as const;
  const [{ timestamp }, { cautionUntil }] = await Promise.all([
    client.getBlock(),
    client.readContract({ ...contract, functionName: "pauseState" }),
  ]);
  return cautionUntil <= timestamp;
}

/** Sends a call that a simulation lets pass. @returns `done`, the name of an unexpected refusal, or `null`. */
async function tryCall({ client, actors }: GuardKeeperInput, wanted: Attempt): Promise<string | null> {
  const { address, abi, args, account = actors.keeper } = wanted;
  const call = { address, abi, args, functionName: wanted.call, account };
  let hash: Hash;
  try {
    await client.simulateContract(call);
    hash = await client.writeContract(call);
  } catch (error) {
    const code = refusalOf(error);
    if (code === null) throw error;
    return NOTHING_TO_DO.has(code) ? null : code;
  }
  const { status } = await client.waitForTransactionReceipt({ hash });
  // Reverted although the simulation passed: another keeper's call came in between.
  return status === "success" ? "done" : null;
}

/** Name of the contract's error, `REVERTED` where it gave none; `null` for a failure that is no revert. */
function refusalOf(error: unknown): string | null {
  const revert = revertOf(error);
  if (revert !== null) return revert.code;
  const isRevert = error instanceof BaseError && error.walk((inner) => inner instanceof ContractFunctionRevertedError);
  return isRevert ? "REVERTED" : null;
}
