// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskClasses} from "../interfaces/IRiskClasses.sol";
import {ClassBox, RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskClass} from "../types/RiskTypes.sol";

uint256 constant SLOTS = 64;

/// @notice Classes read so far in this call.
/// @param current holds the class that was asked for last
/// @param slots (classId + 1) << 128 | memory pointer; zero is free
struct ClassTable {
    ClassBox current;
    uint256[SLOTS] slots;
}

/// @title Bounds of each distinct class, read once per report
/// @notice Open addressing in memory; a report with more than 64 classes reads the rest uncached.
library ClassCache {
    uint256 private constant TAG_SHIFT = 128;
    uint256 private constant POINTER_MASK = (1 << TAG_SHIFT) - 1;

    /// @notice Makes `classId` the current class, from the table or from the registry; reverts for a class never set.
    function select(ClassTable memory table, IRiskClasses classes, uint256 classId) internal view {
        uint256 tag = classId + 1;
        // Most entries find their class at once.
        uint256 first = table.slots[classId % SLOTS];
        if (first >> TAG_SHIFT == tag) return _setClass(table.current, first & POINTER_MASK);
        for (uint256 probe = 0; probe < SLOTS; ++probe) {
            uint256 index = (classId + probe) % SLOTS;
            uint256 slot = table.slots[index];
            if (slot >> TAG_SHIFT == tag) return _setClass(table.current, slot & POINTER_MASK);
            if (slot != 0) continue;
            _read(classes, classId, table.current);
            table.slots[index] = (tag << TAG_SHIFT) | _classPointer(table.current);
            return;
        }
        _read(classes, classId, table.current);
    }

    /// @notice Bounds of `classId` from the registry; reverts for a class never set.
    function read(IRiskClasses classes, uint256 classId) internal view returns (RiskClass memory class) {
        ClassBox memory box;
        _read(classes, classId, box);
        return box.class;
    }

    function _read(IRiskClasses classes, uint256 classId, ClassBox memory box) private view {
        // Class ids come from the word's 12-bit lane or from a 16-bit argument.
        (uint256 bounds, uint256 timing) = classes.classWords(uint16(classId));
        if (timing == 0) revert IRiskClasses.RiskClassesUnknownClass(uint16(classId));
        RiskClassWords.unpackInto(bounds, timing, box);
    }

    /// @dev A struct inside a struct in memory is a pointer, here to a class that was allocated in this call.
    function _setClass(ClassBox memory box, uint256 pointer) private pure {
        assembly ("memory-safe") {
            mstore(box, pointer)
        }
    }

    function _classPointer(ClassBox memory box) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(box)
        }
    }
}
