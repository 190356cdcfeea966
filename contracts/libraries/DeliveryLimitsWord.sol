// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DeliveryLimits} from "../types/DeliveryTypes.sol";

/// @title Limits of delivery in one storage word
/// @notice Ten lanes of 25 bits, each value below 2^24, so that the top bit of a lane is free: one subtraction then compares all
/// lanes at once. The cool-down is kept as its distance to the longest one; so in every lane less means narrower. From the
/// lowest lane: reportTightened · reportTighteningBps · windowTightened · windowTighteningBps · windowSec · dispersionBps ·
/// violations · distance of coolDownSec · heldSec · rootValiditySec.
library DeliveryLimitsWord {
    /// @notice Longest window, cool-down, time to release and validity of roots: past it they would be no limits.
    uint256 internal constant MAX_SEC = 30 days;
    /// @notice Shortest window.
    uint256 internal constant MIN_WINDOW_SEC = 1 hours;

    uint256 private constant LANE = 25;
    uint256 private constant LANE_MASK = (1 << LANE) - 1;
    uint256 private constant TOP = 1 << 24;
    /// @dev The free bit of every lane.
    uint256 private constant TOPS =
        TOP |
            (TOP << 25) |
            (TOP << 50) |
            (TOP << 75) |
            (TOP << 100) |
            (TOP << 125) |
            (TOP << 150) |
            (TOP << 175) |
            (TOP << 200) |
            (TOP << 225);
    uint256 private constant WINDOW_LANE = 4 * LANE;
    /// @dev Greatest value of every lane: counters lie below what their lane of {DeliveryWord} holds, times below {MAX_SEC}.
    uint256 private constant GREATEST =
        (2 ** 16 - 2) |
            ((2 ** 20 - 2) << 25) |
            ((2 ** 16 - 2) << 50) |
            ((2 ** 24 - 2) << 75) |
            (MAX_SEC << 100) |
            ((2 ** 16 - 1) << 125) |
            ((2 ** 16 - 1) << 150) |
            (MAX_SEC << 175) |
            (MAX_SEC << 200) |
            (MAX_SEC << 225);

    /// @notice Packs limits.
    /// @return word all lanes
    /// @return valid whether every limit is inside its range
    function pack(DeliveryLimits memory limits) internal pure returns (uint256 word, bool valid) {
        bool inTime = limits.coolDownSec <= MAX_SEC && limits.windowSec >= MIN_WINDOW_SEC;
        uint256 distance = inTime ? MAX_SEC - limits.coolDownSec : 0;
        // The typed values are below 2^24.
        word =
            uint256(limits.reportTightened) |
            (uint256(limits.reportTighteningBps) << 25) |
            (uint256(limits.windowTightened) << 50) |
            (uint256(limits.windowTighteningBps) << 75) |
            (uint256(limits.windowSec) << WINDOW_LANE);
        word |=
            (uint256(limits.dispersionBps) << 125) |
            (uint256(limits.violations) << 150) |
            (distance << 175) |
            (uint256(limits.heldSec) << 200) |
            (uint256(limits.rootValiditySec) << 225);
        return (word, inTime && _isNowhereAbove(word, GREATEST));
    }

    /// @notice Unpacks a word. The narrowing casts cut the fields out of their lanes.
    function unpack(uint256 word) internal pure returns (DeliveryLimits memory limits) {
        limits.reportTightened = uint16(word);
        limits.reportTighteningBps = uint24(word >> 25);
        limits.windowTightened = uint16(word >> 50);
        limits.windowTighteningBps = uint24(word >> 75);
        limits.windowSec = uint24(word >> WINDOW_LANE);
        limits.dispersionBps = uint16(word >> 125);
        limits.violations = uint16(word >> 150);
        limits.coolDownSec = uint24(MAX_SEC - ((word >> 175) & LANE_MASK));
        limits.heldSec = uint24(word >> 200);
        limits.rootValiditySec = uint24(word >> 225);
    }

    /// @notice Whether `next` is nowhere wider than `old`, both valid: no cap rises, nothing may be applied for longer, the
    /// cool-down does not shrink, and the window, whose change would renew its budget, stays.
    function isNarrower(uint256 next, uint256 old) internal pure returns (bool narrower) {
        return _isNowhereAbove(next, old) && ((next ^ old) >> WINDOW_LANE) & LANE_MASK == 0;
    }

    /// @dev With its top bit added a lane of `limit` is above any value, so no lane borrows from the next; the bit is left
    /// standing exactly where the value is not above the limit.
    function _isNowhereAbove(uint256 word, uint256 limit) private pure returns (bool inside) {
        unchecked {
            return ((limit | TOPS) - word) & TOPS == TOPS;
        }
    }
}
