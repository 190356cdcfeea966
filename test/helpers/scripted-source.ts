/** Position sources with scripted answers at made-up addresses of a development chain: what a faulty or hostile one says. */
import { type Abi, concatHex, encodeFunctionResult, type Hex, numberToHex, size } from "viem";
import { positionSourceAbi } from "../../oracle/chain/abi/position-source.ts";
import type { PositionView } from "../../oracle/ingestion/sources/source-calls.ts";

/** Runtime code that refuses every call. */
export const REVERTING: Hex = "0x5f5ffd";
/** Runtime code that loops until the gas is used up. */
export const ENDLESS: Hex = "0x5b5f56";
/** Runtime code that answers like {@link ONE_WORD}, but only after 1.7 million gas. */
export const SLOW: Hex = "0x61ffff5b60019003806003575060015f5260205ff3";
/** Runtime code that answers every call with the number 1. */
export const ONE_WORD: Hex = "0x60015f5260205ff3";

const SOURCE_ABI: Abi = positionSourceAbi;
const COUNT_BYTES = 8;
const LENGTH_BYTES = 2;

/**
 * Runtime code of a source that has created `count` positions and describes any ids by `views`, whatever was asked. By the
 * size of the calldata it tells `positionCount()` (4 bytes) from `describePositions(ids)`.
 */
export function answering(count: bigint, views: readonly PositionView[]): Hex {
  const answer = encodeFunctionResult({ abi: SOURCE_ABI, functionName: "describePositions", result: views });
  const length = numberToHex(size(answer), { size: LENGTH_BYTES });
  return concatHex([
    // With more than 5 bytes of calldata jump to 0x16.
    "0x36600510601657",
    // PUSH8 count, stored and returned.
    "0x67",
    numberToHex(count, { size: COUNT_BYTES }),
    "0x5f5260205ff3",
    // 0x16: copy the answer, which begins at 0x23, and return it.
    "0x5b61",
    length,
    "0x60235f3961",
    length,
    "0x5ff3",
    answer,
  ]);
}
