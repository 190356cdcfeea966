// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {IRuleEngine} from "../interfaces/IRuleEngine.sol";

/// @notice One report's words on their way to the rule engine and back.
/// @param count number of words
/// @param items pointer to the first item of the call, which is built in place
/// @param end pointer behind the class words, which follow the items
/// @param slots pointer to the storage slot of each word
/// @param classTable pointer to 32 words: (classId + 1) << 128 | offset of its words from `items` << 64, by classId modulo 32;
/// zero is free
/// @param tightened number of words that the engine tightened
/// @param tightenedBps sum of their rises of ρ
/// @param outcomes one byte for each word
/// @param words pointer to the new words
struct EngineBatch {
    uint256 count;
    uint256 items;
    uint256 end;
    uint256 slots;
    uint256 classTable;
    uint256 tightened;
    uint256 tightenedBps;
    bytes outcomes;
    uint256 words;
}

/// @title Builds the one call of a report to its rule engine where it is sent from, and reads the answer where it arrives
/// @notice The compiler's own encoder would copy every word twice each way. Items and class words grow into the reserve that
/// {open} has taken, and {ask} gives back what is left of it: what the caller allocates between the two does not outlive
/// {ask}.
library EngineBatches {
    uint256 private constant ITEM_BYTES = 64;
    uint256 private constant TAG_SHIFT = 128;
    uint256 private constant PLACE_MASK = (1 << TAG_SHIFT) - 1;
    uint256 private constant CLASS_SHIFT = 64;
    uint256 private constant SLOT_MASK = 31;
    uint256 private constant TABLE_BYTES = 0x400;
    /// @dev Before the items: selector, in the last bytes of a word, two times, count, offset and length.
    uint256 private constant HEADER_BYTES = 0xc0;
    uint256 private constant SELECTOR_BYTES = 4;

    /// @notice Makes room for `count` words. The struct is the caller's: returned, it would be allocated anew by every function
    /// that it passes through.
    function open(EngineBatch memory batch, uint256 count) internal pure {
        uint256 slots;
        assembly ("memory-safe") {
            let table := mload(0x40)
            // Reading calldata beyond its end gives zeros.
            calldatacopy(table, calldatasize(), TABLE_BYTES)
            slots := add(table, TABLE_BYTES)
            // A slot, an item and, at worst, a class for each word. Memory that is never touched costs nothing.
            mstore(0x40, add(slots, add(HEADER_BYTES, mul(count, 0xa0))))
        }
        (batch.count, batch.classTable, batch.slots) = (count, slots - TABLE_BYTES, slots);
        batch.items = slots + count * 32 + HEADER_BYTES;
        batch.end = batch.items + count * ITEM_BYTES;
    }

    /// @notice Sets item `index`, which must be below the count. `values` has its class's place, see {placeIn}.
    function put(EngineBatch memory batch, uint256 index, uint256 slot, uint256 word, uint256 values) internal pure {
        (uint256 slots, uint256 items) = (batch.slots, batch.items);
        assembly ("memory-safe") {
            mstore(add(slots, shl(5, index)), slot)
            let item := add(items, shl(6, index))
            mstore(item, word)
            mstore(add(item, 0x20), values)
        }
    }

    /// @notice What the table holds where a class belongs; {isOf} says whether it is that class, {placeIn} where its words are.
    function entryFor(EngineBatch memory batch, uint256 classId) internal pure returns (uint256 entry) {
        uint256 table = batch.classTable;
        assembly ("memory-safe") {
            entry := mload(add(table, shl(5, and(classId, SLOT_MASK))))
        }
    }

    function isOf(uint256 entry, uint256 classId) internal pure returns (bool same) {
        // Class ids are below 2^16.
        unchecked {
            return entry >> TAG_SHIFT == classId + 1;
        }
    }

    /// @notice Place of a class in `values`.
    function placeIn(uint256 entry) internal pure returns (uint256 place) {
        return entry & PLACE_MASK;
    }

    /// @notice Adds the first word of a class; another class in its place is forgotten and would be read again.
    function addClass(EngineBatch memory batch, uint256 classId, uint256 bounds) internal pure returns (uint256 entry) {
        uint256 class = batch.end;
        batch.end = class + ITEM_BYTES;
        entry = ((classId + 1) << TAG_SHIFT) | ((class - batch.items) << CLASS_SHIFT);
        uint256 table = batch.classTable;
        assembly ("memory-safe") {
            mstore(add(table, shl(5, and(classId, SLOT_MASK))), entry)
            mstore(class, bounds)
            mstore(add(class, 0x20), 0)
        }
    }

    /// @notice Second word of a class in this batch, zero until {setLevels}.
    function levelsAt(EngineBatch memory batch, uint256 place) internal pure returns (uint256 levels) {
        uint256 class = batch.items + (place >> CLASS_SHIFT);
        assembly ("memory-safe") {
            levels := mload(add(class, 0x20))
        }
    }

    function setLevels(EngineBatch memory batch, uint256 place, uint256 levels) internal pure {
        uint256 class = batch.items + (place >> CLASS_SHIFT);
        assembly ("memory-safe") {
            mstore(add(class, 0x20), levels)
        }
    }

    /// @notice Sends the batch and takes the answer; reverts with the engine's reason, or when the answer has not the shape
    /// that {IRuleEngine} states.
    function ask(EngineBatch memory batch, IRuleEngine engine, uint256 observedAt) internal view {
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

    /// @notice Storage slot, old and new word of item `index`, which must be below the count; after {ask}.
    function changeAt(
        EngineBatch memory batch,
        uint256 index
    ) internal pure returns (uint256 slot, uint256 oldWord, uint256 word) {
        (uint256 items, uint256 words, uint256 slots) = (batch.items, batch.words, batch.slots);
        assembly ("memory-safe") {
            slot := mload(add(slots, shl(5, index)))
            oldWord := mload(add(items, shl(6, index)))
            word := mload(add(words, shl(5, index)))
        }
    }

    /// @notice Outcome of item `index`, which must be below the count; after {ask}.
    function outcomeAt(EngineBatch memory batch, uint256 index) internal pure returns (uint256 outcome) {
        bytes memory outcomes = batch.outcomes;
        assembly ("memory-safe") {
            outcome := byte(0, mload(add(add(outcomes, 0x20), index)))
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
