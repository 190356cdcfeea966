// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRuleEngine} from "../interfaces/IRuleEngine.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {RiskClassRules} from "../libraries/RiskClassRules.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskRules} from "../libraries/RiskRules.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {EntryOutcome, RiskClass} from "../types/RiskTypes.sol";

/// @title The first rule engine: {RiskRules} and {RiskClassRules}
contract RuleEngine is IRuleEngine {
    /// @dev Answer in the making.
    struct Results {
        uint256 tightened;
        uint256 tightenedBps;
        uint256 lastOutcome;
        uint256[] words;
        bytes outcomes;
    }

    uint256 private constant ITEM_BYTES = 64;
    uint256 private constant CLASS_SHIFT = 64;
    uint256 private constant TIME_BITS = 32;
    uint256 private constant TIME_MASK = (1 << TIME_BITS) - 1;

    /// @inheritdoc IRuleEngine
    uint32 public constant version = 1;

    /// @inheritdoc IRuleEngine
    function applyEntries(
        uint256 observedAt,
        uint256 nowSec,
        uint256 count,
        bytes calldata items
    ) external pure returns (uint256 tightened, uint256 tightenedBps, uint256[] memory words, bytes memory outcomes) {
        bool fits = count <= items.length / ITEM_BYTES && (observedAt | nowSec) >> TIME_BITS == 0;
        if (!fits) revert RuleEngineInput(count, items.length, observedAt, nowSec);
        Results memory results;
        results.words = new uint256[](count);
        results.outcomes = new bytes(count);
        _applyAll(results, items, observedAt, nowSec);
        return (results.tightened, results.tightenedBps, results.words, results.outcomes);
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

    function _applyAll(Results memory results, bytes calldata items, uint256 observedAt, uint256 nowSec) private pure {
        (uint256[] memory words, bytes memory outcomes) = (results.words, results.outcomes);
        uint256 base;
        assembly ("memory-safe") {
            base := items.offset
        }
        for (uint256 index = 0; index < words.length; ++index) {
            uint256 word = _apply(results, base, index, (observedAt << TIME_BITS) | nowSec);
            uint256 outcome = results.lastOutcome;
            // In range: both were allocated with as many items.
            assembly ("memory-safe") {
                mstore(add(add(words, 0x20), shl(5, index)), word)
                mstore8(add(add(outcomes, 0x20), index), outcome)
            }
        }
    }

    /// @dev A class offset beyond `items` reads zeros or foreign calldata: the caller fills both, and would only fool itself.
    function _apply(
        Results memory results,
        uint256 base,
        uint256 index,
        uint256 times
    ) private pure returns (uint256 newWord) {
        uint256 word;
        uint256 values;
        uint256 bounds;
        uint256 levels;
        assembly ("memory-safe") {
            let item := add(base, shl(6, index))
            word := calldataload(item)
            values := calldataload(add(item, 0x20))
            let class := add(base, shr(CLASS_SHIFT, values))
            bounds := calldataload(class)
            levels := calldataload(add(class, 0x20))
        }
        EntryOutcome outcome;
        (newWord, outcome) = RiskRules.applyEntry(word, bounds, levels, values, times >> TIME_BITS, times & TIME_MASK);
        results.lastOutcome = uint256(outcome);
        if (outcome != EntryOutcome.APPLIED_TIGHTENED) return newWord;
        // At most 2^32 items in a call that fits a block, each with a rise below 2^14; a tightening never lowers ρ.
        unchecked {
            ++results.tightened;
            results.tightenedBps += ReportCodec.rhoIn(values) - RiskWord.rhoTargetOf(word);
        }
    }
}
