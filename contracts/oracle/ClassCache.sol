// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskClasses} from "../interfaces/IRiskClasses.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskClass} from "../types/RiskTypes.sol";

/// @notice Classes read so far in this call. A slot holds (classId + 1) << 128 | memory pointer; zero is free.
struct ClassTable {
    uint256[64] slots;
}

/// @title Bounds of each distinct class, read once per report
/// @notice Open addressing in memory; a report with more than 64 classes reads the rest uncached.
library ClassCache {
    uint256 private constant SLOTS = 64;
    uint256 private constant TAG_SHIFT = 128;
    uint256 private constant POINTER_MASK = (1 << TAG_SHIFT) - 1;

    /// @notice Bounds of `classId`, from the table or from the registry; reverts for a class never set.
    function load(
        ClassTable memory table,
        IRiskClasses classes,
        uint256 classId
    ) internal view returns (RiskClass memory class) {
        uint256 tag = classId + 1;
        unchecked {
            // Cannot overflow: class ids come from the word's 12-bit lane.
            for (uint256 probe = 0; probe < SLOTS; ++probe) {
                uint256 index = (classId + probe) % SLOTS;
                uint256 slot = table.slots[index];
                if (slot >> TAG_SHIFT == tag) return _at(slot & POINTER_MASK);
                if (slot != 0) continue;
                class = read(classes, classId);
                table.slots[index] = (tag << TAG_SHIFT) | _pointer(class);
                return class;
            }
        }
        return read(classes, classId);
    }

    /// @notice Bounds of `classId` from the registry; reverts for a class never set.
    function read(IRiskClasses classes, uint256 classId) internal view returns (RiskClass memory class) {
        // Class ids come from the word's 12-bit lane or from a 16-bit argument.
        (uint256 bounds, uint256 timing) = classes.classWords(uint16(classId));
        if (timing == 0) revert IRiskClasses.RiskClassesUnknownClass(uint16(classId));
        return RiskClassWords.unpack(bounds, timing);
    }

    function _at(uint256 pointer) private pure returns (RiskClass memory class) {
        // Only reinterprets a pointer that {_pointer} gave for a class allocated in this call.
        assembly ("memory-safe") {
            class := pointer
        }
    }

    function _pointer(RiskClass memory class) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := class
        }
    }
}
