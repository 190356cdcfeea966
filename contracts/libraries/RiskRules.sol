// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EntryOutcome} from "../types/RiskTypes.sol";
import {ReportCodec} from "./ReportCodec.sol";
import {RiskClassWords} from "./RiskClassWords.sol";
import {RiskObjections} from "./RiskObjections.sol";
import {RiskReading} from "./RiskReading.sol";
import {RiskState, RiskWord} from "./RiskWord.sol";

/// @title The rules: old word, class, entry, times → new word or the reason for refusing it
/// @notice Pure: no storage, no calls. Mirrored to the bit in `oracle/rules/risk-rules.ts`.
///
/// Lanes. A change tightens when ρ rises, loosens when ρ falls; with ρ unchanged the direction is that of π. Each lane has its
/// own step, delay and drift, and π has a step of its own; ρ and π move together or not at all. A repeated value consumes
/// nothing. A loosening writes neither `tightenedAt` nor the ramp, so it can not delay a tightening.
///
/// Drift. Let W be the window, V(t) the target, windows the intervals [kW, (k+1)W). A word keeps V at the start of the window
/// of its last change (`rhoAnchor`) and of the window before (`rhoPrior`); V is constant between changes, so {_setAnchors}
/// derives both for any later time. A tightening must end at or below min(anchor, prior) + tighten drift, a loosening at or
/// above max(anchor, prior) − loosen drift. Take any t1 ≤ t2 ≤ t1 + W and A = V at the start of the window of t1: t2 lies in
/// that window or in the next, so A is `rhoAnchor` or `rhoPrior` at t2, and whichever lane moved last before t2 checked V
/// against it: A − loosen drift ≤ V(t2) ≤ A + tighten drift (moves in the other direction lead away from the bound they do not
/// check; without a move in the two windows V(t2) = A). So no sequence of reports, however long and wherever the window edges
/// fall, takes the value further than the drift; a single anchor would allow twice the drift across an edge. The bounds are
/// the DAO's newest. The window of the last change is not stored: every change writes the time of its lane, so it is the
/// window of the later of the two. After the DAO has changed W the stored anchors belong to windows of the old length until
/// the next change in a new window: one change of W can admit one drift more, as new windows would. The one value that may be
/// passed is the fallback ρ already in force after silence: ending at or below it raises nobody's requirement.
///
/// No lock-out. Where the DAO narrowed a bound around a live value, staying and moving towards the inside remain allowed.
///
/// Form. Words and class words are taken apart with shifts:
/// a report spends most of its gas on storage, and
/// structs in memory would add half as much again. `values` is the lower half of a packed entry, see `ReportCodec`. Times are below 2^32, which the caller checks once per report.
library RiskRules {
    /// @notice Largest score: one in a million.
    uint256 internal constant MAX_SCORE = 600;
    /// @notice Numbers of {EntryOutcome}: as an enum each would be checked again wherever it passes.
    uint256 internal constant APPLIED_TIGHTENED = uint256(EntryOutcome.APPLIED_TIGHTENED);
    uint256 internal constant APPLIED_LOOSENED = uint256(EntryOutcome.APPLIED_LOOSENED);
    uint256 internal constant REFRESHED = uint256(EntryOutcome.REFRESHED);
    /// @notice Greatest ρ.
    uint256 internal constant MAX_RHO = 10_000;

    // Arithmetic of the checks and of the ramp is unchecked: ratios are below 2^16, durations and stored times below 2^33,
    // block times below 2^40, so sums and products stay far below 2^256; differences are taken after a comparison.

    uint256 private constant UNKNOWN_POSITION = uint256(EntryOutcome.UNKNOWN_POSITION);
    uint256 private constant OLDER_OBSERVATION = uint256(EntryOutcome.OLDER_OBSERVATION);
    uint256 private constant LINKED_RULE = uint256(EntryOutcome.LINKED_RULE);
    uint256 private constant STALE_EPOCH = uint256(EntryOutcome.STALE_EPOCH);
    uint256 private constant SCORE_RANGE = uint256(EntryOutcome.SCORE_RANGE);

    /// @notice Word of a position that has no score yet: class defaults, first epoch.
    function initialWord(uint256 classId, uint256 bounds, uint256 levels) internal pure returns (uint256 word) {
        RiskState memory state;
        state.rhoFrom = RiskClassWords.rhoDefaultOf(levels);
        state.rhoTarget = state.rhoFrom;
        state.rhoAnchor = state.rhoFrom;
        state.rhoPrior = state.rhoFrom;
        state.rhoCap = _capAbove(state.rhoFrom, bounds);
        state.pi = RiskClassWords.piDefaultOf(levels);
        state.classId = classId;
        state.epoch = RiskWord.FIRST_EPOCH;
        return RiskWord.pack(state);
    }

    /// @notice Word of a position whose owner added risk: the next epoch, and Δ_max counts from the present target if that is
    /// higher than where it counted from. Whoever adds risk has just met an initial requirement at or above the target, so
    /// the higher cap puts nobody under water.
    function raisedWord(uint256 word, uint256 bounds) internal pure returns (uint256 raised, uint16 epoch) {
        (raised, epoch) = RiskWord.withNextEpoch(word);
        uint256 cap = _capAbove(RiskWord.rhoTargetOf(word), bounds);
        if (cap > RiskWord.rhoCapOf(word)) raised = RiskWord.withCap(raised, cap);
    }

    /// @notice Applies one entry. The word is unchanged whenever the outcome is a skip.
    /// @param bounds first word of the class
    /// @param levels second word of the class; may be zero while the word is not stale
    /// @param values lower half of the packed entry
    /// @param observedAt observation time of the report, below 2^32
    /// @param nowSec time of application, below 2^32
    function applyEntry(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 values,
        uint256 observedAt,
        uint256 nowSec
    ) internal pure returns (uint256 newWord, uint256 outcome) {
        if (word == 0) return (word, UNKNOWN_POSITION);
        // Equal is refused too: one observation scores a position once.
        if (observedAt <= RiskWord.observedAtOf(word)) return (word, OLDER_OBSERVATION);
        if (ReportCodec.scoreIn(values) > MAX_SCORE) return (word, SCORE_RANGE);
        // ρ decides, π where ρ stays.
        (uint256 pair, uint256 oldPair) = (ReportCodec.pairIn(values), RiskWord.pairOf(word));
        if (pair > oldPair) (newWord, outcome) = _raise(word, bounds, levels, values, nowSec);
        else if (pair < oldPair) (newWord, outcome) = _lower(word, bounds, levels, values, nowSec);
        else (newWord, outcome) = _repeat(word, bounds, levels, values, nowSec);
        if (outcome > REFRESHED) return (word, outcome);
        uint256 validityMinutes = RiskClassWords.validityMinutesOf(bounds);
        newWord = RiskWord.withScore(newWord, ReportCodec.scoreIn(values), observedAt, validityMinutes);
    }

    /// @dev A scored pair that stays needs no bounds: where they do not hold it, the DAO has moved them around it.
    function _repeat(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 values,
        uint256 nowSec
    ) private pure returns (uint256 newWord, uint256 outcome) {
        if (!RiskWord.isScored(word)) return _first(word, bounds, values, nowSec);
        (newWord, outcome) = (word, REFRESHED);
        if (ReportCodec.epochIn(values) != RiskWord.epochOf(word)) {
            // The target may stay, but a fallback ρ above it may not fall.
            if (ReportCodec.rhoIn(values) < RiskReading.standingRho(word, levels, nowSec)) outcome = STALE_EPOCH;
        }
        if (ReportCodec.piIn(values) > ReportCodec.rhoIn(values)) outcome = LINKED_RULE;
    }

    // Most entries pass every check with room to spare, which {_raise} and {_lower} see from one bit: differences wrap where
    // they are negative, and only there the highest bit is set, since all terms are below 2^34. It is clear only if
    // {RiskObjections.objection} has nothing to say; where it is set, that looks at the checks one by one.

    function _raise(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 values,
        uint256 nowSec
    ) private pure returns (uint256 newWord, uint256 outcome) {
        uint256 anchors = RiskObjections.anchorsAt(word, bounds, nowSec);
        uint256 doubts = _doubts(word, bounds, values);
        uint256 rho = ReportCodec.rhoIn(values);
        unchecked {
            doubts |= RiskWord.rhoTargetOf(word) + RiskClassWords.tightenStepOf(bounds) - rho;
            doubts |= nowSec - RiskWord.tightenedAtOf(word) - RiskClassWords.tightenDelayOf(bounds);
            rho -= RiskClassWords.tightenDriftOf(bounds);
            doubts |= (RiskWord.rhoAnchorOf(anchors) - rho) | (RiskWord.rhoPriorOf(anchors) - rho);
        }
        if (doubts >> 255 != 0) {
            if (!RiskWord.isScored(word)) return _first(word, bounds, values, nowSec);
            outcome = RiskObjections.objection(word, bounds, levels, values, nowSec);
            if (outcome != RiskObjections.NO_OBJECTION) return (word, outcome);
        }
        return (_tightened(word, bounds, levels, values, nowSec, anchors), APPLIED_TIGHTENED);
    }

    function _lower(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 values,
        uint256 nowSec
    ) private pure returns (uint256 newWord, uint256 outcome) {
        uint256 anchors = RiskObjections.anchorsAt(word, bounds, nowSec);
        uint256 doubts = _doubts(word, bounds, values);
        uint256 rho = ReportCodec.rhoIn(values);
        unchecked {
            doubts |= rho + RiskClassWords.loosenStepOf(bounds) - RiskWord.rhoTargetOf(word);
            doubts |= nowSec - RiskWord.loosenedAtOf(word) - RiskClassWords.loosenDelayOf(bounds);
            rho += RiskClassWords.loosenDriftOf(bounds);
            doubts |= (rho - RiskWord.rhoAnchorOf(anchors)) | (rho - RiskWord.rhoPriorOf(anchors));
        }
        if (doubts >> 255 != 0) {
            if (!RiskWord.isScored(word)) return _first(word, bounds, values, nowSec);
            outcome = RiskObjections.objection(word, bounds, levels, values, nowSec);
            if (outcome != RiskObjections.NO_OBJECTION) return (word, outcome);
        }
        return (_loosened(word, values, nowSec, anchors), APPLIED_LOOSENED);
    }

    /// @dev Scored, of the epoch that was seen, inside the bounds, π inside its step.
    function _doubts(uint256 word, uint256 bounds, uint256 values) private pure returns (uint256 doubts) {
        (uint256 rho, uint256 pi) = (ReportCodec.rhoIn(values), ReportCodec.piIn(values));
        unchecked {
            doubts = (RiskWord.observedAtOf(word) - 1) | (0 - (ReportCodec.epochIn(values) ^ RiskWord.epochOf(word)));
            doubts |= (rho - RiskClassWords.rhoFloorOf(bounds)) | (RiskClassWords.rhoCeilingOf(bounds) - rho);
            doubts |= (pi - RiskClassWords.piFloorOf(bounds)) | (RiskClassWords.piCapOf(bounds) - pi);
            doubts |= rho - pi - RiskClassWords.deltaOf(bounds);
            (rho, pi) = (RiskClassWords.piStepOf(bounds), pi - RiskWord.piOf(word));
            doubts |= (rho - pi) | (rho + pi);
        }
    }

    /// @dev The ramp starts, or is re-targeted, from the ρ in force, so without a jump.
    function _tightened(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 values,
        uint256 nowSec,
        uint256 anchors
    ) private pure returns (uint256 newWord) {
        uint256 rho = ReportCodec.rhoIn(values);
        uint256 standing = RiskReading.standingRho(word, levels, nowSec);
        uint256 minutesPacked = RiskClassWords.rampLanesOf(bounds);
        if (standing < RiskWord.rhoTargetOf(word)) {
            minutesPacked = RiskReading.retargetedRamp(word, minutesPacked, rho, standing, nowSec);
        }
        if (standing > rho) standing = rho;
        uint256 pair = RiskWord.packPair(rho, ReportCodec.piIn(values), standing, anchors);
        return RiskWord.withTightening(word, pair, nowSec, minutesPacked);
    }

    /// @dev A running ramp goes on, to the lower target; a ρ above the new target falls to it at once.
    function _loosened(
        uint256 word,
        uint256 values,
        uint256 nowSec,
        uint256 anchors
    ) private pure returns (uint256 newWord) {
        (uint256 rho, uint256 rhoFrom) = (ReportCodec.rhoIn(values), RiskWord.rhoFromOf(word));
        if (rhoFrom > rho) rhoFrom = rho;
        uint256 pair = RiskWord.packPair(rho, ReportCodec.piIn(values), rhoFrom, anchors);
        return RiskWord.withLoosening(word, pair, nowSec);
    }

    /// @dev The first score may go anywhere inside the bounds; steps, delays, drift and Δ_max count from it. Above the default
    /// it ramps in like any tightening. What is in force before it is the default, the target of an unscored word, which a
    /// score that saw another epoch may not lower.
    function _first(
        uint256 word,
        uint256 bounds,
        uint256 values,
        uint256 nowSec
    ) private pure returns (uint256 newWord, uint256 outcome) {
        outcome = RiskObjections.pairObjection(word, bounds, values);
        if (outcome != RiskObjections.NO_OBJECTION) return (word, outcome);
        uint256 rho = ReportCodec.rhoIn(values);
        (uint256 pair, uint256 oldPair) = (ReportCodec.pairIn(values), RiskWord.pairOf(word));
        if (pair < oldPair && ReportCodec.epochIn(values) != RiskWord.epochOf(word)) return (word, STALE_EPOCH);
        if (pair != oldPair) outcome = pair > oldPair ? APPLIED_TIGHTENED : APPLIED_LOOSENED;
        pair = Math.min(RiskWord.rhoTargetOf(word), rho);
        pair = RiskWord.packPair(rho, ReportCodec.piIn(values), pair, RiskWord.packAnchors(rho, rho));
        oldPair = RiskClassWords.rampLanesOf(bounds);
        newWord = RiskWord.withFirst(word, pair, nowSec, oldPair, _capAbove(rho, bounds));
    }

    /// @dev Greatest maintenance ρ of a position that was scored, or grew, at `rho`.
    function _capAbove(uint256 rho, uint256 bounds) private pure returns (uint256 cap) {
        unchecked {
            cap = rho + RiskClassWords.maxAboveOpenOf(bounds);
            return cap < MAX_RHO ? cap : MAX_RHO;
        }
    }
}
