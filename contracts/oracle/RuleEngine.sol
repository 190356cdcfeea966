// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRuleEngine} from "../interfaces/IRuleEngine.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {RiskClassRules} from "../libraries/RiskClassRules.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskRules} from "../libraries/RiskRules.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {RiskClass} from "../types/RiskTypes.sol";

/// @title The first rule engine: {RiskRules} and {RiskClassRules}
contract RuleEngine is IRuleEngine {
    uint256 private constant ITEM_BYTES = 64;
    uint256 private constant CLASS_SHIFT = 64;
    uint256 private constant OUTCOME_SHIFT = 248;
    uint256 private constant RISE_MASK = (1 << OUTCOME_SHIFT) - 1;
    uint256 private constant SUM_BITS = 128;
    uint256 private constant SUM_MASK = 0xffffffffffffffffffffffffffffffff;
    uint256 private constant TIME_BITS = 32;
    uint256 private constant TIME_MASK = (1 << TIME_BITS) - 1;

    /// @inheritdoc IRuleEngine
    function version() external pure returns (uint32) {
        return 1;
    }

    /// @inheritdoc IRuleEngine
    function applyEntries(
        uint256 observedAt,
        uint256 nowSec,
        uint256 count,
        bytes calldata items
    ) external pure returns (uint256, uint256, uint256[] memory, bytes memory) {
        bool fits = count <= items.length / ITEM_BYTES && (observedAt | nowSec) >> TIME_BITS == 0;
        if (!fits) revert RuleEngineInput(count, items.length, observedAt, nowSec);
        // The answer is written where it is returned from, in the standard encoding: the compiler would copy it word by word.
        uint256 answer = _applyAll(items, (observedAt << TIME_BITS) | nowSec, count);
        assembly ("memory-safe") {
            return(answer, sub(mload(0x40), answer))
        }
    }

    /// @inheritdoc IRuleEngine
    function packClass(uint16 classId, RiskClass calldata class) public pure returns (uint256 bounds, uint256 levels) {
        RiskClassRules.check(classId, class);
        return RiskClassWords.pack(class);
    }

    /// @inheritdoc IRuleEngine
    function packNarrowerClass(
        uint16 classId,
        RiskClass calldata class,
        uint256 liveBounds,
        uint256 liveLevels
    ) external pure returns (uint256 bounds, uint256 levels) {
        RiskClassRules.checkNarrower(classId, RiskClassWords.unpack(liveBounds, liveLevels), class);
        return packClass(classId, class);
    }

    /// @dev Pointer to the encoded answer, which ends where free memory begins.
    function _applyAll(bytes calldata items, uint256 times, uint256 count) private pure returns (uint256 answer) {
        uint256 base;
        uint256 words;
        assembly ("memory-safe") {
            base := items.offset
            answer := mload(0x40)
            // Four heads, the words, the outcomes, each with its length.
            words := add(answer, 0xa0)
            let outcomes := add(words, shl(5, count))
            let end := add(add(outcomes, 0x20), and(add(count, 0x1f), not(0x1f)))
            mstore(0x40, end)
            mstore(add(answer, 0x40), 0x80)
            mstore(add(answer, 0x60), sub(outcomes, answer))
            mstore(add(answer, 0x80), count)
            mstore(outcomes, count)
            // What pads the outcomes is zero.
            mstore(sub(end, 0x20), 0)
        }
        uint256 sums;
        for (uint256 index = 0; index < count; ++index) {
            // Both sums stay far below 2^128.
            unchecked {
                uint256 result = _apply(base + index * ITEM_BYTES, base, times, words + index * 32);
                sums += result & RISE_MASK;
                result >>= OUTCOME_SHIFT;
                uint256 at = words + count * 32 + 32 + index;
                assembly ("memory-safe") {
                    mstore8(at, result)
                }
            }
        }
        assembly ("memory-safe") {
            mstore(answer, shr(SUM_BITS, sums))
            mstore(add(answer, 0x20), and(sums, SUM_MASK))
        }
    }

    /// @dev Applies one item and writes its word at `place`; returns its outcome << 248 and, for a tightening, 1 << 128 plus
    /// its rise of ρ.
    /// A class offset beyond `items` reads zeros or foreign calldata: the caller fills both, and would only fool itself.
    function _apply(uint256 item, uint256 base, uint256 times, uint256 place) private pure returns (uint256 result) {
        uint256 word;
        uint256 values;
        uint256 bounds;
        uint256 levels;
        assembly ("memory-safe") {
            word := calldataload(item)
            values := calldataload(add(item, 0x20))
            let class := add(base, shr(CLASS_SHIFT, values))
            bounds := calldataload(class)
            levels := calldataload(add(class, 0x20))
        }
        (uint256 newWord, uint256 outcome) = RiskRules.applyEntry(
            word,
            bounds,
            levels,
            values,
            times >> TIME_BITS,
            times & TIME_MASK
        );
        // At most 2^32 items in a call that fits a block, each with a rise below 2^14; a tightening never lowers ρ.
        unchecked {
            result = outcome << OUTCOME_SHIFT;
            if (outcome == RiskRules.APPLIED_TIGHTENED) {
                result += (1 << SUM_BITS) + ReportCodec.rhoIn(values) - RiskWord.rhoTargetOf(word);
            }
        }
        assembly ("memory-safe") {
            mstore(place, newWord)
        }
    }
}
