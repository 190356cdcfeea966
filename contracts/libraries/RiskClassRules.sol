// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IRiskClasses} from "../interfaces/IRiskClasses.sol";
import {Lane, RiskClass} from "../types/RiskTypes.sol";
import {RiskWord} from "./RiskWord.sol";

/// @title Which classes the rules can work with, and which changes of a class are a narrowing
/// @notice Pure: no storage, no calls.
library RiskClassRules {
    /// @notice Basis points of one.
    uint256 internal constant BPS = 10_000;
    /// @notice Drift windows: long enough for their start to mean something, short enough to be a limit.
    uint256 internal constant MIN_WINDOW_SEC = 1 hours;
    uint256 internal constant MAX_WINDOW_SEC = 30 days;
    /// @notice Validity: at most a week, after which no score says anything about an option; whole minutes, as words store it.
    uint256 internal constant VALIDITY_UNIT_SEC = 1 minutes;
    uint256 internal constant MAX_VALIDITY_SEC = 7 days;
    /// @notice A re-targeted ramp rounds to minutes; with a delay below one, tightenings could postpone it for ever.
    uint256 internal constant MIN_TIGHTEN_DELAY_SEC = 1 minutes;
    uint256 internal constant MAX_DELAY_SEC = 1 days;

    /// @notice Reverts unless the bounds agree with each other.
    function check(uint16 classId, RiskClass calldata class) internal pure {
        _requireIn(classId, "classId", classId, 0, RiskWord.MAX_CLASS_ID);
        _checkRatios(classId, class);
        _checkPenalties(classId, class);
        _checkLane(classId, class.tighten, MIN_TIGHTEN_DELAY_SEC);
        _checkLane(classId, class.loosen, 0);
        _checkTimes(classId, class);
    }

    /// @notice Reverts unless `next` is nowhere wider than `live`. Three rules decide what that means for a field:
    /// (1) whatever a report may do under `next` it may do under `live`: floors not lower, ceiling and cap not higher, δ not
    /// smaller, steps and drifts not greater, delays not shorter, Δ_max not greater;
    /// (2) no requirement read from the class falls: default, initial ρ and β not lower, the ceiling not below the opening ρ
    /// of the static grid, π default not higher (it is what a stale π falls to), validity not longer;
    /// (3) what trades protocol against owners moves in neither direction: grace, ramp and fallback ramp stay; and so does
    /// the window, since another one would start a new drift allowance. `active` may only end.
    function checkNarrower(uint16 classId, RiskClass memory live, RiskClass calldata next) internal pure {
        _notBelow(classId, "rhoFloorBps", next.rhoFloorBps, live.rhoFloorBps);
        _notAbove(classId, "rhoCeilingBps", next.rhoCeilingBps, live.rhoCeilingBps);
        if (next.rhoCeilingBps < live.rhoCeilingBps) {
            _notBelow(classId, "rhoCeilingBps", next.rhoCeilingBps, Math.min(live.rhoCeilingBps, _openingUp(next)));
        }
        _notBelow(classId, "rhoDefaultBps", next.rhoDefaultBps, live.rhoDefaultBps);
        _notBelow(classId, "rhoInitialBps", next.rhoInitialBps, live.rhoInitialBps);
        _notBelow(classId, "betaBps", next.betaBps, live.betaBps);
        _notAbove(classId, "maxAboveOpenBps", next.maxAboveOpenBps, live.maxAboveOpenBps);
        _checkNarrowerPenalties(classId, live, next);
        _checkNarrowerLane(classId, live.tighten, next.tighten);
        _checkNarrowerLane(classId, live.loosen, next.loosen);
        _notAbove(classId, "validitySec", next.validitySec, live.validitySec);
        _requireIn(classId, "windowSec", next.windowSec, live.windowSec, live.windowSec);
        _requireIn(classId, "graceMinutes", next.graceMinutes, live.graceMinutes, live.graceMinutes);
        _requireIn(classId, "rampMinutes", next.rampMinutes, live.rampMinutes, live.rampMinutes);
        uint256 fallbackRamp = live.fallbackRampMinutes;
        _requireIn(classId, "fallbackRampMinutes", next.fallbackRampMinutes, fallbackRamp, fallbackRamp);
        _notAbove(classId, "active", next.active ? 1 : 0, live.active ? 1 : 0);
    }

    function _checkNarrowerPenalties(uint16 classId, RiskClass memory live, RiskClass calldata next) private pure {
        _notBelow(classId, "piFloorBps", next.piFloorBps, live.piFloorBps);
        _notAbove(classId, "piCapBps", next.piCapBps, live.piCapBps);
        _notAbove(classId, "piDefaultBps", next.piDefaultBps, live.piDefaultBps);
        _notBelow(classId, "deltaBps", next.deltaBps, live.deltaBps);
        _notAbove(classId, "piStepBps", next.piStepBps, live.piStepBps);
    }

    function _checkNarrowerLane(uint16 classId, Lane memory live, Lane calldata next) private pure {
        _notAbove(classId, "lane.stepBps", next.stepBps, live.stepBps);
        _notAbove(classId, "lane.driftBps", next.driftBps, live.driftBps);
        _notBelow(classId, "lane.delaySec", next.delaySec, live.delaySec);
    }

    function _checkRatios(uint16 classId, RiskClass calldata class) private pure {
        _requireIn(classId, "rhoCeilingBps", class.rhoCeilingBps, 1, BPS);
        _requireIn(classId, "rhoFloorBps", class.rhoFloorBps, 1, class.rhoCeilingBps);
        _requireIn(classId, "rhoDefaultBps", class.rhoDefaultBps, class.rhoFloorBps, class.rhoCeilingBps);
        _requireIn(classId, "rhoInitialBps", class.rhoInitialBps, class.rhoFloorBps, class.rhoCeilingBps);
        _requireIn(classId, "betaBps", class.betaBps, 0, BPS);
        _requireIn(classId, "maxAboveOpenBps", class.maxAboveOpenBps, 0, BPS);
        // A position is maintained at the default until its first score: what opens it must cover that.
        _notBelow(classId, "rhoInitialBps(1+beta)", _openingUp(class), class.rhoDefaultBps);
    }

    /// @dev With these the linked rule can be met at every ρ inside the bounds.
    function _checkPenalties(uint16 classId, RiskClass calldata class) private pure {
        _requireIn(classId, "deltaBps", class.deltaBps, 0, class.rhoFloorBps);
        _requireIn(classId, "piFloorBps", class.piFloorBps, 0, class.rhoFloorBps - class.deltaBps);
        _requireIn(classId, "piCapBps", class.piCapBps, class.piFloorBps, BPS);
        uint256 highest = Math.min(class.piCapBps, class.rhoDefaultBps - class.deltaBps);
        _requireIn(classId, "piDefaultBps", class.piDefaultBps, class.piFloorBps, highest);
        _requireIn(classId, "piStepBps", class.piStepBps, 1, BPS);
    }

    /// @dev A zero step would freeze a lane without saying so: to freeze, set floor and ceiling.
    function _checkLane(uint16 classId, Lane calldata lane, uint256 minDelaySec) private pure {
        _requireIn(classId, "lane.driftBps", lane.driftBps, 1, BPS);
        _requireIn(classId, "lane.stepBps", lane.stepBps, 1, lane.driftBps);
        _requireIn(classId, "lane.delaySec", lane.delaySec, minDelaySec, MAX_DELAY_SEC);
    }

    function _checkTimes(uint16 classId, RiskClass calldata class) private pure {
        _requireIn(classId, "windowSec", class.windowSec, MIN_WINDOW_SEC, MAX_WINDOW_SEC);
        _requireIn(classId, "validitySec", class.validitySec, VALIDITY_UNIT_SEC, MAX_VALIDITY_SEC);
        _requireIn(classId, "validitySec%60", class.validitySec % VALIDITY_UNIT_SEC, 0, 0);
        uint256 rampMinutes = uint256(class.graceMinutes) + class.rampMinutes;
        _requireIn(classId, "graceMinutes+rampMinutes", rampMinutes, 0, RiskWord.MAX_RAMP_MINUTES);
    }

    /// @dev ρ that the static grid asks of a new position, below the ceiling or not.
    function _openingUp(RiskClass calldata class) private pure returns (uint256 rho) {
        return Math.ceilDiv(class.rhoInitialBps * (BPS + class.betaBps), BPS);
    }

    function _notBelow(uint16 classId, bytes32 field, uint256 value, uint256 least) private pure {
        _requireIn(classId, field, value, least, type(uint256).max);
    }

    function _notAbove(uint16 classId, bytes32 field, uint256 value, uint256 greatest) private pure {
        _requireIn(classId, field, value, 0, greatest);
    }

    function _requireIn(uint16 classId, bytes32 field, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert IRiskClasses.RiskClassesOutOfRange(classId, field, value, min, max);
    }
}
