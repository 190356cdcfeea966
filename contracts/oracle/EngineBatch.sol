// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {IRuleEngine} from "../interfaces/IRuleEngine.sol";

uint256 constant CLASS_SLOTS = 32;

/// @notice One report's words on their way to the rule engine and back.
/// @param count number of words
/// @param items pointer to the first item of the call, which is built in place
/// @param end pointer behind the class words, which follow the items
/// @param slots storage slot of each word
/// @param classTable (classId + 1) << 128 | pointer to its words, by classId modulo the size; zero is free
/// @param tightened number of words that the engine tightened
/// @param tightenedBps sum of their rises of ρ
/// @param outcomes one byte for each word
/// @param words pointer to the new words
struct EngineBatch {
    uint256 count;
    uint256 items;
    uint256 end;
    uint256[] slots;
    uint256[CLASS_SLOTS] classTable;
    uint256 tightened;
    uint256 tightenedBps;
    bytes outcomes;
    uint256 words;
}

/// @title Builds the one call of a report to its rule engine where it is sent from, and reads the answer where it arrives
/// @notice The compiler's own encoder would copy every word twice each way. Items and class words grow into the reserve that
/// {open} has taken, and {send} gives back what is left of it: what the caller allocates between the two does not outlive
/// {send}.
library EngineBatches {
    uint256 private constant ITEM_BYTES = 64;
    uint256 private constant TAG_SHIFT = 128;
    uint256 private constant POINTER_MASK = (1 << TAG_SHIFT) - 1;
    uint256 private constant CLASS_SHIFT = 64;
    /// @dev Before the items: selector, in the last bytes of a word, two times, count, offset and length.
    uint256 private constant HEADER_BYTES = 0xc0;
    uint256 private constant SELECTOR_BYTES = 4;

    /// @notice A batch with room for `count` words.
    function open(uint256 count) internal pure returns (EngineBatch memory batch) {
        batch.count = count;
        batch.slots = new uint256[](count);
        uint256 items;
        assembly ("memory-safe") {
            items := add(mload(0x40), HEADER_BYTES)
            // An item and, at worst, a class for each word. Memory that is never touched costs nothing.
            mstore(0x40, add(items, shl(7, count)))
        }
        batch.items = items;
        batch.end = items + count * ITEM_BYTES;
    }

    /// @notice Sets item `index`, which must be below the count. `class` is from {findClass} or {addClass}.
    function put(EngineBatch memory batch, uint256 index, uint256 slot, uint256 word, uint256 values) internal pure {
        uint256[] memory slots = batch.slots;
        uint256 items = batch.items;
        assembly ("memory-safe") {
            mstore(add(add(slots, 0x20), shl(5, index)), slot)
            let item := add(items, shl(6, index))
            mstore(item, word)
            mstore(add(item, 0x20), values)
        }
    }

    /// @notice Pointer to the words of a class that this batch has read, or zero.
    function findClass(EngineBatch memory batch, uint256 classId) internal pure returns (uint256 class) {
        uint256 entry = batch.classTable[classId % CLASS_SLOTS];
        return entry >> TAG_SHIFT == classId + 1 ? entry & POINTER_MASK : 0;
    }

    /// @notice Adds the first word of a class; another class in its place is forgotten and would be read again.
    function addClass(EngineBatch memory batch, uint256 classId, uint256 bounds) internal pure returns (uint256 class) {
        class = batch.end;
        batch.end = class + ITEM_BYTES;
        batch.classTable[classId % CLASS_SLOTS] = ((classId + 1) << TAG_SHIFT) | class;
        assembly ("memory-safe") {
            mstore(class, bounds)
            mstore(add(class, 0x20), 0)
        }
    }

    /// @notice Second word of a class in this batch, zero until {setLevels}.
    function levelsAt(uint256 class) internal pure returns (uint256 levels) {
        assembly ("memory-safe") {
            levels := mload(add(class, 0x20))
        }
    }

    function setLevels(uint256 class, uint256 levels) internal pure {
        assembly ("memory-safe") {
            mstore(add(class, 0x20), levels)
        }
    }

    /// @notice `values` with the place of the class's words among the items.
    function withClass(EngineBatch memory batch, uint256 values, uint256 class) internal pure returns (uint256 placed) {
        return values | ((class - batch.items) << CLASS_SHIFT);
    }

    /// @notice Sends the batch and takes the answer; reverts with the engine's reason, or when the answer has not the shape
    /// that {IRuleEngine} states.
    function send(EngineBatch memory batch, IRuleEngine engine, uint256 observedAt) internal view {
        uint256 header = batch.items - HEADER_BYTES;
        uint256 answer = batch.end;
        uint256 count = batch.count;
        uint256 length = answer - batch.items;
        bytes4 selector = IRuleEngine.applyEntries.selector;
        assembly ("memory-safe") {
            mstore(header, shr(224, selector))
            mstore(add(header, 0x20), observedAt)
            mstore(add(header, 0x40), timestamp())
            mstore(add(header, 0x60), count)
            mstore(add(header, 0x80), 0x80)
            mstore(add(header, 0xa0), length)
            let start := add(header, sub(0x20, SELECTOR_BYTES))
            let passed := staticcall(gas(), engine, start, sub(answer, start), 0, 0)
            returndatacopy(answer, 0, returndatasize())
            if iszero(passed) {
                revert(answer, returndatasize())
            }
            // What lies behind the answer is free again.
            mstore(0x40, add(answer, and(add(returndatasize(), 0x1f), not(0x1f))))
        }
        _take(batch, answer);
    }

    /// @notice Old word of item `index`, which must be below the count.
    function oldWordAt(EngineBatch memory batch, uint256 index) internal pure returns (uint256 word) {
        uint256 items = batch.items;
        assembly ("memory-safe") {
            word := mload(add(items, shl(6, index)))
        }
    }

    /// @notice New word, outcome and storage slot of item `index`, which must be below the count; after {send}.
    function resultAt(
        EngineBatch memory batch,
        uint256 index
    ) internal pure returns (uint256 word, uint256 outcome, uint256 slot) {
        (uint256 words, bytes memory outcomes, uint256[] memory slots) = (batch.words, batch.outcomes, batch.slots);
        assembly ("memory-safe") {
            word := mload(add(words, shl(5, index)))
            outcome := byte(0, mload(add(add(outcomes, 0x20), index)))
            slot := mload(add(add(slots, 0x20), shl(5, index)))
        }
    }

    /// @dev Four heads, then the words and the outcomes, wherever the heads say that they are.
    function _take(EngineBatch memory batch, uint256 answer) private pure {
        uint256 size;
        uint256 words;
        uint256 outcomes;
        (uint256 tightened, uint256 tightenedBps) = (0, 0);
        assembly ("memory-safe") {
            size := returndatasize()
            if gt(size, 0x7f) {
                tightened := mload(answer)
                tightenedBps := mload(add(answer, 0x20))
                words := mload(add(answer, 0x40))
                outcomes := mload(add(answer, 0x60))
            }
        }
        uint256 count = batch.count;
        // Heads beyond the answer are compared before they are added to anything.
        bool fits = size > 0x7f && words < size && outcomes < size;
        fits = fits && words + 0x20 + count * 0x20 <= size && outcomes + 0x20 + count <= size;
        if (!fits) revert IRiskOracle.RiskOracleEngineAnswer();
        bytes memory packed;
        uint256 lengths;
        assembly ("memory-safe") {
            packed := add(answer, outcomes)
            lengths := or(xor(mload(packed), count), xor(mload(add(answer, words)), count))
        }
        if (lengths != 0) revert IRiskOracle.RiskOracleEngineAnswer();
        (batch.tightened, batch.tightenedBps) = (tightened, tightenedBps);
        (batch.outcomes, batch.words) = (packed, answer + words + 0x20);
    }
}
