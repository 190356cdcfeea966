/** Turns a failed call into the custom error that a contract raised, with its arguments by name. */
import { type Abi, type AbiParameter, BaseError, decodeErrorResult, type Hex } from "viem";
import { contractErrorsAbi } from "./abi/contract-errors.ts";

/** Widened: which errors there are is known at run time only. */
const KNOWN_ERRORS: Abi = contractErrorsAbi;

/** A custom error of our contracts, a Solidity panic or a text revert. */
export interface ContractRevert {
  /** Name of the custom error, `Panic`, `Error`, or `UnknownError` when the selector is not ours. */
  readonly code: string;
  /** Arguments by parameter name, unnamed ones by position. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly data: Hex;
}

/**
 * Decodes revert data.
 *
 * @returns code `UnknownError` for a selector that none of our contracts declares.
 */
export function decodeRevertData(data: Hex): ContractRevert {
  try {
    const decoded = decodeErrorResult({ abi: KNOWN_ERRORS, data });
    return { code: decoded.errorName, args: namedArgs(inputsOf(decoded.abiItem), decoded.args ?? []), data };
  } catch {
    // viem throws on an unknown selector: the contract is not one of ours, so the raw data is all there is to say.
    return { code: "UnknownError", args: {}, data };
  }
}

/** Decodes the revert inside an error thrown by viem, or returns `null` when the failure was no revert. */
export function revertOf(error: unknown): ContractRevert | null {
  if (!(error instanceof BaseError)) return null;
  let found: Hex | null = null;
  error.walk((inner) => {
    found ??= revertData(inner);
    return false;
  });
  return found === null ? null : decodeRevertData(found);
}

/** Shortest data that names an error: `0x` and a 4-byte selector. */
const SELECTOR_PATTERN = /^0x[0-9a-fA-F]{8,}$/;

function revertData(error: unknown): Hex | null {
  if (typeof error !== "object" || error === null) return null;
  for (const value of [property(error, "raw"), property(error, "data"), property(property(error, "data"), "data")]) {
    if (isRevertData(value)) return value;
  }
  return null;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function isRevertData(value: unknown): value is Hex {
  return typeof value === "string" && SELECTOR_PATTERN.test(value);
}

function namedArgs(inputs: readonly AbiParameter[], values: readonly unknown[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(values.map((value, index) => [inputs[index]?.name || String(index), value]));
}

function inputsOf(item: Abi[number]): readonly AbiParameter[] {
  return "inputs" in item ? (item.inputs ?? []) : [];
}
