// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Lane, RiskClass} from "../types/RiskTypes.sol";

/// @notice A place for a class.
struct ClassBox {
    RiskClass class;
}

/// @title A risk class in two storage words
/// @notice First word, from the highest bit: rhoFloor 16 · rhoCeiling 16 · rhoDefault 16 · rhoInitial 16 · piFloor 16 ·
/// piCap 16 · piDefault 16 · delta 16 · tighten 64 · loosen 64 (lane: step 16 · drift 16 · delay 32). Second word: window 32 ·
/// validity 32 · grace 16 · ramp 16 · fallbackRamp 16 · beta 16 · maxAboveOpen 16 · piStep 16 · active 1, lowest bits last.
library RiskClassWords {
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
        ClassBox memory box;
        unpackInto(bounds, timing, box);
        return box.class;
    }

    /// @notice As {unpack}, into a fresh class in `box`: the compiler would first allocate and clear a whole class for a
    /// return variable, which costs a report with many classes more than reading them.
    function unpackInto(uint256 bounds, uint256 timing, ClassBox memory box) internal pure {
        box.class = RiskClass({
            rhoFloorBps: uint16(bounds >> 240),
            rhoCeilingBps: uint16(bounds >> 224),
            rhoDefaultBps: uint16(bounds >> 208),
            rhoInitialBps: uint16(bounds >> 192),
            piFloorBps: uint16(bounds >> 176),
            piCapBps: uint16(bounds >> 160),
            piDefaultBps: uint16(bounds >> 144),
            deltaBps: uint16(bounds >> 128),
            tighten: Lane(uint16(bounds >> 112), uint16(bounds >> 96), uint32(bounds >> 64)),
            loosen: Lane(uint16(bounds >> 48), uint16(bounds >> 32), uint32(bounds)),
            windowSec: uint32(timing >> 129),
            validitySec: uint32(timing >> 97),
            graceMinutes: uint16(timing >> 81),
            rampMinutes: uint16(timing >> 65),
            fallbackRampMinutes: uint16(timing >> 49),
            betaBps: uint16(timing >> 33),
            maxAboveOpenBps: uint16(timing >> 17),
            piStepBps: uint16(timing >> 1),
            active: timing & 1 == 1
        });
    }

    function _packLane(Lane memory lane) private pure returns (uint256 packed) {
        return (uint256(lane.stepBps) << 48) | (uint256(lane.driftBps) << 32) | lane.delaySec;
    }
}
