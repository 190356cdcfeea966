/** Calls into position sources: other people's code, so every call has a gas limit and every answer is checked. */
import {
  BaseError,
  type ContractFunctionReturnType,
  decodeFunctionResult,
  encodeFunctionData,
  LimitExceededRpcError,
  numberToHex,
} from "viem";
import { positionSourceAbi } from "../../chain/abi/position-source.ts";
import { type ChainClient, isTransportFailure } from "../../chain/client.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { Anchor } from "../../domain/report.ts";
import type { Address, Hex } from "../../domain/units.ts";

/** A source and the chain it lives on. */
export interface SourceDoor {
  readonly chain: ChainClient;
  readonly source: Address;
}

/** One position as its source describes it. */
export type PositionView = ContractFunctionReturnType<typeof positionSourceAbi, "view", "describePositions">[number];

/**
 * Gas of a call, so that all operators see the same answer whatever their RPC grants: the vault needs about 30 000 a
 * position. It bounds the answer's length too, since memory costs gas.
 */
const BASE_GAS = 500_000n;
const POSITION_GAS = 100_000n;
/** Positions described in one call: 10.5 million gas, below what any RPC grants an `eth_call`. */
const DESCRIBE_BATCH = 100;
/** Calls under way at once: a source of very many positions takes longer, and overloads no RPC. */
const DESCRIBE_CALLS = 4;

/**
 * Highest position id that the source has created, at an anchor.
 *
 * @throws PlimsollError `SOURCE_UNREADABLE` when the source refuses or runs out of gas, `SOURCE_NONSENSE` for an answer of
 *   another form. Failures of the connection are thrown as they are.
 */
export async function readPositionCount(door: SourceDoor, anchor: Anchor): Promise<bigint> {
  const data = encodeFunctionData({ abi: positionSourceAbi, functionName: "positionCount" });
  const answer = await call(door, { data, gas: BASE_GAS }, anchor);
  return decoded(door, () =>
    decodeFunctionResult({ abi: positionSourceAbi, functionName: "positionCount", data: answer }),
  );
}

/**
 * What the source says of `ids` at an anchor, in their order.
 *
 * @throws PlimsollError as {@link readPositionCount}.
 */
export async function describePositions(
  door: SourceDoor,
  ids: readonly bigint[],
  anchor: Anchor,
): Promise<readonly PositionView[]> {
  const batches = Array.from({ length: Math.ceil(ids.length / DESCRIBE_BATCH) }, (_, index) =>
    ids.slice(index * DESCRIBE_BATCH, (index + 1) * DESCRIBE_BATCH),
  );
  const views: (readonly PositionView[])[] = [];
  for (let first = 0; first < batches.length; first += DESCRIBE_CALLS) {
    const group = batches.slice(first, first + DESCRIBE_CALLS);
    views.push(...(await Promise.all(group.map(async (batch) => await describeBatch(door, batch, anchor)))));
  }
  return views.flat();
}

async function describeBatch(
  door: SourceDoor,
  ids: readonly bigint[],
  anchor: Anchor,
): Promise<readonly PositionView[]> {
  const data = encodeFunctionData({ abi: positionSourceAbi, functionName: "describePositions", args: [ids] });
  const answer = await call(door, { data, gas: BASE_GAS + BigInt(ids.length) * POSITION_GAS }, anchor);
  const views = decoded(door, () =>
    decodeFunctionResult({ abi: positionSourceAbi, functionName: "describePositions", data: answer }),
  );
  if (views.length === ids.length) return views;
  throw nonsense(door, `it described ${views.length} positions instead of ${ids.length}`, null);
}

interface SourceQuestion {
  readonly data: Hex;
  readonly gas: bigint;
}

async function call(door: SourceDoor, question: SourceQuestion, anchor: Anchor): Promise<Hex> {
  try {
    return await ask(door, question, anchor);
  } catch (cause) {
    if (isTransportFailure(cause)) throw cause;
    throw new PlimsollError({
      code: "SOURCE_UNREADABLE",
      problem: `The position source ${door.source} did not answer a call with ${question.gas} gas at block ${anchor.blockNumber}.`,
      remedy: "Its positions are left out of the round; ask the source's maintainers, or governance to remove it.",
      context: { source: door.source, gas: question.gas, blockNumber: anchor.blockNumber },
      cause,
    });
  }
}

/**
 * The client repeats what a node calls an internal error, and nodes call running out of gas one: a second of every round for
 * a source that does so. So the first attempt is not repeated, and a second one, with repeats, is made only for the line's sake.
 */
async function ask({ chain, source }: SourceDoor, { data, gas }: SourceQuestion, anchor: Anchor): Promise<Hex> {
  const call = { to: source, data, gas: numberToHex(gas) };
  const at = { blockHash: anchor.blockHash, requireCanonical: true };
  const request = { method: "eth_call", params: [call, at] } as const;
  try {
    return await chain.reader.request(request, { retryCount: 0 });
  } catch (error) {
    const isOverload =
      error instanceof BaseError && error.walk((inner) => inner instanceof LimitExceededRpcError) !== null;
    if (isTransportFailure(error) || isOverload) return await chain.reader.request(request);
    throw error;
  }
}

function decoded<Value>(door: SourceDoor, decode: () => Value): Value {
  try {
    return decode();
  } catch (cause) {
    throw nonsense(door, "its answer does not decode", cause);
  }
}

function nonsense({ source }: SourceDoor, what: string, cause: unknown): PlimsollError<"SOURCE_NONSENSE"> {
  return new PlimsollError({
    code: "SOURCE_NONSENSE",
    problem: `The position source ${source} does not speak IPositionSource: ${what}.`,
    remedy: "Its positions are left out of the round; ask the source's maintainers, or governance to remove it.",
    context: { source },
    cause,
  });
}
