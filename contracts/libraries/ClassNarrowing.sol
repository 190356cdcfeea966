// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Lane, RiskClass} from "../types/RiskTypes.sol";

/// @title What it means that new bounds of a class only narrow
/// @notice Reports get less room and move values less and later; new risk does not get cheaper; and no live position's
/// requirement changes: what the reading of a stored word depends on (default, δ, default π, validity, grace, ramps, Δ_max)
/// must stay, and so must the window, whose change would start new drift windows.
library ClassNarrowing {
    uint256 private constant BPS = 10_000;

    /// @notice Name of the first field that does not narrow, 0 when all do. Pure: both classes are taken as valid.
    function firstWidened(RiskClass memory from, RiskClass memory to) internal pure returns (bytes32 field) {
        field = _widenedBound(from, to);
        if (field == 0) field = _widenedLane(from.tighten, to.tighten);
        if (field == 0) field = _widenedLane(from.loosen, to.loosen);
        if (field == 0) field = _changedReading(from, to);
        if (field == 0) field = _cheaperOpening(from, to);
    }

    function _widenedBound(RiskClass memory from, RiskClass memory to) private pure returns (bytes32 field) {
        if (to.rhoFloorBps < from.rhoFloorBps) return "rhoFloorBps";
        if (to.rhoCeilingBps > from.rhoCeilingBps) return "rhoCeilingBps";
        if (to.piFloorBps < from.piFloorBps) return "piFloorBps";
        if (to.piCapBps > from.piCapBps) return "piCapBps";
        if (to.piStepBps > from.piStepBps) return "piStepBps";
    }

    function _widenedLane(Lane memory from, Lane memory to) private pure returns (bytes32 field) {
        if (to.stepBps > from.stepBps) return "lane.stepBps";
        if (to.driftBps > from.driftBps) return "lane.driftBps";
        if (to.delaySec < from.delaySec) return "lane.delaySec";
    }

    function _changedReading(RiskClass memory from, RiskClass memory to) private pure returns (bytes32 field) {
        if (to.rhoDefaultBps != from.rhoDefaultBps) return "rhoDefaultBps";
        if (to.piDefaultBps != from.piDefaultBps) return "piDefaultBps";
        if (to.deltaBps != from.deltaBps) return "deltaBps";
        if (to.validitySec != from.validitySec) return "validitySec";
        if (to.windowSec != from.windowSec) return "windowSec";
        return _changedRamp(from, to);
    }

    function _changedRamp(RiskClass memory from, RiskClass memory to) private pure returns (bytes32 field) {
        if (to.graceMinutes != from.graceMinutes) return "graceMinutes";
        if (to.rampMinutes != from.rampMinutes) return "rampMinutes";
        if (to.fallbackRampMinutes != from.fallbackRampMinutes) return "fallbackRampMinutes";
        if (to.maxAboveOpenBps != from.maxAboveOpenBps) return "maxAboveOpenBps";
    }

    function _cheaperOpening(RiskClass memory from, RiskClass memory to) private pure returns (bytes32 field) {
        if (to.rhoInitialBps < from.rhoInitialBps) return "rhoInitialBps";
        if (to.betaBps < from.betaBps) return "betaBps";
        if (to.active && !from.active) return "active";
        // The ceiling caps what opening costs.
        if (_staticOpening(to) < _staticOpening(from)) return "rhoCeilingBps";
    }

    /// @dev What opening costs while no quantile is signed above the static grid cell, see `RiskReading.openingParams`.
    function _staticOpening(RiskClass memory class) private pure returns (uint256 rho) {
        return Math.min(Math.ceilDiv(class.rhoInitialBps * (BPS + class.betaBps), BPS), class.rhoCeilingBps);
    }
}
