// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IRiskClasses} from "../interfaces/IRiskClasses.sol";
import {ClassNarrowing} from "../libraries/ClassNarrowing.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {Lane, RiskClass} from "../types/RiskTypes.sol";

/// @title Risk classes and their bounds
contract RiskClasses is IRiskClasses, AccessManaged {
    struct StoredClass {
        uint256 bounds;
        uint256 timing;
    }

    /// @notice Basis points of one.
    uint256 public constant BPS = 10_000;
    /// @notice Drift windows: long enough that their numbers (modulo 2^18) do not repeat in a position's life, short enough
    /// to be a limit that means something.
    uint256 public constant MIN_WINDOW_SEC = 1 hours;
    uint256 public constant MAX_WINDOW_SEC = 30 days;
    /// @notice Validity: at least a few blocks, at most a week, after which no score says anything about an option.
    uint256 public constant MIN_VALIDITY_SEC = 1 minutes;
    uint256 public constant MAX_VALIDITY_SEC = 7 days;
    /// @notice A re-targeted ramp rounds to minutes; with a delay below one, tightenings could postpone it for ever.
    uint256 public constant MIN_TIGHTEN_DELAY_SEC = 1 minutes;
    uint256 public constant MAX_DELAY_SEC = 1 days;

    /// @inheritdoc IRiskClasses
    uint32 public boundsVersion;

    uint16[] private _classIds;
    mapping(uint16 classId => StoredClass stored) private _classes;

    /// @param authority access manager
    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IRiskClasses
    function setRiskClass(uint16 classId, RiskClass calldata class) external restricted {
        _setRiskClass(classId, class);
    }

    /// @inheritdoc IRiskClasses
    function narrowRiskClass(uint16 classId, RiskClass calldata class) external restricted {
        bytes32 widened = ClassNarrowing.firstWidened(riskClass(classId), class);
        if (widened != 0) revert RiskClassesWidens(classId, widened);
        _setRiskClass(classId, class);
    }
    /// @inheritdoc IRiskClasses
    function riskClass(uint16 classId) public view returns (RiskClass memory class) {
        StoredClass memory stored = _classes[classId];
        if (stored.timing == 0) revert RiskClassesUnknownClass(classId);
        return RiskClassWords.unpack(stored.bounds, stored.timing);
    }

    /// @inheritdoc IRiskClasses
    function classWords(uint16 classId) external view returns (uint256 bounds, uint256 timing) {
        StoredClass storage stored = _classes[classId];
        return (stored.bounds, stored.timing);
    }

    /// @inheritdoc IRiskClasses
    function classIds() external view returns (uint16[] memory ids) {
        return _classIds;
    }

    /// @inheritdoc IRiskClasses
    function isSet(uint16 classId) public view returns (bool known) {
        // The window is never 0, so a set class has a timing word.
        return _classes[classId].timing != 0;
    }

    function _setRiskClass(uint16 classId, RiskClass calldata class) private {
        _requireIn(classId, "classId", classId, 0, RiskWord.MAX_CLASS_ID);
        _checkRatios(classId, class);
        _checkPenalties(classId, class);
        _checkLane(classId, class.tighten, MIN_TIGHTEN_DELAY_SEC);
        _checkLane(classId, class.loosen, 0);
        _checkTimes(classId, class);
        if (!isSet(classId)) _classIds.push(classId);
        (uint256 bounds, uint256 timing) = RiskClassWords.pack(class);
        _classes[classId] = StoredClass(bounds, timing);
        boundsVersion += 1;
        emit RiskClassSet(classId, class, boundsVersion);
    }

    function _checkRatios(uint16 classId, RiskClass calldata class) private pure {
        _requireIn(classId, "rhoCeilingBps", class.rhoCeilingBps, 1, BPS);
        _requireIn(classId, "rhoFloorBps", class.rhoFloorBps, 1, class.rhoCeilingBps);
        _requireIn(classId, "rhoDefaultBps", class.rhoDefaultBps, class.rhoFloorBps, class.rhoCeilingBps);
        _requireIn(classId, "rhoInitialBps", class.rhoInitialBps, class.rhoFloorBps, class.rhoCeilingBps);
        _requireIn(classId, "betaBps", class.betaBps, 0, BPS);
        _requireIn(classId, "maxAboveOpenBps", class.maxAboveOpenBps, 0, BPS);
        // A position is maintained at the default until its first score: what opens it must cover that.
        uint256 opening = Math.ceilDiv(class.rhoInitialBps * (BPS + class.betaBps), BPS);
        _requireIn(classId, "rhoInitialBps(1+beta)", opening, class.rhoDefaultBps, type(uint256).max);
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
        _requireIn(classId, "validitySec", class.validitySec, MIN_VALIDITY_SEC, MAX_VALIDITY_SEC);
        uint256 rampMinutes = uint256(class.graceMinutes) + class.rampMinutes;
        _requireIn(classId, "graceMinutes+rampMinutes", rampMinutes, 0, RiskWord.MAX_RAMP_MINUTES);
    }

    function _requireIn(uint16 classId, bytes32 field, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert RiskClassesOutOfRange(classId, field, value, min, max);
    }
}
