// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EntryOutcome} from "../types/RiskTypes.sol";
import {ReportCodec} from "./ReportCodec.sol";
import {RiskClassWords} from "./RiskClassWords.sol";
import {RiskReading} from "./RiskReading.sol";
import {RiskWord} from "./RiskWord.sol";

/// @title Why the rules refuse a pair: bounds, linked rule, epoch, steps, delays, drift
/// @notice Part of {RiskRules}, where the argument stands. A reason is a number of {EntryOutcome}.
library RiskObjections {
    /// @notice Answer of the checks when they object to nothing: REFRESHED.
    uint256 internal constant NO_OBJECTION = uint256(EntryOutcome.REFRESHED);

    uint256 private constant RHO_BELOW_FLOOR = uint256(EntryOutcome.RHO_BELOW_FLOOR);
    uint256 private constant RHO_ABOVE_CEILING = uint256(EntryOutcome.RHO_ABOVE_CEILING);
    uint256 private constant PI_BELOW_FLOOR = uint256(EntryOutcome.PI_BELOW_FLOOR);
    uint256 private constant PI_ABOVE_CAP = uint256(EntryOutcome.PI_ABOVE_CAP);
    uint256 private constant LINKED_RULE = uint256(EntryOutcome.LINKED_RULE);
    uint256 private constant TIGHTEN_STEP = uint256(EntryOutcome.TIGHTEN_STEP);
    uint256 private constant LOOSEN_STEP = uint256(EntryOutcome.LOOSEN_STEP);
    uint256 private constant PI_STEP = uint256(EntryOutcome.PI_STEP);
    uint256 private constant TIGHTEN_DELAY = uint256(EntryOutcome.TIGHTEN_DELAY);
    uint256 private constant LOOSEN_DELAY = uint256(EntryOutcome.LOOSEN_DELAY);
    uint256 private constant TIGHTEN_DRIFT = uint256(EntryOutcome.TIGHTEN_DRIFT);
    uint256 private constant LOOSEN_DRIFT = uint256(EntryOutcome.LOOSEN_DRIFT);
    uint256 private constant STALE_EPOCH = uint256(EntryOutcome.STALE_EPOCH);

    /// @notice What the rules say against a changed pair of a scored word, in the order of the checks.
    function objection(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 values,
        uint256 nowSec
    ) internal pure returns (uint256 reason) {
        reason = pairObjection(word, bounds, values);
        if (reason != NO_OBJECTION) return reason;
        bool tightens = ReportCodec.pairIn(values) > RiskWord.pairOf(word);
        uint256 standing = RiskReading.standingRho(word, levels, nowSec);
        if (ReportCodec.epochIn(values) != RiskWord.epochOf(word)) {
            // A score that saw another epoch may not lower what is in force: neither the target nor a fallback ρ.
            if (!tightens || ReportCodec.rhoIn(values) < standing) return STALE_EPOCH;
        }
        if (_exceedsPiStep(word, bounds, values)) return PI_STEP;
        uint256 anchors = anchorsAt(word, bounds, nowSec);
        if (tightens) return _tightenObjection(word, bounds, standing, ReportCodec.rhoIn(values), nowSec, anchors);
        return _loosenObjection(word, bounds, ReportCodec.rhoIn(values), nowSec, anchors);
    }

    function _exceedsPiStep(uint256 word, uint256 bounds, uint256 values) private pure returns (bool exceeds) {
        (uint256 pi, uint256 oldPi) = (ReportCodec.piIn(values), RiskWord.piOf(word));
        return (pi > oldPi ? pi - oldPi : oldPi - pi) > RiskClassWords.piStepOf(bounds);
    }

    /// @dev Step and drift count from the fallback ρ where that stands above the target.
    function _tightenObjection(
        uint256 word,
        uint256 bounds,
        uint256 standing,
        uint256 rho,
        uint256 nowSec,
        uint256 anchors
    ) private pure returns (uint256 reason) {
        uint256 highest = Math.max(standing, RiskWord.rhoTargetOf(word));
        if (rho > highest + RiskClassWords.tightenStepOf(bounds)) return TIGHTEN_STEP;
        if (nowSec < RiskWord.tightenedAtOf(word) + RiskClassWords.tightenDelayOf(bounds)) return TIGHTEN_DELAY;
        uint256 lowest = Math.min(RiskWord.rhoAnchorOf(anchors), RiskWord.rhoPriorOf(anchors));
        bool drifts = rho > lowest + RiskClassWords.tightenDriftOf(bounds) && rho > highest;
        return drifts ? TIGHTEN_DRIFT : NO_OBJECTION;
    }

    function _loosenObjection(
        uint256 word,
        uint256 bounds,
        uint256 rho,
        uint256 nowSec,
        uint256 anchors
    ) private pure returns (uint256 reason) {
        uint256 oldRho = RiskWord.rhoTargetOf(word);
        if (rho + RiskClassWords.loosenStepOf(bounds) < oldRho) return LOOSEN_STEP;
        if (nowSec < RiskWord.loosenedAtOf(word) + RiskClassWords.loosenDelayOf(bounds)) return LOOSEN_DELAY;
        uint256 highest = Math.max(RiskWord.rhoAnchorOf(anchors), RiskWord.rhoPriorOf(anchors));
        bool drifts = rho + RiskClassWords.loosenDriftOf(bounds) < highest && rho < oldRho;
        return drifts ? LOOSEN_DRIFT : NO_OBJECTION;
    }

    /// @notice Floor, ceiling, cap and linked rule on the final pair. A live value outside (possible only after the DAO moved a
    /// bound) widens the bound to itself; the first score gets no such allowance.
    function pairObjection(uint256 word, uint256 bounds, uint256 values) internal pure returns (uint256 reason) {
        (uint256 rho, uint256 pi) = (ReportCodec.rhoIn(values), ReportCodec.piIn(values));
        bool live = RiskWord.isScored(word);
        uint256 old = RiskWord.rhoTargetOf(word);
        if (rho < RiskClassWords.rhoFloorOf(bounds) && !(live && rho >= old)) return RHO_BELOW_FLOOR;
        if (rho > RiskClassWords.rhoCeilingOf(bounds) && !(live && rho <= old)) return RHO_ABOVE_CEILING;
        old = RiskWord.piOf(word);
        if (pi < RiskClassWords.piFloorOf(bounds) && !(live && pi >= old)) return PI_BELOW_FLOOR;
        if (pi > RiskClassWords.piCapOf(bounds) && !(live && pi <= old)) return PI_ABOVE_CAP;
        uint256 gap = RiskClassWords.deltaOf(bounds);
        if (live) gap = RiskReading.requiredGap(word, gap);
        return pi + gap <= rho ? NO_OBJECTION : LINKED_RULE;
    }

    /// @notice Both anchors at `nowSec`, in their lanes.
    function anchorsAt(uint256 word, uint256 bounds, uint256 nowSec) internal pure returns (uint256 anchors) {
        uint256 windowSec = RiskClassWords.windowOf(bounds);
        (uint256 changedAt, uint256 other) = (RiskWord.tightenedAtOf(word), RiskWord.loosenedAtOf(word));
        if (other > changedAt) changedAt = other;
        unchecked {
            uint256 windowStart = nowSec - (nowSec % windowSec);
            anchors = RiskWord.anchorsOf(word);
            if (changedAt < windowStart) {
                uint256 rho = RiskWord.rhoTargetOf(word);
                anchors = changedAt + windowSec >= windowStart ? RiskWord.rhoAnchorOf(word) : rho;
                anchors = RiskWord.packAnchors(rho, anchors);
            }
        }
    }
}
