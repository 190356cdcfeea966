// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Lane, RiskClass} from "../types/RiskTypes.sol";

/// @title A risk class in two storage words
/// @notice First word, from the highest bit: rhoFloor 16 · rhoCeiling 16 · rhoDefault 16 · rhoInitial 16 · piFloor 16 ·
/// piCap 16 · piDefault 16 · delta 16 · tighten 64 · loosen 64 (lane: step 16 · drift 16 · delay 32). Second word: window 32 ·
/// validity 32 · grace 16 · ramp 16 · fallbackRamp 16 · beta 16 · maxAboveOpen 16 · piStep 16 · active 1, lowest bits last.
library RiskClassWords {
    uint256 private constant LANE_MASK = type(uint64).max;

    /// @notice Packs a class; every typed value fits its lane.
    function pack(RiskClass memory class) internal pure returns (uint256 bounds, uint256 timing) {
        bounds =
            (uint256(class.rhoFloorBps) << 240) |
            (uint256(class.rhoCeilingBps) << 224) |
            (uint256(class.rhoDefaultBps) << 208) |
            (uint256(class.rhoInitialBps) << 192) |
            (uint256(class.piFloorBps) << 176) |
            (uint256(class.piCapBps) << 160) |
            (uint256(class.piDefaultBps) << 144) |
            (uint256(class.deltaBps) << 128);
        bounds |= (_packLane(class.tighten) << 64) | _packLane(class.loosen);
        timing =
            (uint256(class.windowSec) << 129) |
            (uint256(class.validitySec) << 97) |
            (uint256(class.graceMinutes) << 81) |
            (uint256(class.rampMinutes) << 65) |
            (uint256(class.fallbackRampMinutes) << 49) |
            (uint256(class.betaBps) << 33) |
            (uint256(class.maxAboveOpenBps) << 17) |
            (uint256(class.piStepBps) << 1);
        if (class.active) timing |= 1;
    }

    /// @notice Unpacks a class. The narrowing casts cut the fields out of the words.
    function unpack(uint256 bounds, uint256 timing) internal pure returns (RiskClass memory class) {
        class.rhoFloorBps = uint16(bounds >> 240);
        class.rhoCeilingBps = uint16(bounds >> 224);
        class.rhoDefaultBps = uint16(bounds >> 208);
        class.rhoInitialBps = uint16(bounds >> 192);
        class.piFloorBps = uint16(bounds >> 176);
        class.piCapBps = uint16(bounds >> 160);
        class.piDefaultBps = uint16(bounds >> 144);
        class.deltaBps = uint16(bounds >> 128);
        class.tighten = _unpackLane((bounds >> 64) & LANE_MASK);
        class.loosen = _unpackLane(bounds & LANE_MASK);
        class.windowSec = uint32(timing >> 129);
        class.validitySec = uint32(timing >> 97);
        class.graceMinutes = uint16(timing >> 81);
        class.rampMinutes = uint16(timing >> 65);
        class.fallbackRampMinutes = uint16(timing >> 49);
        class.betaBps = uint16(timing >> 33);
        class.maxAboveOpenBps = uint16(timing >> 17);
        class.piStepBps = uint16(timing >> 1);
        class.active = timing & 1 == 1;
    }

    function _packLane(Lane memory lane) private pure returns (uint256 packed) {
        return (uint256(lane.stepBps) << 48) | (uint256(lane.driftBps) << 32) | lane.delaySec;
    }

    function _unpackLane(uint256 packed) private pure returns (Lane memory lane) {
        return Lane({stepBps: uint16(packed >> 48), driftBps: uint16(packed >> 32), delaySec: uint32(packed)});
    }
}
