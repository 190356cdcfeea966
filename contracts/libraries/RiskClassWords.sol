// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Lane, RiskClass} from "../types/RiskTypes.sol";

/// @title A risk class in two storage words
/// @notice The first word, `bounds`, holds all that a report on a fresh score needs, so that most reports read one word per
/// class; the second, `levels`, what is needed for stale scores and for new risk.
/// bounds, from bit 243 down: rhoFloor 14 · rhoCeiling 14 · piFloor 14 · piCap 14 · delta 14 · tighten 45 · loosen 45 (lane:
/// step 14 · drift 14 · delay 17) · window 22 · validityMinutes 14 · grace 10 · ramp 10 · maxAboveOpen 14 · piStep 14.
/// levels, from bit 72 down: rhoDefault 14 · rhoInitial 14 · piDefault 14 · fallbackRamp 16 · beta 14 · active 1.
/// Both are zero for a class never set and not zero for any other.
library RiskClassWords {
    uint256 private constant BPS_MASK = (1 << 14) - 1;
    uint256 private constant DELAY_MASK = (1 << 17) - 1;
    uint256 private constant WINDOW_MASK = (1 << 22) - 1;
    uint256 private constant MINUTES_MASK = (1 << 10) - 1;
    uint256 private constant MINUTES_PAIR_MASK = (1 << 20) - 1;
    uint256 private constant FALLBACK_MASK = (1 << 16) - 1;
    uint256 private constant MINUTE = 60;

    /// @notice Packs a class whose fields lie in the ranges of `RiskClassRules`, and therefore in their lanes.
    function pack(RiskClass memory class) internal pure returns (uint256 bounds, uint256 levels) {
        bounds =
            (uint256(class.rhoFloorBps) << 230) |
            (uint256(class.rhoCeilingBps) << 216) |
            (uint256(class.piFloorBps) << 202) |
            (uint256(class.piCapBps) << 188) |
            (uint256(class.deltaBps) << 174) |
            (_packLane(class.tighten) << 129) |
            (_packLane(class.loosen) << 84);
        bounds |=
            (uint256(class.windowSec) << 62) |
            ((uint256(class.validitySec) / MINUTE) << 48) |
            (uint256(class.graceMinutes) << 38) |
            (uint256(class.rampMinutes) << 28) |
            (uint256(class.maxAboveOpenBps) << 14) |
            uint256(class.piStepBps);
        levels =
            (uint256(class.rhoDefaultBps) << 59) |
            (uint256(class.rhoInitialBps) << 45) |
            (uint256(class.piDefaultBps) << 31) |
            (uint256(class.fallbackRampMinutes) << 15) |
            (uint256(class.betaBps) << 1);
        if (class.active) levels |= 1;
    }

    /// @notice Unpacks a class. The narrowing casts are wider than the lanes they hold.
    function unpack(uint256 bounds, uint256 levels) internal pure returns (RiskClass memory class) {
        class.rhoFloorBps = uint16(rhoFloorOf(bounds));
        class.rhoCeilingBps = uint16(rhoCeilingOf(bounds));
        class.rhoDefaultBps = uint16(rhoDefaultOf(levels));
        class.rhoInitialBps = uint16(rhoInitialOf(levels));
        class.piFloorBps = uint16(piFloorOf(bounds));
        class.piCapBps = uint16(piCapOf(bounds));
        class.piDefaultBps = uint16(piDefaultOf(levels));
        class.deltaBps = uint16(deltaOf(bounds));
        class.tighten = Lane(
            uint16(tightenStepOf(bounds)),
            uint16(tightenDriftOf(bounds)),
            uint32(tightenDelayOf(bounds))
        );
        class.loosen = Lane(uint16(loosenStepOf(bounds)), uint16(loosenDriftOf(bounds)), uint32(loosenDelayOf(bounds)));
        class.windowSec = uint32(windowOf(bounds));
        class.validitySec = uint32(validityMinutesOf(bounds) * MINUTE);
        class.graceMinutes = uint16((bounds >> 38) & MINUTES_MASK);
        class.rampMinutes = uint16((bounds >> 28) & MINUTES_MASK);
        class.fallbackRampMinutes = uint16(fallbackRampOf(levels));
        class.betaBps = uint16(betaOf(levels));
        class.maxAboveOpenBps = uint16(maxAboveOpenOf(bounds));
        class.piStepBps = uint16(piStepOf(bounds));
        class.active = isActive(levels);
    }

    /// @notice Single fields of `bounds`, see {RiskClass} for their meaning.
    function rhoFloorOf(uint256 bounds) internal pure returns (uint256 bps) {
        return (bounds >> 230) & BPS_MASK;
    }

    function rhoCeilingOf(uint256 bounds) internal pure returns (uint256 bps) {
        return (bounds >> 216) & BPS_MASK;
    }

    function piFloorOf(uint256 bounds) internal pure returns (uint256 bps) {
        return (bounds >> 202) & BPS_MASK;
    }

    function piCapOf(uint256 bounds) internal pure returns (uint256 bps) {
        return (bounds >> 188) & BPS_MASK;
    }

    function deltaOf(uint256 bounds) internal pure returns (uint256 bps) {
        return (bounds >> 174) & BPS_MASK;
    }

    function tightenStepOf(uint256 bounds) internal pure returns (uint256 bps) {
        return (bounds >> 160) & BPS_MASK;
    }

    function tightenDriftOf(uint256 bounds) internal pure returns (uint256 bps) {
        return (bounds >> 146) & BPS_MASK;
    }

    function tightenDelayOf(uint256 bounds) internal pure returns (uint256 sec) {
        return (bounds >> 129) & DELAY_MASK;
    }

    function loosenStepOf(uint256 bounds) internal pure returns (uint256 bps) {
        return (bounds >> 115) & BPS_MASK;
    }

    function loosenDriftOf(uint256 bounds) internal pure returns (uint256 bps) {
        return (bounds >> 101) & BPS_MASK;
    }

    function loosenDelayOf(uint256 bounds) internal pure returns (uint256 sec) {
        return (bounds >> 84) & DELAY_MASK;
    }

    function windowOf(uint256 bounds) internal pure returns (uint256 sec) {
        return (bounds >> 62) & WINDOW_MASK;
    }

    function validityMinutesOf(uint256 bounds) internal pure returns (uint256 count) {
        return (bounds >> 48) & BPS_MASK;
    }

    /// @notice Grace and ramp in the lanes that they have in a position's word.
    function rampLanesOf(uint256 bounds) internal pure returns (uint256 minutesPacked) {
        return (bounds >> 28) & MINUTES_PAIR_MASK;
    }

    function maxAboveOpenOf(uint256 bounds) internal pure returns (uint256 bps) {
        return (bounds >> 14) & BPS_MASK;
    }

    function piStepOf(uint256 bounds) internal pure returns (uint256 bps) {
        return bounds & BPS_MASK;
    }

    /// @notice Single fields of `levels`.
    function rhoDefaultOf(uint256 levels) internal pure returns (uint256 bps) {
        return (levels >> 59) & BPS_MASK;
    }

    function rhoInitialOf(uint256 levels) internal pure returns (uint256 bps) {
        return (levels >> 45) & BPS_MASK;
    }

    function piDefaultOf(uint256 levels) internal pure returns (uint256 bps) {
        return (levels >> 31) & BPS_MASK;
    }

    function fallbackRampOf(uint256 levels) internal pure returns (uint256 count) {
        return (levels >> 15) & FALLBACK_MASK;
    }

    function betaOf(uint256 levels) internal pure returns (uint256 bps) {
        return (levels >> 1) & BPS_MASK;
    }

    function isActive(uint256 levels) internal pure returns (bool active) {
        return levels & 1 == 1;
    }

    function _packLane(Lane memory lane) private pure returns (uint256 packed) {
        return (uint256(lane.stepBps) << 31) | (uint256(lane.driftBps) << 17) | lane.delaySec;
    }
}
