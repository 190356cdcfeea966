// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EntryOutcome} from "../types/RiskTypes.sol";
import {ReportCodec} from "./ReportCodec.sol";
import {RiskClassWords} from "./RiskClassWords.sol";
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
/// Form. Words and class words are taken apart with shifts on the stack: a report spends most of its gas on storage, and
/// structs in memory would add half as much again. `values` is the lower half of a packed entry, see `ReportCodec`. Times are below 2^32, which the caller checks once per report.
library RiskRules {
    /// @notice Largest score: one in a million.
    uint256 internal constant MAX_SCORE = 600;
    /// @notice Greatest ρ.
    uint256 internal constant MAX_RHO = 10_000;

    // Arithmetic of the checks and of the ramp is unchecked: ratios are below 2^16, durations and stored times below 2^33,
    // block times below 2^40, so sums and products stay far below 2^256; differences are taken after a comparison.

    /// @dev Answer of the checks below when they object to nothing.
    EntryOutcome private constant NO_OBJECTION = EntryOutcome.REFRESHED;

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
    ) internal pure returns (uint256 newWord, EntryOutcome outcome) {
        if (word == 0) return (word, EntryOutcome.UNKNOWN_POSITION);
        // Equal is refused too: one observation scores a position once.
        if (observedAt <= RiskWord.observedAtOf(word)) return (word, EntryOutcome.OLDER_OBSERVATION);
        if (ReportCodec.scoreIn(values) > MAX_SCORE) return (word, EntryOutcome.SCORE_RANGE);
        if (
            ReportCodec.rhoIn(values) == RiskWord.rhoTargetOf(word) && ReportCodec.piIn(values) == RiskWord.piOf(word)
        ) {
            (newWord, outcome) = _repeat(word, bounds, levels, values, nowSec);
        } else {
            (newWord, outcome) = _move(word, bounds, levels, values, nowSec);
        }
        if (outcome > EntryOutcome.REFRESHED) return (word, outcome);
        newWord = RiskWord.withScore(
            newWord,
            ReportCodec.scoreIn(values),
            observedAt,
            RiskClassWords.validityMinutesOf(bounds)
        );
    }

    /// @dev A scored pair that stays needs no bounds: where they do not hold it, the DAO has moved them around it.
    function _repeat(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 values,
        uint256 nowSec
    ) private pure returns (uint256 newWord, EntryOutcome outcome) {
        if (!RiskWord.isScored(word)) {
            outcome = _pairObjection(word, bounds, values);
            // The epoch may be any: the pair in force is the one that is asked for.
            return outcome == NO_OBJECTION ? (_firstWord(word, bounds, values, nowSec), outcome) : (word, outcome);
        }
        if (ReportCodec.piIn(values) > ReportCodec.rhoIn(values)) return (word, EntryOutcome.LINKED_RULE);
        bool stranger = ReportCodec.epochIn(values) != RiskWord.epochOf(word);
        if (stranger && ReportCodec.rhoIn(values) < RiskReading.standingRho(word, levels, nowSec)) {
            return (word, EntryOutcome.STALE_EPOCH);
        }
        return (word, EntryOutcome.REFRESHED);
    }

    function _move(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 values,
        uint256 nowSec
    ) private pure returns (uint256 newWord, EntryOutcome outcome) {
        outcome = _pairObjection(word, bounds, values);
        if (outcome != NO_OBJECTION) return (word, outcome);
        bool tightens = _tightens(word, values);
        // A score that saw another epoch may not lower what is in force: neither the target nor a fallback ρ.
        if (ReportCodec.epochIn(values) != RiskWord.epochOf(word)) {
            bool lowers = !tightens || ReportCodec.rhoIn(values) < RiskReading.standingRho(word, levels, nowSec);
            if (lowers) return (word, EntryOutcome.STALE_EPOCH);
        }
        // The first score may go anywhere inside the bounds.
        if (!RiskWord.isScored(word)) {
            newWord = _firstWord(word, bounds, values, nowSec);
            return (newWord, tightens ? EntryOutcome.APPLIED_TIGHTENED : EntryOutcome.APPLIED_LOOSENED);
        }
        if (_exceedsPiStep(word, bounds, values)) return (word, EntryOutcome.PI_STEP);
        if (tightens) return _tighten(word, bounds, levels, values, nowSec);
        return _loosen(word, bounds, values, nowSec);
    }

    function _tightens(uint256 word, uint256 values) private pure returns (bool tightens) {
        (uint256 rho, uint256 oldRho) = (ReportCodec.rhoIn(values), RiskWord.rhoTargetOf(word));
        return rho == oldRho ? ReportCodec.piIn(values) > RiskWord.piOf(word) : rho > oldRho;
    }

    /// @dev Floor, ceiling, cap and linked rule on the final pair. A live value outside (possible only after the DAO moved a
    /// bound) widens the bound to itself; the first score gets no such allowance.
    function _pairObjection(
        uint256 word,
        uint256 bounds,
        uint256 values
    ) private pure returns (EntryOutcome objection) {
        (uint256 rho, uint256 pi) = (ReportCodec.rhoIn(values), ReportCodec.piIn(values));
        unchecked {
            bool inside = rho >= RiskClassWords.rhoFloorOf(bounds) && rho <= RiskClassWords.rhoCeilingOf(bounds);
            inside = inside && pi >= RiskClassWords.piFloorOf(bounds) && pi <= RiskClassWords.piCapOf(bounds);
            if (inside && pi + RiskClassWords.deltaOf(bounds) <= rho) return NO_OBJECTION;
        }
        return _narrowedObjection(word, bounds, rho, pi);
    }

    /// @dev The same check with its reason and with the allowance for live values; few entries come here.
    function _narrowedObjection(
        uint256 word,
        uint256 bounds,
        uint256 rho,
        uint256 pi
    ) private pure returns (EntryOutcome objection) {
        bool live = RiskWord.isScored(word);
        uint256 old = RiskWord.rhoTargetOf(word);
        if (rho < RiskClassWords.rhoFloorOf(bounds) && !(live && rho >= old)) return EntryOutcome.RHO_BELOW_FLOOR;
        if (rho > RiskClassWords.rhoCeilingOf(bounds) && !(live && rho <= old)) return EntryOutcome.RHO_ABOVE_CEILING;
        old = RiskWord.piOf(word);
        if (pi < RiskClassWords.piFloorOf(bounds) && !(live && pi >= old)) return EntryOutcome.PI_BELOW_FLOOR;
        if (pi > RiskClassWords.piCapOf(bounds) && !(live && pi <= old)) return EntryOutcome.PI_ABOVE_CAP;
        uint256 gap = RiskClassWords.deltaOf(bounds);
        if (live) gap = RiskReading.requiredGap(word, gap);
        return pi + gap <= rho ? NO_OBJECTION : EntryOutcome.LINKED_RULE;
    }

    function _exceedsPiStep(uint256 word, uint256 bounds, uint256 values) private pure returns (bool exceeds) {
        (uint256 pi, uint256 oldPi) = (ReportCodec.piIn(values), RiskWord.piOf(word));
        unchecked {
            return (pi > oldPi ? pi - oldPi : oldPi - pi) > RiskClassWords.piStepOf(bounds);
        }
    }

    /// @dev Both anchors at `nowSec`, in their lanes.
    function _anchorsAt(uint256 word, uint256 bounds, uint256 nowSec) private pure returns (uint256 anchors) {
        uint256 windowSec = RiskClassWords.windowOf(bounds);
        (uint256 changedAt, uint256 other) = (RiskWord.tightenedAtOf(word), RiskWord.loosenedAtOf(word));
        if (other > changedAt) changedAt = other;
        // Checked division, for a window of zero; no class has one.
        (uint256 index, uint256 oldIndex) = (nowSec / windowSec, changedAt / windowSec);
        if (index == oldIndex) return RiskWord.packAnchors(RiskWord.rhoAnchorOf(word), RiskWord.rhoPriorOf(word));
        uint256 rho = RiskWord.rhoTargetOf(word);
        unchecked {
            return RiskWord.packAnchors(rho, index == oldIndex + 1 ? RiskWord.rhoAnchorOf(word) : rho);
        }
    }

    /// @dev Step and drift count from the fallback ρ where that stands above the target. The ramp starts, or is re-targeted,
    /// from the ρ in force, so without a jump.
    function _tighten(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 values,
        uint256 nowSec
    ) private pure returns (uint256 newWord, EntryOutcome outcome) {
        uint256 rho = ReportCodec.rhoIn(values);
        uint256 standing = RiskReading.standingRho(word, levels, nowSec);
        uint256 anchors;
        unchecked {
            uint256 highest = RiskWord.rhoTargetOf(word);
            if (standing > highest) highest = standing;
            if (rho > highest + RiskClassWords.tightenStepOf(bounds)) return (word, EntryOutcome.TIGHTEN_STEP);
            if (nowSec < RiskWord.tightenedAtOf(word) + RiskClassWords.tightenDelayOf(bounds)) {
                return (word, EntryOutcome.TIGHTEN_DELAY);
            }
            anchors = _anchorsAt(word, bounds, nowSec);
            uint256 lowest = Math.min(RiskWord.rhoAnchorOf(anchors), RiskWord.rhoPriorOf(anchors));
            bool drifts = rho > lowest + RiskClassWords.tightenDriftOf(bounds) && rho > highest;
            if (drifts) return (word, EntryOutcome.TIGHTEN_DRIFT);
        }
        uint256 minutesPacked = RiskReading.retargetedRamp(
            word,
            RiskClassWords.rampLanesOf(bounds),
            rho,
            standing,
            nowSec
        );
        anchors = RiskWord.packPair(rho, ReportCodec.piIn(values), standing < rho ? standing : rho, anchors);
        return (RiskWord.withTightening(word, anchors, nowSec, minutesPacked), EntryOutcome.APPLIED_TIGHTENED);
    }

    /// @dev A running ramp goes on, to the lower target; a ρ above the new target falls to it at once.
    function _loosen(
        uint256 word,
        uint256 bounds,
        uint256 values,
        uint256 nowSec
    ) private pure returns (uint256 newWord, EntryOutcome outcome) {
        (uint256 rho, uint256 oldRho) = (ReportCodec.rhoIn(values), RiskWord.rhoTargetOf(word));
        uint256 anchors;
        unchecked {
            if (rho + RiskClassWords.loosenStepOf(bounds) < oldRho) return (word, EntryOutcome.LOOSEN_STEP);
            if (nowSec < RiskWord.loosenedAtOf(word) + RiskClassWords.loosenDelayOf(bounds)) {
                return (word, EntryOutcome.LOOSEN_DELAY);
            }
            anchors = _anchorsAt(word, bounds, nowSec);
            uint256 highest = Math.max(RiskWord.rhoAnchorOf(anchors), RiskWord.rhoPriorOf(anchors));
            bool drifts = rho + RiskClassWords.loosenDriftOf(bounds) < highest && rho < oldRho;
            if (drifts) return (word, EntryOutcome.LOOSEN_DRIFT);
        }
        anchors = RiskWord.packPair(rho, ReportCodec.piIn(values), Math.min(RiskWord.rhoFromOf(word), rho), anchors);
        return (RiskWord.withLoosening(word, anchors, nowSec), EntryOutcome.APPLIED_LOOSENED);
    }

    /// @dev Steps, delays, drift and Δ_max count from the first score; above the default it ramps in like any tightening.
    /// What is in force before it is the default, the target of an unscored word.
    function _firstWord(
        uint256 word,
        uint256 bounds,
        uint256 values,
        uint256 nowSec
    ) private pure returns (uint256 first) {
        uint256 rho = ReportCodec.rhoIn(values);
        uint256 pair = RiskWord.packPair(
            rho,
            ReportCodec.piIn(values),
            Math.min(RiskWord.rhoTargetOf(word), rho),
            RiskWord.packAnchors(rho, rho)
        );
        return RiskWord.withFirst(word, pair, nowSec, RiskClassWords.rampLanesOf(bounds), _capAbove(rho, bounds));
    }

    /// @dev Greatest maintenance ρ of a position that was scored, or grew, at `rho`.
    function _capAbove(uint256 rho, uint256 bounds) private pure returns (uint256 cap) {
        unchecked {
            cap = rho + RiskClassWords.maxAboveOpenOf(bounds);
            return cap < MAX_RHO ? cap : MAX_RHO;
        }
    }
}
